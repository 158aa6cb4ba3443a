"""What people said to be wrong with codes is forgotten a year after it was settled."""

from typing import Final

from sqlalchemy import Select, delete, func, select

from kernel import audit
from kernel.inventory import kept
from kernel.work import Work
from qr import rules
from qr.models import ScanWeek, Trouble

KEPT: Final = kept("码有问题的说明", after="处理")
BATCH: Final = 500


def troubles_due(work: Work) -> int:
    """Return how many of what was settled are to be forgotten by now."""
    return work.session.scalar(select(func.count()).select_from(_over(work).subquery())) or 0


def forget_troubles(work: Work) -> int:
    """Delete some of what was settled long enough ago, with what people typed; say how many.

    Scans of weeks that long ago go as well.
    """
    chosen = work.session.scalars(_over(work).order_by(Trouble.id).limit(BATCH)).all()
    week = rules.week_of((work.now() - KEPT).date())
    work.session.execute(delete(ScanWeek).where(ScanWeek.week < week))
    if chosen:
        work.session.execute(delete(Trouble).where(Trouble.id.in_(chosen)))
        audit.note(
            work, by=None, action="retention.trouble", subject="qr_trouble", detail=str(len(chosen))
        )
    return len(chosen)


def _over(work: Work) -> Select[int]:
    return select(Trouble.id).where(Trouble.settled_at < work.now() - KEPT)
