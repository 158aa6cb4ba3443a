"""What is read of the shop."""

from shop.queries.goods import GoodsSeen, goods_detail, goods_listed
from shop.queries.public import PublicShelf, public_shelf
from shop.queries.stock import (
    GiftSeen,
    MoveSeen,
    Shelf,
    counted_gift,
    counts_waiting,
    gift_detail,
    shop_villages,
    stock,
    unit_of,
    waiting_count,
)

__all__ = [
    "GiftSeen",
    "GoodsSeen",
    "MoveSeen",
    "PublicShelf",
    "Shelf",
    "counted_gift",
    "counts_waiting",
    "gift_detail",
    "goods_detail",
    "goods_listed",
    "public_shelf",
    "shop_villages",
    "stock",
    "unit_of",
    "waiting_count",
]
