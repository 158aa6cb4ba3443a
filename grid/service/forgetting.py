"""What is forgotten about cases that have long been over, as the privacy notice promises.

Each verb takes the next few and says how many it took; the log has the number and nothing else.
Nothing here counts as something that happened to a case: nobody's clock or list is touched.
"""

from typing import Final

from sqlalchemy import Select, delete, func, or_, select, update

from grid.models import Callback, Case, CaseFile, Duty, FileKind, LinkDevice, Outside, UnitWord
from grid.queries import over_before
from kernel import audit, media
from kernel.clock import SHANGHAI
from kernel.inventory import kept
from kernel.work import Work

BATCH: Final = 500
CONTACT: Final = kept("手机号")
FILES: Final = kept("上报照片语音")
POSITION: Final = kept("精确定位")
OUTSIDE: Final = kept("外部单位链接与回话")
DUTY: Final = kept("值班表", after="值班结束")
# Degrees to three decimals: about 110 m from north to south, 95 m across at 30 degrees north.
STREET: Final = 3
# What residents sent.  What staff took of their own work stays with it.
SENT: Final = (FileKind.REPORT, FileKind.SUPPLEMENT)


def forget_contacts(work: Work) -> int:
    """Forget name and number a year after a case was over; the fingerprint of the number, too."""
    chosen = _next(work, _contacts(work))
    _change(work, chosen, caller_name=None, caller_phone=None, phone_index=None)
    work.session.execute(
        delete(Callback)
        .where(Callback.case_id.in_(chosen))
        .execution_options(synchronize_session=False)
    )
    return told(work, "contact", len(chosen))


def forget_files(work: Work) -> int:
    """Delete the pictures and voice notes that residents sent, two years after."""
    chosen = _next(work, _files(work))
    work.session.execute(
        delete(CaseFile)
        .where(CaseFile.attachment_id.in_(chosen))
        .execution_options(synchronize_session=False)
    )
    return told(work, "files", media.forget_these(work, chosen))


def blur_positions(work: Work) -> int:
    """Leave of a position the street, half a year after."""
    chosen = _next(work, _positions(work))
    _change(work, chosen, lat=func.round(Case.lat, STREET), lng=func.round(Case.lng, STREET))
    return told(work, "position", len(chosen))


def forget_outside(work: Work) -> int:
    """Delete what outside units were given and what they said, two years after.

    That somebody was asked, and what came of it, stands in the case's own history.
    """
    chosen = _next(work, _outside(work))
    for table, column in (
        (LinkDevice, LinkDevice.outside_id),
        (UnitWord, UnitWord.outside_id),
        (Outside, Outside.id),
    ):
        work.session.execute(
            delete(table).where(column.in_(chosen)).execution_options(synchronize_session=False)
        )
    return told(work, "outside", len(chosen))


def forget_old_duty(work: Work) -> int:
    """Delete lines of the table of duty that ended three months ago: a plan is no record."""
    chosen = _next(work, _duty(work))
    work.session.execute(
        delete(Duty).where(Duty.id.in_(chosen)).execution_options(synchronize_session=False)
    )
    return told(work, "duty", len(chosen), of="duty")


def due(work: Work) -> dict[str, int]:
    """Return how many rows each verb would still take."""
    statements = {
        "contact": _contacts,
        "files": _files,
        "position": _positions,
        "outside": _outside,
        "duty": _duty,
    }
    return {what: how_many(work, statement(work)) for what, statement in statements.items()}


def how_many(work: Work, chosen: Select[int]) -> int:
    """Return how many rows a statement for numbers finds."""
    return work.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0


def told(work: Work, what: str, count: int, *, of: str = "case") -> int:
    """Write down how many rows lost what, if any did; return the number."""
    if count:
        audit.note(work, by=None, action=f"retention.{what}", subject=of, detail=str(count))
    return count


def _contacts(work: Work) -> Select[int]:
    known = or_(
        Case.caller_name.is_not(None), Case.caller_phone.is_not(None), Case.phone_index.is_not(None)
    )
    return select(Case.id).where(Case.id.in_(over_before(work.now() - CONTACT)), known)


def _files(work: Work) -> Select[int]:
    long_over = CaseFile.case_id.in_(over_before(work.now() - FILES))
    return select(CaseFile.attachment_id).where(long_over, CaseFile.kind.in_(SENT)).distinct()


def _positions(work: Work) -> Select[int]:
    fine = or_(
        Case.lat != func.round(Case.lat, STREET),
        Case.lng != func.round(Case.lng, STREET),
    )
    return select(Case.id).where(Case.id.in_(over_before(work.now() - POSITION)), fine)


def _outside(work: Work) -> Select[int]:
    return select(Outside.id).where(Outside.case_id.in_(over_before(work.now() - OUTSIDE)))


def _duty(work: Work) -> Select[int]:
    today = work.now().astimezone(SHANGHAI).date()
    return select(Duty.id).where(Duty.last_day < today - DUTY)


def _next(work: Work, chosen: Select[int]) -> list[int]:
    statement = chosen.order_by(*chosen.selected_columns).limit(BATCH)
    return list(work.session.scalars(statement))


def _change(work: Work, chosen: list[int], **values: object) -> None:
    if chosen:
        work.session.execute(
            update(Case)
            .where(Case.id.in_(chosen))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
