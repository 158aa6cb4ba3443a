"""What is forgotten about who took part in activities."""

from typing import Final

from sqlalchemy import Select, func, select, update

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
    gone = dict.fromkeys(("person_id", "name", "phone", "phone_index", "device_index"))
    work.session.execute(
        update(SignIn)
        .where(SignIn.id.in_(chosen))
        .values(**gone, forgotten_at=work.now())
        .execution_options(synchronize_session=False)
    )
    detail = str(len(chosen))
    audit.note(work, by=None, action="retention.sign_in", subject="qr_sign_in", detail=detail)
    return len(chosen)


def sign_ins_due(work: Work) -> int:
    """Return how many `forget_sign_ins` would still take."""
    return work.session.scalar(select(func.count()).select_from(_over(work).subquery())) or 0


def _over(work: Work) -> Select[int]:
    return (
        select(SignIn.id)
        .join(Activity)
        .where(Activity.ends_at < work.now() - KEPT, SignIn.forgotten_at.is_(None))
    )
