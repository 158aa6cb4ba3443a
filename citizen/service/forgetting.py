"""What is forgotten about reports, once the grid has forgotten it about their cases.

What never reached the grid counts from the day it was said.
"""

from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from citizen.models import Report
from grid import queries as grid
from grid.models import CaseFile
from grid.service.forgetting import BATCH, CONTACT, FILES, POSITION, STREET, how_many, told
from kernel import media
from kernel.media import Attachment
from kernel.work import Work


def forget_contacts(work: Work) -> int:
    """Forget the fingerprint that lets the caller in, and contact that was never handed down."""
    chosen = _next(work, _contacts(work))
    _change(work, chosen, caller_name=None, phone=None, phone_index=None)
    return told(work, "contact", len(chosen), of="report")


def forget_files(work: Work) -> int:
    """Delete what was sent with a report that has no case, or never got as far as its case."""
    chosen = _next(work, _files(work))
    return told(work, "files", media.forget_these(work, chosen), of="report")


def blur_positions(work: Work) -> int:
    """Leave of a position the street."""
    chosen = _next(work, _positions(work))
    lat, lng = func.round(Report.lat, STREET), func.round(Report.lng, STREET)
    _change(work, chosen, lat=lat, lng=lng, acc=None)
    return told(work, "position", len(chosen), of="report")


def due(work: Work) -> dict[str, int]:
    """Return how many rows each verb would still take."""
    statements = {"contact": _contacts, "files": _files, "position": _positions}
    return {what: how_many(work, statement(work)) for what, statement in statements.items()}


def _over(work: Work, span: timedelta) -> ColumnElement[bool]:
    """Return the condition that a report has been over for *span*."""
    moment = work.now() - span
    return or_(
        Report.case_id.in_(grid.over_before(moment)),
        and_(Report.case_id.is_(None), Report.said_at <= moment),
    )


def _contacts(work: Work) -> Select[int]:
    known = or_(
        Report.caller_name.is_not(None), Report.phone.is_not(None), Report.phone_index.is_not(None)
    )
    return select(Report.id).where(_over(work, CONTACT), known)


def _files(work: Work) -> Select[int]:
    owner = literal("citizen.report:") + cast(Report.id, String)
    in_a_case = exists(select(CaseFile.id).where(CaseFile.attachment_id == Attachment.id))
    return (
        select(Attachment.id)
        .join(Report, or_(Attachment.owner == owner, Attachment.owner == owner + ":more"))
        .where(_over(work, FILES), ~in_a_case)
    )


def _positions(work: Work) -> Select[int]:
    fine = or_(
        Report.lat != func.round(Report.lat, STREET),
        Report.lng != func.round(Report.lng, STREET),
        Report.acc.is_not(None),
    )
    return select(Report.id).where(_over(work, POSITION), fine)


def _next(work: Work, chosen: Select[int]) -> list[int]:
    statement = chosen.order_by(*chosen.selected_columns).limit(BATCH)
    return list(work.session.scalars(statement))


def _change(work: Work, chosen: list[int], **values: object) -> None:
    if chosen:
        work.session.execute(
            update(Report)
            .where(Report.id.in_(chosen))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
