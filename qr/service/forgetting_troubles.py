"""What people said to be wrong with codes is forgotten a year after it was settled."""

from typing import Final

from sqlalchemy import Select, delete, func, select

from kernel import audit, media
from kernel.inventory import kept
from kernel.work import Work
from qr import rules
from qr.models import LookAlike, ScanWeek, Trouble
from qr.queries import sticker_owner

KEPT: Final = kept("码有问题的说明", after="处理")
BATCH: Final = 500


def troubles_due(work: Work) -> int:
    """Return how many of what was settled are to be forgotten by now."""
    counts = (select(func.count()).select_from(one.subquery()) for one in _over(work))
    return sum(work.session.scalar(one) or 0 for one in counts)


def forget_troubles(work: Work) -> int:
    """Delete some of what was settled long enough ago, with what people typed; say how many.

    Scans of weeks that long ago go as well, and the pictures of stickers that were none of ours.
    """
    codes, stickers = (
        work.session.scalars(one.order_by(one.selected_columns[0]).limit(BATCH)).all()
        for one in _over(work)
    )
    week = rules.week_of((work.now() - KEPT).date())
    work.session.execute(delete(ScanWeek).where(ScanWeek.week < week))
    for one in stickers:
        media.forget(work, sticker_owner(one))
    for kind, chosen in ((Trouble, codes), (LookAlike, stickers)):
        if chosen:
            work.session.execute(delete(kind).where(kind.id.in_(chosen)))
    gone = len(codes) + len(stickers)
    if gone:
        audit.note(
            work, by=None, action="retention.trouble", subject="qr_trouble", detail=str(gone)
        )
    return gone


def _over(work: Work) -> tuple[Select[int], Select[int]]:
    before = work.now() - KEPT
    return (
        select(Trouble.id).where(Trouble.settled_at < before),
        select(LookAlike.id).where(LookAlike.settled_at < before),
    )
