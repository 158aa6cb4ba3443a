"""Tables of the shop: its gifts with their prices, goods that came, and moves of stock.

How many pieces there are stands nowhere here: that is a ledger account (points).
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import InArea, Person
from points.models import Posting
from points.models.ledger import MaybeWhole
from shop.rules.kinds import (
    MOST_NAME,
    MOST_WORDS,
    Category,
    Funding,
    GiverKind,
    GoodsState,
    MoveKind,
    MoveState,
    Origin,
)

_DECIDED = "(state = 'waiting') = (decided_by IS NULL)"


class Gift(InArea, Model):
    """Something a village gives for coins.  ``area_code`` is the village's."""

    __tablename__ = "shop_gift"
    __table_args__ = (
        UniqueConstraint("area_code", "sku"),
        CheckConstraint("length(area_code) = 12", name="of_a_village"),
        CheckConstraint("coins > 0 AND cost_fen >= 0", name="has_a_price"),
        CheckConstraint("per_month > 0 AND warn_below >= 0", name="has_limits"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(MOST_NAME))
    category: Mapped[Category]
    coins: Mapped[int]
    cost_fen: Mapped[int]  # for reference
    unit: Mapped[str] = mapped_column(String(20))
    per_month: Mapped[int]  # most for one household
    warn_below: Mapped[int]
    note: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    keeps_dates: Mapped[bool]
    is_active: Mapped[bool]


class GiftPrice(Model):
    """A price a gift was given, and by whom; the last one holds.  Only ever added to (triggers)."""

    __tablename__ = "shop_gift_price"
    __table_args__ = (
        CheckConstraint("coins > 0", name="above_zero"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey(Gift.id), index=True)
    coins: Mapped[int]
    since: Mapped[datetime]
    set_by: Mapped[int] = mapped_column(ForeignKey(Person.id))


class GoodsIn(InArea, Model):
    """Goods that came: written down by one person, posted when another has counted them too."""

    __tablename__ = "shop_goods_in"
    __table_args__ = (
        CheckConstraint(_DECIDED, name="decided_by_somebody"),
        CheckConstraint("state <> 'posted' OR decided_by <> received_by", name="two_people"),
        CheckConstraint("(state = 'posted') = (posting_id IS NOT NULL)", name="posted_once"),
        CheckConstraint("(origin = 'donated') = (funding = 'given')", name="given_costs_nothing"),
        CheckConstraint("(origin = 'donated') = (paid_fen = 0) AND paid_fen >= 0", name="paid"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # of who, which form and what
    origin: Mapped[Origin]
    giver_kind: Mapped[GiverKind]
    giver: Mapped[str] = mapped_column(String(MOST_NAME))
    funding: Mapped[Funding]
    paid_fen: Mapped[int]
    received_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    received_at: Mapped[datetime]
    state: Mapped[GoodsState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    posting_id: Mapped[MaybeWhole] = mapped_column(ForeignKey(Posting.id), unique=True)


class GoodsInLine(Model):
    """Pieces of a gift among goods that came.  Only ever added to (triggers)."""

    __tablename__ = "shop_goods_in_line"
    __table_args__ = (CheckConstraint("pieces > 0", name="above_zero"),)

    goods_in_id: Mapped[int] = mapped_column(ForeignKey(GoodsIn.id), primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey(Gift.id), primary_key=True, index=True)
    pieces: Mapped[int]
    good_until: Mapped[date | None] = mapped_column(Date)  # the last day


class StockMove(InArea, Model):
    """Pieces that spoiled or went back, or what a count found; ``area_code`` is the gift's."""

    __tablename__ = "shop_stock_move"
    __table_args__ = (
        CheckConstraint("book >= 0 AND counted >= 0", name="no_number_negative"),
        CheckConstraint("kind = 'counted' OR counted < book", name="something_goes"),
        CheckConstraint(_DECIDED, name="decided_by_somebody"),
        CheckConstraint(
            "kind <> 'counted' OR state <> 'done' OR decided_by <> proposed_by", name="two_people"
        ),
        CheckConstraint(
            "(state = 'done' AND counted <> book) = (posting_id IS NOT NULL)", name="posted_once"
        ),
        Index("ix_shop_stock_move_of", "gift_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey(Gift.id))
    kind: Mapped[MoveKind]
    book: Mapped[int]  # pieces the ledger had
    counted: Mapped[int]  # pieces there are then
    reason: Mapped[str] = mapped_column(String(MOST_WORDS))
    proposed_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    proposed_at: Mapped[datetime]
    state: Mapped[MoveState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    posting_id: Mapped[MaybeWhole] = mapped_column(ForeignKey(Posting.id), unique=True)

    @property
    def difference(self) -> int:
        """By how many pieces the stock changes."""
        return self.counted - self.book
