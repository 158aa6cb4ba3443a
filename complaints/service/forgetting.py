"""What is forgotten about complaints answered long ago, as the privacy notice promises."""

from typing import Final

from sqlalchemy import String, cast, literal, select, update

from complaints import queries
from complaints.models import Complaint
from kernel import audit, media
from kernel.inventory import kept
from kernel.media import Attachment
from kernel.work import Work

BATCH: Final = 500
CONTACT: Final = kept("手机号")
FILES: Final = kept("上报照片语音")


def forget_contacts(work: Work) -> int:
    """Forget the number a year after the answer."""
    chosen = work.session.scalars(
        select(Complaint.id)
        .where(
            Complaint.id.in_(queries.closed_before(work.now() - CONTACT)),
            Complaint.phone.is_not(None),
        )
        .order_by(Complaint.id)
        .limit(BATCH)
    ).all()
    if chosen:
        work.session.execute(
            update(Complaint)
            .where(Complaint.id.in_(chosen))
            .values(phone=None)
            .execution_options(synchronize_session=False)
        )
    return _told(work, "contact", len(chosen))


def forget_files(work: Work) -> int:
    """Delete the pictures and voice notes two years after the answer."""
    owner = literal("complaints.complaint:") + cast(Complaint.id, String)
    chosen = work.session.scalars(
        select(Attachment.id)
        .join(Complaint, Attachment.owner == owner)
        .where(Complaint.id.in_(queries.closed_before(work.now() - FILES)))
        .order_by(Attachment.id)
        .limit(BATCH)
    ).all()
    return _told(work, "files", media.forget_these(work, chosen))


def _told(work: Work, what: str, count: int) -> int:
    if count:
        action = f"retention.{what}"
        audit.note(work, by=None, action=action, subject="complaints", detail=str(count))
    return count
