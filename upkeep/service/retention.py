"""Keeps what the privacy inventory promises, and says what came of it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Final

from sqlalchemy import select

import citizen.service.forgetting
import grid.service.forgetting
import people.service
import points.service
import qr.service
from kernel import audit, inventory
from kernel.audit import AuditLine
from kernel.work import Work, transaction
from upkeep.models import RetentionRun
from upkeep.rules.keeping import Line, report

PREFIX: Final = "retention."
NIGHT: Final = timedelta(days=1)
# The nightly jobs do the same; a feature that forgets something of its own is added here.
VERBS: Final[Mapping[str, Sequence[Callable[[Work], int]]]] = {
    "contact": (
        grid.service.forgetting.forget_contacts,
        citizen.service.forgetting.forget_contacts,
    ),
    "files": (grid.service.forgetting.forget_files, citizen.service.forgetting.forget_files),
    "position": (grid.service.forgetting.blur_positions, citizen.service.forgetting.blur_positions),
    "household": (people.service.forget_households,),
    "log": (audit.forget_lines,),
    "outside": (grid.service.forgetting.forget_outside,),
    "trouble": (qr.service.forget_troubles,),
    "objection": (points.service.forget_objections,),
    "claim": (points.service.forget_claims,),
    "deduction": (points.service.forget_deductions, points.service.forget_adjustments),
    "photo": (points.service.forget_photos,),
    "duty": (grid.service.forgetting.forget_old_duty,),
    "sign_in": (qr.service.forget_sign_ins,),
}


def count() -> tuple[Line, ...]:
    """Say how much is due now, and take nothing."""
    with transaction() as work:
        return report(inventory.lines(), gone={}, due=_due(work))


def run() -> tuple[Line, ...]:
    """Take everything that is due, a few at a time, and keep the report."""
    gone = {what: sum(_until_none(verb) for verb in verbs) for what, verbs in VERBS.items()}
    with transaction() as work:
        lines = report(inventory.lines(), gone=gone, due=_due(work))
        _keep(work, lines, by_hand=True)
        said = " · ".join(f"{what} {number}" for what, number in gone.items() if number)
        audit.note(work, by=None, action="upkeep.retention", subject="inventory", detail=said)
    return lines


def report_night(work: Work) -> None:
    """Keep a report on what the jobs of this night took, and on what they left."""
    lines = report(inventory.lines(), gone=_gone_since(work, NIGHT), due=_due(work))
    _keep(work, lines, by_hand=False)


def _until_none(verb: Callable[[Work], int]) -> int:
    total = 0
    while True:
        with transaction() as work:
            taken = verb(work)
        if not taken:
            return total
        total += taken


def _due(work: Work) -> dict[str, int]:
    found = Counter(grid.service.forgetting.due(work))
    found.update(citizen.service.forgetting.due(work))
    found["household"] += people.service.households_due(work)
    found["sign_in"] += qr.service.sign_ins_due(work)
    found["photo"] += points.service.photos_due(work)
    found["objection"] += points.service.objections_due(work)
    found.update(points.service.words_due(work))
    found["trouble"] += qr.service.troubles_due(work)
    found["log"] += grid.service.forgetting.how_many(work, audit.over(work))
    return dict(found)


def _gone_since(work: Work, span: timedelta) -> dict[str, int]:
    found = work.session.execute(
        select(AuditLine.action, AuditLine.detail).where(
            AuditLine.action.startswith(PREFIX), AuditLine.at > work.now() - span
        )
    )
    gone: Counter[str] = Counter()
    for action, detail in found:
        gone[action.removeprefix(PREFIX)] += int(detail) if detail.isdigit() else 0
    return dict(gone)


def _keep(work: Work, lines: Sequence[Line], *, by_hand: bool) -> None:
    told = [asdict(line) for line in lines]
    work.session.add(RetentionRun(at=work.now(), by_hand=by_hand, report=told))
