"""The register: what hangs where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.queries import scoped
from qr import rules
from qr.errors import NoSuchCode
from qr.models import Code
from qr.rules import CodeKind, CodeState

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
    return session.scalars(statement.order_by(Code.id).limit(REGISTER_PAGE)).all()


def register_entry(session: Session, code_id: int, *, by: Actor) -> Code:
    """Return one code of the register.

    Raises:
        NoSuchCode: there is none that *by* may read, or it is none that hangs.
    """
    statement = select(Code).where(Code.id == code_id, Code.kind.not_in(OFF_WALLS))
    found = session.scalar(scoped(statement, by, Permission.QR_READ))
    if found is None:
        raise NoSuchCode("没有这张码，或者它不在您的区域。")
    return found
