"""What is forgotten about reports, once the grid has forgotten it about their cases.

What never reached the grid counts from the day it was said.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_, select, update

from citizen.models import Report
from grid import queries as grid
from grid.models import CaseFile
from grid.service.forgetting import BATCH, CONTACT, FILES, POSITION, STREET, told
from kernel import media
from kernel.media import Attachment
from kernel.work import Work


def forget_contacts(work: Work) -> int:
    """Forget the fingerprint that lets the caller in, and contact that was never handed down."""
    known = or_(
        Report.caller_name.is_not(None), Report.phone.is_not(None), Report.phone_index.is_not(None)
    )
    chosen = _next(work, _over(work, CONTACT), known)
    _change(work, chosen, caller_name=None, phone=None, phone_index=None)
    return told(work, "contact", len(chosen), of="report")


def forget_files(work: Work) -> int:
    """Delete what was sent with a report that has no case, or never got as far as its case."""
    owner = literal("citizen.report:") + cast(Report.id, String)
    in_a_case = exists(select(CaseFile.id).where(CaseFile.attachment_id == Attachment.id))
    chosen = work.session.scalars(
        select(Attachment.id)
        .join(Report, or_(Attachment.owner == owner, Attachment.owner == owner + ":more"))
        .where(_over(work, FILES), ~in_a_case)
        .order_by(Attachment.id)
        .limit(BATCH)
    ).all()
    return told(work, "files", media.forget_these(work, chosen), of="report")


def blur_positions(work: Work) -> int:
    """Leave of a position the street."""
    fine = or_(
        Report.lat != func.round(Report.lat, STREET),
        Report.lng != func.round(Report.lng, STREET),
        Report.acc.is_not(None),
    )
    chosen = _next(work, _over(work, POSITION), fine)
    lat, lng = func.round(Report.lat, STREET), func.round(Report.lng, STREET)
    _change(work, chosen, lat=lat, lng=lng, acc=None)
    return told(work, "position", len(chosen), of="report")


def _over(work: Work, span: timedelta) -> ColumnElement[bool]:
    """Return the condition that a report has been over for *span*."""
    moment = work.now() - span
    return or_(
        Report.case_id.in_(grid.over_before(moment)),
        and_(Report.case_id.is_(None), Report.said_at <= moment),
    )


def _next(work: Work, *conditions: ColumnElement[bool]) -> list[int]:
    statement = select(Report.id).where(*conditions).order_by(Report.id).limit(BATCH)
    return list(work.session.scalars(statement))


def _change(work: Work, chosen: list[int], **values: object) -> None:
    if chosen:
        work.session.execute(
            update(Report)
            .where(Report.id.in_(chosen))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
