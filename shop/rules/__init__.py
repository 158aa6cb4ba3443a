"""Decisions of the shop that need no database."""

from shop.rules.catalogue import default_gifts
from shop.rules.figures import SOON, Receipt, ends_by, fen, is_low, level, value_fen, yuan
from shop.rules.kinds import (
    MOST_PIECES,
    UNNAMED,
    Category,
    Funding,
    GiverKind,
    GoodsState,
    Level,
    MoveKind,
    MoveState,
    Origin,
)
from shop.rules.wishes import (
    GiftWish,
    GoodsLine,
    GoodsWish,
    StockWish,
    check_gift,
    check_goods,
    check_goods_line,
    check_reason,
)

__all__ = [
    "MOST_PIECES",
    "SOON",
    "UNNAMED",
    "Category",
    "Funding",
    "GiftWish",
    "GiverKind",
    "GoodsLine",
    "GoodsState",
    "GoodsWish",
    "Level",
    "MoveKind",
    "MoveState",
    "Origin",
    "Receipt",
    "StockWish",
    "check_gift",
    "check_goods",
    "check_goods_line",
    "check_reason",
    "default_gifts",
    "ends_by",
    "fen",
    "is_low",
    "level",
    "value_fen",
    "yuan",
]
