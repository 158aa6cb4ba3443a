"""What an order to print may hold, and how far the orders are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.permissions import Permission
from people.errors import NoSuchArea
from people.models import Household
from people.queries import find_area, lies_in, reaches, scoped
from qr import rules
from qr.errors import NoSuchOrder, NotYourArea
from qr.models import Code, PrintFile, PrintItem, PrintOrder
from qr.rules import CodeKind, CodeState, Format, Only, Size

ORDER_PAGE: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which codes are to be printed: those of an area and all below it."""

    area_code: str
    form: Format
    kind: CodeKind | None = None  # all that are printed in this format
    only: Only = Only.ALL


def order_size(session: Session, wanted: Wanted, *, by: Actor | None) -> Size:
    """Return how much *wanted* would be, and how many cards would end by it.

    Raises:
        NoSuchArea: there is no such area.
        NotYourArea: *by* may not print for it.
        MovesOn: activities' codes are wanted.
        NothingToPrint: no code is like that, or more than 50,000 are.
    """
    check_area(session, wanted.area_code, by=by)
    rules.check_stays([wanted.kind])
    pieces = (household_ids if wanted.form is Format.CARDS else code_ids)(wanted, by=by)
    return _size(session, pieces, wanted.form)


def again_size(session: Session, order: PrintOrder) -> Size:
    """Return how much an order would be if it were printed once more, as `order_size`."""
    return _size(session, item_ids(order), order.form)


def check_area(session: Session, area_code: str, *, by: Actor | None) -> None:
    """Make sure that *by* may print for an area.

    Raises:
        NoSuchArea: there is no such area.
        NotYourArea: *by* may not print for it.
    """
    if find_area(session, area_code) is None:
        raise NoSuchArea("没有这个区域。")
    if by is not None and not reaches(by, Permission.QR_PRINT, area_code):
        raise NotYourArea("您不能给这个区域打印平安码。")


def code_ids(wanted: Wanted, *, by: Actor | None) -> Select[int]:
    """Return the statement for the numbers of the codes that are *wanted*, in their order.

    Grid by grid, as they are handed out; within a grid by spot number.  *by* is None for
    whoever runs commands on the machine.
    """
    kinds = [
        kind for kind in CodeKind if rules.fits(wanted.form, kind) and wanted.kind in {None, kind}
    ]
    statement = select(Code).where(
        lies_in(Code, wanted.area_code),
        Code.kind.in_(kinds),
        Code.state.not_in(rules.ENDED),
    )
    if wanted.only is Only.NEVER_PRINTED:
        statement = statement.where(Code.state == CodeState.ORDERED)
    elif wanted.only is Only.DAMAGED:
        statement = statement.where(Code.state == CodeState.DAMAGED)
    if by is not None:
        statement = scoped(statement, by, Permission.QR_PRINT)
    ordered = statement.order_by(Code.area_code, Code.spot_number, Code.id)
    return ordered.with_only_columns(Code.id)


def household_ids(wanted: Wanted, *, by: Actor | None) -> Select[int]:
    """Return the statement for the households that are to get a card, in the order of doors.

    Never printed are those without a card that works.
    """
    statement = select(Household).where(
        lies_in(Household, wanted.area_code), Household.closed_at.is_(None)
    )
    if by is not None:
        statement = scoped(statement, by, Permission.QR_PRINT)
    if wanted.only is not Only.ALL:
        card = aliased(Code)
        has = select(card.id).where(card.household_id == Household.id)
        if wanted.only is Only.DAMAGED:
            statement = statement.where(has.where(card.state == CodeState.DAMAGED).exists())
        else:
            statement = statement.where(~has.where(card.state.not_in(rules.ENDED)).exists())
    ordered = statement.order_by(Household.area_code, Household.number)
    return ordered.with_only_columns(Household.id)


def item_ids(order: PrintOrder) -> Select[int]:
    """Return the statement for what an order held and can be printed again, in its order.

    In the place of a code that was replaced stands its successor; what was revoked, activities'
    codes of old orders, and households that are no more, are left out.
    """
    if order.form is Format.CARDS:
        homes = select(Household.id).join(PrintItem, PrintItem.household_id == Household.id)
        homes = homes.where(PrintItem.order_id == order.id, Household.closed_at.is_(None))
        return homes.order_by(PrintItem.position)
    held = (
        select(PrintItem.position, Code.id, Code.kind, Code.state, Code.replaced_by_id)
        .join(Code, PrintItem.code_id == Code.id)
        .where(PrintItem.order_id == order.id)
        .cte("held", recursive=True)
    )
    # A spot may have been given a new code more than once since.
    held = held.union(
        select(held.c.position, Code.id, Code.kind, Code.state, Code.replaced_by_id).join(
            Code, Code.id == held.c.replaced_by_id
        )
    )
    left = held.c.state.not_in(rules.ENDED) & (held.c.kind != CodeKind.SIGN_IN)
    return select(held.c.id).where(left).order_by(held.c.position)


def _size(session: Session, pieces: Select[int], form: Format) -> Size:
    found = pieces.order_by(None).limit(rules.MOST + 1).subquery()
    count = session.scalar(select(func.count()).select_from(found)) or 0
    rules.check_count(form, count, most=rules.MOST)
    ended = 0
    if form is Format.CARDS:
        cards = select(func.count()).select_from(Code).where(Code.state.not_in(rules.ENDED))
        ended = session.scalar(cards.where(Code.household_id.in_(select(found.c.id)))) or 0
    return Size(form=form, pieces=count, cards_ended=ended)


def order_page(session: Session, *, by: Actor, before: int | None = None) -> Sequence[PrintOrder]:
    """Return the last orders *by* may see, the newest first; *before* an older page."""
    statement = scoped(select(PrintOrder), by, Permission.QR_PRINT)
    if before is not None:
        statement = statement.where(PrintOrder.id < before)
    return session.scalars(statement.order_by(PrintOrder.id.desc()).limit(ORDER_PAGE)).all()


def order_detail(session: Session, order_id: int, *, by: Actor) -> PrintOrder:
    """Return one order.

    Raises:
        NoSuchOrder: there is none that *by* may see.
    """
    statement = select(PrintOrder).where(PrintOrder.id == order_id)
    found = session.scalar(scoped(statement, by, Permission.QR_PRINT))
    if found is None:
        raise NoSuchOrder("没有这批打印，或者它不在您的区域。")
    return found


def order_files(session: Session, order_id: int) -> Sequence[PrintFile]:
    """Return the finished files of an order, the first first."""
    statement = select(PrintFile).where(PrintFile.order_id == order_id)
    return session.scalars(statement.order_by(PrintFile.number)).all()
