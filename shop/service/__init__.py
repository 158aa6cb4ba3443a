"""The verbs of the shop.  Nothing else writes to its gifts, or moves its stock."""

from shop.service.gifts import add_gift, edit_gift, shelve_defaults
from shop.service.goods import confirm_goods, take_in, unname, withdraw_goods
from shop.service.moves import count, sign_count, take_out, withdraw_count

__all__ = [
    "add_gift",
    "confirm_goods",
    "count",
    "edit_gift",
    "shelve_defaults",
    "sign_count",
    "take_in",
    "take_out",
    "unname",
    "withdraw_count",
    "withdraw_goods",
]
