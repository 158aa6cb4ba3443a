"""What somebody wants of a gift, of goods that came, of a move: may it be at all?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from shop.errors import Unsaid
from shop.rules.kinds import (
    MOST_COINS,
    MOST_FEN,
    MOST_NAME,
    MOST_PIECES,
    MOST_WORDS,
    UNNAMED,
    Category,
    Funding,
    GiverKind,
    MoveKind,
    Origin,
)

MOST_LINES: Final = 60  # of goods that came at once
_SKU: Final = re.compile(r"[A-Z0-9-]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftWish:
    """A gift as it is to be; numbers are -1 where none was typed."""

    sku: str
    name: str
    category: Category | None
    coins: int
    cost_fen: int
    unit: str
    per_month: int
    warn_below: int
    note: str = ""
    keeps_dates: bool = False
    is_active: bool = True


def check_gift(wish: GiftWish) -> None:
    """Refuse what no gift may be.

    Raises:
        Unsaid: with the first thing that is wrong.
    """
    faults = (
        (not _SKU.fullmatch(wish.sku), "编号请用 1 到 12 个大写字母或数字，比如 G16"),
        (not 1 <= len(wish.name) <= MOST_NAME, "请写礼品叫什么，60 个字以内"),
        (wish.category is None, "请选是哪一类"),
        (not 1 <= wish.coins <= MOST_COINS, "换一份几币，请写 1 到 100000 的整数"),
        (not 0 <= wish.cost_fen <= MOST_FEN, "参考价请写元，比如 12 或 12.50"),
        (not 1 <= len(wish.unit) <= 20, "请写单位，比如 瓶、袋 5kg，20 个字以内"),  # noqa: PLR2004
        (not 1 <= wish.per_month <= 100, "每户每月最多几份，请写 1 到 100 的整数"),  # noqa: PLR2004
        (not 0 <= wish.warn_below <= MOST_PIECES, "剩几份就提醒，请写 0 到 100000 的整数"),
        (len(wish.note) > MOST_WORDS, "备注最多写 200 个字"),
        (wish.category is Category.FOOD and not wish.keeps_dates, "食品要记保质期，请勾上"),
    )
    _refuse_first(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLine:
    """So many pieces of a gift that came, and through which day they are good.

    *pieces* is -1 and *is_day* False where what was typed is none.
    """

    gift_id: int
    pieces: int
    good_until: date | None = None
    is_day: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsWish:
    """Goods that came: who from, whose money, how much of it, and what."""

    origin: Origin | None
    giver_kind: GiverKind | None
    giver: str
    may_name: bool  # a person agreed to be named
    funding: Funding | None
    paid_fen: int
    lines: Sequence[GoodsLine]
    key: str

    @property
    def shown_as(self) -> str:
        """The name that is kept and shown; of a person who did not agree, none."""
        if self.giver_kind is GiverKind.PERSON and not self.may_name:
            return UNNAMED
        return self.giver


def check_goods(wish: GoodsWish) -> None:
    """Refuse what no delivery may be.

    Raises:
        Unsaid: with the first thing that is wrong.
    """
    given, paid = wish.origin is Origin.DONATED, wish.paid_fen
    gifts = [line.gift_id for line in wish.lines]
    faults = (
        (wish.origin is None, "请选是买的还是捐的"),
        (wish.giver_kind is None, "请选来的是单位还是个人"),
        (not wish.shown_as, "请写是哪家店、哪个单位，或者谁捐的"),
        (len(wish.giver) > MOST_NAME, "名字最多写 60 个字"),
        (wish.funding is None, "请选用的是哪里的钱"),
        (given != (wish.funding is Funding.GIVEN), "捐的东西不花钱，买的要选是哪里的钱"),
        (not 0 <= paid <= MOST_FEN, "一共花了多少，请写元，比如 120 或 120.50"),
        (given and paid > 0, "捐的东西请写花了 0 元"),
        (not given and paid == 0, "买的东西请写花了多少元"),
        (not wish.lines, "请至少写一样礼品的件数"),
        (len(wish.lines) > MOST_LINES, "一次最多写 60 样礼品"),
        (len(set(gifts)) != len(gifts), "同一样礼品写了两次"),
    )
    _refuse_first(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWish:
    """Pieces that go, or that were counted; -1 where what was typed is no number."""

    kind: MoveKind | None
    pieces: int
    reason: str
    key: str


def check_goods_line(line: GoodsLine, *, name: str, keeps_dates: bool, today: date) -> None:
    """Refuse a line that cannot be; the sentence names the gift.

    Raises:
        Unsaid: the pieces are none, or the day through which they are good is.
    """
    until = line.good_until
    if not 1 <= line.pieces <= MOST_PIECES:
        raise Unsaid("%(gift)s：件数请写 1 到 100000 的整数", gift=name)
    if not line.is_day:
        raise Unsaid("%(gift)s：保质期请写成 2027-03-31 这样", gift=name)
    if keeps_dates and until is None:
        raise Unsaid("%(gift)s：请写保质期到哪一天", gift=name)
    if until is not None and until < today:
        raise Unsaid("%(gift)s：保质期已经过了，不能入库", gift=name)


def check_reason(reason: str) -> None:
    """Refuse a reason that is none, or too long a one.

    Raises:
        Unsaid: so it is.
    """
    _refuse_first(
        (
            (not reason, "请写为什么"),
            (len(reason) > MOST_WORDS, "原因最多写 200 个字"),
        )
    )


def _refuse_first(faults: Sequence[tuple[bool, str]]) -> None:
    for is_wrong, sentence in faults:
        if is_wrong:
            raise Unsaid(sentence)
