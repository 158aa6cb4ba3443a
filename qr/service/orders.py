"""Ordering printed matter.  What an order holds is written down once, and printed file by file."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Select, insert, select

from kernel import audit, media
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Household
from people.queries import reaches
from qr import queries, rules
from qr.errors import CardsUnderWay, NothingToPrint
from qr.events import PrintOrdered
from qr.models import Code, PrintItem, PrintOrder
from qr.queries import Wanted
from qr.rules import Format, OrderState

BATCH: Final = 100  # orders forgotten in one transaction


def order_pieces(
    work: Work, wanted: Wanted, *, by: Actor | None, hand_on: bool = True
) -> PrintOrder:
    """Order all that is *wanted* to be printed; without *hand_on* the caller prints it itself.

    Raises:
        NoSuchArea: there is no such area.
        NotYourArea: *by* may not print for it.
        MovesOn: activities' codes are wanted.
        NothingToPrint: no code is like that, or more than 50,000 are.
    """
    queries.check_area(work.session, wanted.area_code, by=by)
    rules.check_stays([wanted.kind])
    cards = wanted.form is Format.CARDS
    pieces = (queries.household_ids if cards else queries.code_ids)(wanted, by=by)
    return _order(work, pieces, wanted, by, hand_on=hand_on)


def order_codes(
    work: Work, code_ids: Collection[int], form: Format, *, by: Actor | None, hand_on: bool = True
) -> PrintOrder:
    """Order just these codes to be printed, grid by grid.

    Raises:
        MovesOn: one of them is an activity's.
        NothingToPrint: one of them is not there for *by*, has ended, or is not printed in that
            format.
    """
    codes = work.session.scalars(select(Code).where(Code.id.in_(code_ids))).all()
    if len(codes) < len(set(code_ids)) or not codes:
        raise NothingToPrint("没有这张码。")
    rules.check_stays(
        one.kind for one in codes if by is None or reaches(by, Permission.QR_PRINT, one.area_code)
    )
    wanted = Wanted(area_code=rules.common_area([one.area_code for one in codes]), form=form)
    pieces = queries.code_ids(wanted, by=by).where(Code.id.in_(code_ids))
    order = _order(work, pieces, wanted, by, hand_on=hand_on)
    if order.pieces < len(codes):
        raise NothingToPrint("有的码已经作废、换过了，或者不印成这种样子，这一批没有印。")
    return order


def order_code(work: Work, code_id: int, form: Format, *, by: Actor | None) -> PrintOrder:
    """Order one code to be printed.

    Raises:
        NothingToPrint: there is none for *by*, it ended, or it is not printed in that format.
    """
    return order_codes(work, [code_id], form, by=by)


def order_again(work: Work, order_id: int, *, by: Actor) -> PrintOrder:
    """Order the same pieces again; cards get new tokens, and their old ones are dead.

    Raises:
        NoSuchOrder: there is none that *by* may see.
        NothingToPrint: nothing of it is left.
    """
    old = queries.order_detail(work.session, order_id, by=by)
    wanted = Wanted(area_code=old.area_code, form=old.form)
    return _order(work, queries.item_ids(old), wanted, by)


def hand_on(work: Work, order_id: int) -> None:
    """Let the workers print what is left of an order; twice does no harm."""
    work.announce(PrintOrdered(order_id=order_id))


def note_fetched(work: Work, order: PrintOrder, *, by: Actor | None) -> None:
    """Write down that somebody took the files of cards away: whoever has them has the cards."""
    audit.note(work, by=by, action="qr.fetch", subject=f"qr_order:{order.id}", area=order.area_code)


def forget_order_files(work: Work) -> bool:
    """Let go of the files whose time is over; return whether there may be more of them."""
    late = work.session.scalars(
        select(PrintOrder)
        .where(PrintOrder.expires_at <= work.now(), PrintOrder.state != OrderState.EXPIRED)
        .order_by(PrintOrder.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    names: list[str] = []
    for order in late:
        order.state = OrderState.EXPIRED
        for file in queries.order_files(work.session, order.id):
            names.append(file.stored)
            work.session.delete(file)
    if names:
        work.later(media.drop_files, names="\n".join(names))
    return len(late) == BATCH


def _order(
    work: Work, pieces: Select[int], wanted: Wanted, by: Actor | None, *, hand_on: bool = True
) -> PrintOrder:
    form = wanted.form
    if form is Format.CARDS:  # the second of two who order at once waits, and hears of the first
        pieces = pieces.with_for_update(of=Household)
    found = work.session.scalars(pieces.limit(rules.MOST + 1)).all()
    rules.check_count(form, len(found), most=rules.MOST)
    if form is Format.CARDS:
        _refuse_cards_twice(work, found)
    order = PrintOrder(
        form=form,
        area_code=wanted.area_code,
        asked_by=None if by is None else by.id,
        asked_at=work.now(),
        pieces=len(found),
        sample=not rules.is_final(work.parts.settings.public_url),
    )
    work.session.add(order)
    work.session.flush()
    column = "household_id" if form is Format.CARDS else "code_id"
    work.session.execute(
        insert(PrintItem),
        [{"order_id": order.id, "position": at, column: one} for at, one in enumerate(found)],
    )
    audit.note(
        work,
        by=by,
        action="qr.order_print",
        subject=f"qr_order:{order.id}",
        area=order.area_code,
        detail=f"{form}: {len(found)}",
    )
    if hand_on:
        work.announce(PrintOrdered(order_id=order.id))
    return order


def _refuse_cards_twice(work: Work, household_ids: Sequence[int]) -> None:
    """Let nobody print cards whose households have others under way: one set would be dead.

    Both orders end well otherwise, and whoever hands out the first does not hear of the second.
    """
    under_way = (
        select(PrintItem.household_id)
        .join(PrintOrder, PrintOrder.id == PrintItem.order_id)
        .where(PrintOrder.form == Format.CARDS, PrintOrder.state == OrderState.PRINTING)
    )
    if not set(household_ids).isdisjoint(work.session.scalars(under_way)):
        raise CardsUnderWay("这里有一批户码卡正在印，等它印好了再印，免得两批里只有一批能用。")
