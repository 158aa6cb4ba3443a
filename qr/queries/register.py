"""The register: what hangs where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Area
from people.queries import lies_in, scoped
from qr import rules
from qr.errors import NoSuchCode
from qr.models import Code, Trouble
from qr.rules import CodeKind, CodeState, Watch
from qr.rules.register_table import Entry

REGISTER_PAGE: Final = 50
# Each has a page of its own.
OFF_WALLS: Final = (CodeKind.HOUSEHOLD, CodeKind.SIGN_IN)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFilter:
    """Which codes are wanted; empty fields want all that still count."""

    kind: CodeKind | None = None
    state: CodeState | None = None
    number: int | None = None  # of a spot
    name: str = ""  # a part of it
    watch: Watch | None = None
    today: date = date.max  # in Shanghai: from when on silence counts
    after: int = 0  # only those with a higher number: the last of the page before


def register_page(session: Session, wanted: RegisterFilter, *, by: Actor) -> Sequence[Code]:
    """Return up to 50 codes that *by* may read, the oldest first: what hangs."""
    statement = scoped(select(Code), by, Permission.QR_READ).where(
        Code.id > wanted.after, Code.kind.not_in(OFF_WALLS)
    )
    if wanted.kind is not None:
        statement = statement.where(Code.kind == wanted.kind)
    if wanted.state is not None:
        statement = statement.where(Code.state == wanted.state)
    else:
        statement = statement.where(Code.state.not_in(rules.ENDED))
    if wanted.number is not None:
        statement = statement.where(Code.spot_number == wanted.number)
    if wanted.name:
        statement = statement.where(Code.place_name.contains(wanted.name, autoescape=True))
    if wanted.watch is not None:
        statement = statement.where(_to_watch(wanted.watch, wanted.today))
    return session.scalars(statement.order_by(Code.id).limit(REGISTER_PAGE)).all()


def register_rows(session: Session, area_code: str, *, by: Actor | None) -> Iterator[Entry]:
    """Yield the codes of an area and all below it, replaced and revoked ones too, as they come.

    No household's card and no activity's code.  *by* sees what they may read; None is whoever
    runs commands on the machine.
    """
    statement = select(Code).where(lies_in(Code, area_code), Code.kind.not_in(OFF_WALLS))
    if by is not None:
        statement = scoped(statement, by, Permission.QR_READ)
    columns = [
        Area.name if field == "area_name" else getattr(Code, field) for field in Entry._fields
    ]
    rows = statement.join(Area, Area.code == Code.area_code).with_only_columns(*columns)
    ordered = rows.order_by(Code.area_code, Code.id).execution_options(yield_per=500)
    yield from (Entry(*row) for row in session.execute(ordered))


def register_entry(
    session: Session, code_id: int, *, by: Actor, permission: Permission = Permission.QR_READ
) -> Code:
    """Return one code of the register.

    Raises:
        NoSuchCode: there is none that *by* reaches under *permission*, or it is none that hangs.
    """
    statement = select(Code).where(Code.id == code_id, Code.kind.not_in(OFF_WALLS))
    found = session.scalar(scoped(statement, by, permission))
    if found is None:
        raise NoSuchCode("没有这张码，或者它不在您的区域。")
    return found


def _to_watch(watch: Watch, today: date) -> ColumnElement[bool]:
    match watch:
        case Watch.WRONG:
            said = select(Trouble.id).where(
                Trouble.code_id == Code.id, Trouble.settled_at.is_(None)
            )
            return or_(Code.state == CodeState.DAMAGED, said.exists())
        case Watch.UNSCANNED:
            since = or_(Code.last_scan_on.is_(None), Code.last_scan_on < Code.hung_on)
            return Code.hung_on.is_not(None) & since
        case Watch.SILENT:
            return Code.last_scan_on < rules.silent_since(today)
        case Watch.FAR:
            return Code.far_reports > 0
