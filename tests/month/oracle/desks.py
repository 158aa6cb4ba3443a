"""What desks leave: departments that do not sign, objections nobody judges, complaints."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.models import Complaint, ComplaintStep
from tests.month.oracle.clocks import (
    A_MINUTE,
    Schedule,
    office_minutes_after,
    read,
    span,
    working_days_after,
)
from tests.month.oracle.history import Stretch, stretches
from tests.month.oracle.log import CaseLog, Given, Line

SLACK: Final = timedelta(minutes=1)
UNSIGNED: Final = "没有签收"
TAKEN_UP: Final = frozenset({"signed", "called", "on_my_way"})
REMINDED: Final = "到时没有签收，已提醒"
LATE: Final = "objection_late"
HALF_A_DAY: Final = timedelta(hours=12)  # complaints are looked at in the morning and the evening


def findings(log: CaseLog, schedule: Schedule, *, end: datetime) -> Iterator[str]:
    """Say what is wrong with what departments and the district left."""
    past = list(stretches(log, end=end))
    for given in log.given:
        yield from _unsigned(log, past, given, schedule, end)
    steps = [line for line in log.lines if line.by_program and UNSIGNED in line.why]
    if len(steps) != len({(_kind(line), _last_given(log, line)) for line in steps}):
        yield f"case {log.id}: pressed twice: {[(line.at, line.why) for line in steps]}"
    yield from _objection(log, schedule, end)


def _unsigned(
    log: CaseLog, past: Sequence[Stretch], given: Given, schedule: Schedule, end: datetime
) -> Iterator[str]:
    """Say whether one department was reminded, and whether it was taken from it again, in time."""
    urgent = next((now.urgent for now in past if now.line.number >= given.step), None)
    if urgent is None:
        return
    after = [line for line in log.lines[given.step :] if line.is_move or line.did in TAKEN_UP]
    until = after[0].at if after else end
    steps = [
        line
        for line in log.lines[given.step :]
        if line.by_program and line.at <= until and UNSIGNED in line.why
    ]
    reminders = [line for line in steps if REMINDED in line.why]
    backs = [line for line in steps if REMINDED not in line.why]
    for minutes, came, name in (
        (5 if urgent else _sign_minutes(), reminders[:1], "a reminder"),
        (15 if urgent else 60, backs[:1], "to be taken back"),
    ):
        due = given.given_at + minutes * A_MINUTE
        if not urgent:
            due = office_minutes_after(given.given_at, minutes)
        at = schedule.beat(due, rests=not urgent)
        if at < until and not came:
            yield f"case {log.id}: {given} was due {name} {at} and had none"
        for line in came:
            if not at <= line.at <= at + SLACK:
                yield f"case {log.id}: {given} was due {name} {at}, which came {line.at}"


def _sign_minutes() -> int:
    return span(read("sla_policies")["policies"]["whistle"]["sign"]).count


def _kind(line: Line) -> bool:
    return REMINDED in line.why


def _last_given(log: CaseLog, line: Line) -> int:
    return max((one.step for one in log.given if one.step < line.number), default=0)


def _objection(log: CaseLog, schedule: Schedule, end: datetime) -> Iterator[str]:
    """Say whether the district was told once that an objection is late."""
    made = next((line for line in log.lines if line.did == "object"), None)
    told = [line for line in log.lines if line.did == LATE]
    if made is None:
        if told:
            yield f"case {log.id}: nobody objected, and {told[0].at} it was late"
        return
    days = span(read("sla_policies")["policies"]["objection"]["decide"]).count
    at = schedule.beat(working_days_after(made.at, days))
    decided = [line.at for line in log.lines if line.did in {"uphold", "dismiss"}]
    late = at < min([*decided, end])
    if len(told) != late:
        yield f"case {log.id}: objection of {made.at}, due {at}, said to be late {len(told)}×"
    if told and late and not at <= told[0].at <= at + SLACK:
        yield f"case {log.id}: objection of {made.at} was late {at} and said so {told[0].at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complained:
    """One complaint about us."""

    id: int
    filed_at: datetime
    answered_at: datetime | None
    overdue_at: tuple[datetime, ...]


def read_complaints(session: Session) -> list[Complained]:
    """Read them all."""
    steps: dict[int, list[ComplaintStep]] = {}
    for step in session.scalars(select(ComplaintStep).order_by(ComplaintStep.id)):
        steps.setdefault(step.complaint_id, []).append(step)
    return [
        Complained(
            id=one.id,
            filed_at=one.filed_at,
            answered_at=one.answered_at,
            overdue_at=tuple(step.at for step in steps[one.id] if step.event.value == "overdue"),
        )
        for one in session.scalars(select(Complaint).order_by(Complaint.id))
    ]


def complaint_findings(
    all_of_them: Sequence[Complained], schedule: Schedule, *, end: datetime
) -> Iterator[str]:
    """Say which complaint went up twice, or not, or without need."""
    for one in all_of_them:
        at = schedule.beat(working_days_after(one.filed_at, 5))
        late = at + HALF_A_DAY < min(one.answered_at or end, end)
        if len(one.overdue_at) != late:
            yield f"complaint {one.id}: due {at}, went up {one.overdue_at}"
        for moment in one.overdue_at:
            if not at <= moment <= at + HALF_A_DAY:
                yield f"complaint {one.id}: due {at}, went up {moment}"
