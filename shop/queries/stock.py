"""What lies on a village's shelf, for those who keep it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, or_, select
from sqlalchemy import false as never
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Area, Person
from people.queries import area_ranges, scoped
from people.rules import Level
from points.models import Entry, LedgerAccount
from points.rules import AccountKind
from shop import rules
from shop.errors import NoSuchGift, NoSuchMove
from shop.models import Gift, GiftPrice, GoodsIn, GoodsInLine, StockMove
from shop.rules import SOON, GoodsState, MoveState, Receipt

MOST_VILLAGES = 500
MOST_GIFTS = 300
MOST_MOVES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A gift and how much of it there is, in pieces; *held* of them are set aside."""

    gift: Gift
    on_hand: int
    held: int
    expired: int  # past their day
    soon: int  # good for at most thirty days more

    @property
    def is_low(self) -> bool:
        """Whether it has to be bought soon."""
        return self.gift.is_active and rules.is_low(self.on_hand, self.gift.warn_below)

    @property
    def value_fen(self) -> int:
        """What it is worth at reference cost."""
        return rules.value_fen(self.on_hand, self.gift.cost_fen)

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be done about it."""
        return not (self.is_low or self.expired or self.soon)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSeen:
    """A move and who signed it."""

    move: StockMove
    gift: Gift
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftSeen:
    """A gift, what is there, its prices with who set them, and how its stock moved."""

    shelf: Shelf
    prices: Sequence[tuple[GiftPrice, str]]  # the newest first
    moves: Sequence[MoveSeen]  # the newest first


def unit_of(gift_id: int) -> str:
    """Return what the ledger counts a gift in: a unit of its own."""
    return f"gift:{gift_id}"


def account_of() -> ColumnElement[bool]:
    """Return the condition that joins a gift's ledger account to it."""
    return and_(
        LedgerAccount.kind == AccountKind.STOCK,
        LedgerAccount.owner_ref == Gift.area_code,
        LedgerAccount.unit == literal("gift:") + cast(Gift.id, Text),
    )


def shop_villages(
    session: Session, *, by: Actor, permission: Permission
) -> Sequence[tuple[str, str]]:
    """Return (code, name) of the villages in which *by* holds *permission*."""
    there = [
        and_(Area.code >= start, Area.code < end) for start, end in area_ranges(by, permission)
    ]
    rows = session.execute(
        select(Area.code, Area.name)
        .where(Area.level == Level.VILLAGE, Area.closed_at.is_(None), or_(never(), *there))
        .order_by(Area.code)
        .limit(MOST_VILLAGES)
    )
    return [(row.code, row.name) for row in rows]


def stock(session: Session, village: str, *, by: Actor, today: date) -> Sequence[Shelf]:
    """Return the gifts of a village that *by* may see: warnings first, then by number."""
    mine = scoped(select(Gift), by, Permission.STOCK_READ).where(Gift.area_code == village)
    gifts = session.scalars(mine.order_by(Gift.sku).limit(MOST_GIFTS)).all()
    shelves = _shelves(session, gifts, today)
    return sorted(
        shelves,
        key=lambda one: (not one.gift.is_active, not one.expired, not one.soon, not one.is_low),
    )


def gift_detail(session: Session, gift_id: int, *, by: Actor, today: date) -> GiftSeen:
    """Return one gift with its prices and its moves.

    Raises:
        NoSuchGift: there is none for *by*.
    """
    gift = session.scalar(scoped(select(Gift).where(Gift.id == gift_id), by, Permission.STOCK_READ))
    if gift is None:
        raise NoSuchGift("没有这样礼品，或者它不归您管。")
    prices = session.execute(
        select(GiftPrice, Person.public_name)
        .join(Person, Person.id == GiftPrice.set_by)
        .where(GiftPrice.gift_id == gift_id)
        .order_by(GiftPrice.id.desc())
        .limit(MOST_MOVES)
    )
    [shelf] = _shelves(session, [gift], today)
    return GiftSeen(
        shelf=shelf,
        prices=[(row[0], row[1]) for row in prices],
        moves=_moves(session, StockMove.gift_id == gift_id),
    )


def counts_waiting(session: Session, village: str, *, by: Actor) -> Sequence[MoveSeen]:
    """Return the counts in a village that wait for a second person."""
    mine = scoped(select(StockMove), by, Permission.STOCK_READ).with_only_columns(StockMove.id)
    waits = mine.where(StockMove.area_code == village, StockMove.state == MoveState.WAITING)
    return _moves(session, StockMove.id.in_(waits))


def counted_gift(session: Session, move_id: int, *, by: Actor) -> int:
    """Return which gift a count is of, for whoever may count there.

    Raises:
        NoSuchMove: there is none for *by*.
    """
    mine = scoped(select(StockMove).where(StockMove.id == move_id), by, Permission.STOCK_COUNT)
    move = session.scalar(mine)
    if move is None:
        raise NoSuchMove("没有这次盘点，或者它不归您管。")
    return move.gift_id


def _moves(session: Session, which: ColumnElement[bool]) -> Sequence[MoveSeen]:
    moves = session.execute(
        select(StockMove, Gift)
        .join(Gift, Gift.id == StockMove.gift_id)
        .where(which)
        .order_by(StockMove.id.desc())
        .limit(MOST_MOVES)
    ).all()
    names = names_of(
        session, {one for row in moves for one in (row[0].proposed_by, row[0].decided_by)}
    )
    return [
        MoveSeen(
            move=move,
            gift=gift,
            first=names.get(move.proposed_by, ""),
            second=names.get(move.decided_by, ""),
        )
        for move, gift in ((row[0], row[1]) for row in moves)
    ]


def names_of(session: Session, ids: set[int | None]) -> Mapping[int | None, str]:
    """Return what staff are called."""
    if not ids - {None}:
        return {}
    rows = session.execute(select(Person.id, Person.public_name).where(Person.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def _shelves(session: Session, gifts: Sequence[Gift], today: date) -> list[Shelf]:
    if not gifts:
        return []
    ids = [gift.id for gift in gifts]
    accounts = {
        row[0]: row[1]
        for row in session.execute(
            select(Gift.id, LedgerAccount).join(LedgerAccount, account_of()).where(Gift.id.in_(ids))
        )
    }
    receipts = _receipts(session, ids)
    found = []
    for gift in gifts:
        account, dated = accounts.get(gift.id), receipts.get(gift.id, ())
        gone = account.out_total if account else 0
        expired = rules.ends_by(dated, gone=gone, day=today - timedelta(days=1))
        soon = rules.ends_by(dated, gone=gone, day=today + SOON)
        found.append(
            Shelf(
                gift=gift,
                on_hand=account.in_total - gone if account else 0,
                held=account.held if account else 0,
                expired=expired,
                soon=soon - expired,
            )
        )
    return found


def _receipts(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[Receipt]]:
    """Return what came with a date, in its order; what lasts for ever changes no figure."""
    rows = session.execute(
        select(GoodsInLine.gift_id, GoodsInLine.pieces, GoodsInLine.good_until, Entry.out_total)
        .join(GoodsIn, GoodsIn.id == GoodsInLine.goods_in_id)
        .join(Gift, Gift.id == GoodsInLine.gift_id)
        .join(LedgerAccount, account_of())
        .join(
            Entry,
            and_(Entry.posting_id == GoodsIn.posting_id, Entry.account_id == LedgerAccount.id),
        )
        .where(
            GoodsInLine.gift_id.in_(ids),
            GoodsInLine.good_until.is_not(None),
            GoodsIn.state == GoodsState.POSTED,
        )
        .order_by(Entry.account_id, Entry.version)
    )
    found: dict[int, list[Receipt]] = defaultdict(list)
    for gift_id, pieces, good_until, gone in rows:
        found[gift_id].append(Receipt(pieces=pieces, good_until=good_until, gone_before=gone))
    return found


def waiting_count(session: Session, village: str, *, by: Actor) -> int:
    """Return how many deliveries of a village wait for a second person."""
    mine = scoped(select(GoodsIn), by, Permission.STOCK_READ)
    waits = mine.where(GoodsIn.area_code == village, GoodsIn.state == GoodsState.WAITING)
    return session.scalar(select(func.count()).select_from(waits.subquery())) or 0
