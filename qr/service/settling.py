"""What was said to be wrong with a code comes to an end, and is forgotten a year later."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update

from kernel.work import Work
from qr import rules
from qr.models import ScanWeek, Trouble
from qr.rules import Settled

KEPT: Final = timedelta(days=365)
BATCH: Final = 500


def settle(work: Work, code_id: int, how: Settled) -> None:
    """Settle all that is said to be wrong with a code; the caller has locked it."""
    work.session.execute(
        update(Trouble)
        .where(Trouble.code_id == code_id, Trouble.settled_at.is_(None))
        .values(settled_at=work.now(), settled=how)
    )


def forget_troubles(work: Work) -> int:
    """Delete some of what was settled a year ago, with what people typed; say how many.

    Scans of weeks that long ago go as well.
    """
    limit = work.now() - KEPT
    chosen = work.session.scalars(
        select(Trouble.id).where(Trouble.settled_at < limit).order_by(Trouble.id).limit(BATCH)
    ).all()
    work.session.execute(delete(Trouble).where(Trouble.id.in_(chosen)))
    work.session.execute(delete(ScanWeek).where(ScanWeek.week < rules.week_of(limit.date())))
    return len(chosen)
