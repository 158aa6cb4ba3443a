"""What is forgotten about who took part in activities."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select, update

from kernel import audit
from kernel.inventory import kept
from kernel.work import Work
from qr.models import Activity, SignIn

KEPT: Final = kept("活动签到", after="活动结束")
BATCH: Final = 500


def forget_sign_ins(work: Work) -> int:
    """Forget who took part, half a year after; that somebody did still counts."""
    chosen = work.session.scalars(_over(work).order_by(SignIn.id).limit(BATCH)).all()
    if not chosen:
        return 0
    _empty(work, chosen)
    detail = str(len(chosen))
    audit.note(work, by=None, action="retention.sign_in", subject="qr_sign_in", detail=detail)
    return len(chosen)


def forget_attender(work: Work, person_id: int, *, phone_index: str | None) -> int:
    """Forget in which activities somebody took part, with their number too; say in how many."""
    theirs: ColumnElement[bool] = SignIn.person_id == person_id
    if phone_index is not None:
        theirs |= SignIn.phone_index == phone_index
    chosen = work.session.scalars(select(SignIn.id).where(theirs).order_by(SignIn.id)).all()
    _empty(work, chosen)
    return len(chosen)


def sign_ins_due(work: Work) -> int:
    """Return how many `forget_sign_ins` would still take."""
    return work.session.scalar(select(func.count()).select_from(_over(work).subquery())) or 0


def _empty(work: Work, chosen: Sequence[int]) -> None:
    """Leave of these that somebody came."""
    gone = dict.fromkeys(("person_id", "name", "phone", "phone_index", "device_index"))
    work.session.execute(
        update(SignIn)
        .where(SignIn.id.in_(chosen))
        .values(**gone, forgotten_at=work.now())
        .execution_options(synchronize_session=False)
    )


def _over(work: Work) -> Select[int]:
    return (
        select(SignIn.id)
        .join(Activity)
        .where(Activity.ends_at < work.now() - KEPT, SignIn.forgotten_at.is_(None))
    )
