"""What is forgotten about cases that have long been over, as the privacy notice promises.

Each verb takes the next few and says how many it took; the log has the number and nothing else.
Nothing here counts as something that happened to a case: nobody's clock or list is touched.
"""

from typing import Final

from sqlalchemy import Select, delete, func, or_, select, update

from grid.models import Callback, Case, CaseFile, FileKind
from grid.queries import over_before
from kernel import audit, media
from kernel.inventory import kept
from kernel.work import Work

BATCH: Final = 500
CONTACT: Final = kept("手机号")
FILES: Final = kept("上报照片语音")
POSITION: Final = kept("精确定位")
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


def due(work: Work) -> dict[str, int]:
    """Return how many rows each verb would still take."""
    statements = {"contact": _contacts, "files": _files, "position": _positions}
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
