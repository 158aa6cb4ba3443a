"""Nothing was lost: each report is one case, each case moved along the table, nothing is owed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen.models import Report
from kernel.outbox import Delivery
from tests.month.oracle.clocks import read
from tests.month.oracle.log import CaseLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One row of the outbox that is not done."""

    id: int
    handler: str
    is_parked: bool
    error: str | None


def read_reports(session: Session) -> list[tuple[int, int | None]]:
    """Return each report with its case."""
    return [(one.id, one.case_id) for one in session.execute(select(Report.id, Report.case_id))]


def read_owed(session: Session) -> list[Owed]:
    """Return what the outbox still owes or ever failed at."""
    rows = session.scalars(
        select(Delivery).where(Delivery.done_at.is_(None) | Delivery.error.is_not(None))
    )
    return [
        Owed(
            id=row.id,
            handler=row.handler,
            is_parked=row.parked_at is not None,
            error=row.error,
        )
        for row in rows
    ]


def findings(
    logs: Sequence[CaseLog], reports: Sequence[tuple[int, int | None]], owed: Sequence[Owed]
) -> Iterator[str]:
    """Say what was lost, doubled, or is still to be done."""
    yield from (f"outbox {row}" for row in owed)
    sources = Counter(log.source for log in logs)
    yield from (f"{source} became {n} cases" for source, n in sources.items() if n != 1)
    cases = {log.source: log.id for log in logs}
    for report, case in reports:
        if case is None or cases.get(f"citizen.report:{report}") != case:
            yield f"report {report} is not case {case}"
    patrols = [source for source in sources if source.startswith("grid.patrol:")]
    if len(reports) + len(patrols) != len(logs):
        yield f"{len(reports)} reports and {len(patrols)} patrols became {len(logs)} cases"
    for log in logs:
        yield from _along_the_table(log)


def table() -> set[tuple[str, str, str]]:
    """Return each way from one state to the next: from, move, to."""
    return {
        (start, row["move"], start if row["to"] == "same" else row["to"])
        for row in read("case_states")["transitions"]
        for start in row["from"]
    }


def _along_the_table(log: CaseLog) -> Iterator[str]:
    """Say where a case moved as the table does not, or its log has a gap."""
    state = "submitted"
    for number, line in enumerate(log.lines, 1):
        if line.number != number:
            yield f"case {log.id}: line {line.number} stands where {number} should"
        if not line.is_move:
            continue
        if line.start != state or (state, line.did, line.end) not in table():
            yield f"case {log.id}: {line.did} from {state} ({line.start}) to {line.end}"
        state = line.end or state
    if state != log.state:
        yield f"case {log.id}: ended {state}, stands {log.state}"
