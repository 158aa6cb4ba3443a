"""What is forgotten of who wanted to come to activities."""

from typing import Final

from sqlalchemy import Select, String, cast, delete, func, literal, or_, select, update

from kernel import audit, media
from kernel.inventory import kept
from kernel.media import Attachment
from kernel.work import Work
from points.models import Activity, SignUp, Waiting
from points.service.waiting import move_up

KEPT: Final = kept("活动签到", after="活动结束")
BATCH: Final = 500


def forget_sign_ups(work: Work) -> int:
    """Forget who signed up, half a year after the activity; how many they were stays.

    Who waited in vain goes as well.
    """
    done = select(Activity.id).where(Activity.ends_at < work.now() - KEPT)
    work.session.execute(
        delete(Waiting)
        .where(Waiting.activity_id.in_(done))
        .execution_options(synchronize_session=False)
    )
    over = (
        select(SignUp.activity_id, SignUp.person_id)
        .join(Activity, Activity.id == SignUp.activity_id)
        .where(Activity.ends_at < work.now() - KEPT)
        .order_by(SignUp.activity_id, SignUp.person_id)
        .limit(BATCH)
    )
    chosen = work.session.execute(over).all()
    for activity_id, person_id in chosen:
        work.session.execute(
            delete(SignUp).where(SignUp.activity_id == activity_id, SignUp.person_id == person_id)
        )
    if chosen:
        detail = str(len(chosen))
        audit.note(
            work, by=None, action="retention.sign_up", subject="points_sign_up", detail=detail
        )
    return len(chosen)


def forget_photos(work: Work) -> int:
    """Delete the photographs of activities, half a year after them."""
    chosen = work.session.scalars(_old_photos(work).order_by(Attachment.id).limit(BATCH)).all()
    if not chosen:
        return 0
    media.forget_these(work, chosen)
    detail = str(len(chosen))
    audit.note(work, by=None, action="retention.photo", subject="points_photo", detail=detail)
    return len(chosen)


def photos_due(work: Work) -> int:
    """Return how many photographs `forget_photos` would take."""
    return work.session.scalar(select(func.count()).select_from(_old_photos(work).subquery())) or 0


def forget_wishes(work: Work, person_id: int) -> int:
    """Forget what somebody signed up for, who wants to be forgotten; their place is free again."""
    wants = select(SignUp.activity_id).where(SignUp.person_id == person_id)
    waits = select(Waiting.activity_id).where(Waiting.person_id == person_id)
    theirs = or_(Activity.id.in_(wants), Activity.id.in_(waits))
    # Also where they wait only: else they are moved up, and stay, while they are forgotten.
    locked = select(Activity.id).where(theirs).order_by(Activity.id).with_for_update()
    work.session.scalars(locked).all()
    gone = delete(SignUp).where(SignUp.person_id == person_id).returning(SignUp.activity_id)
    chosen = sorted(work.session.scalars(gone).all())
    work.session.execute(
        update(Activity)
        .where(Activity.id.in_(chosen), Activity.ends_at > work.now())
        .values(taken=Activity.taken - 1)
        .execution_options(synchronize_session=False)
    )
    work.session.execute(delete(Waiting).where(Waiting.person_id == person_id))
    for activity_id in chosen:
        move_up(work, work.session.get_one(Activity, activity_id, populate_existing=True))
    return len(chosen)


def _old_photos(work: Work) -> Select[int]:
    owner = literal("points.activity:") + cast(Activity.id, String)
    return (
        select(Attachment.id)
        .join(Activity, owner == Attachment.owner)
        .where(Activity.ends_at < work.now() - KEPT)
    )
