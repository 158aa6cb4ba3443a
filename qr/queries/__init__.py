"""What is read about the printed codes, and about what is printed of them."""

from qr.queries.codes import (
    MOST,
    Scanned,
    by_spot_number,
    cards_of,
    find,
    in_area,
    resolve,
    with_spot_number,
)
from qr.queries.orders import (
    ORDER_PAGE,
    Wanted,
    again_size,
    check_area,
    code_ids,
    household_ids,
    item_ids,
    order_detail,
    order_files,
    order_page,
    order_size,
)
from qr.queries.register import (
    REGISTER_PAGE,
    RegisterFilter,
    register_entry,
    register_page,
)

__all__ = [
    "MOST",
    "ORDER_PAGE",
    "REGISTER_PAGE",
    "RegisterFilter",
    "Scanned",
    "Wanted",
    "again_size",
    "by_spot_number",
    "cards_of",
    "check_area",
    "code_ids",
    "find",
    "household_ids",
    "in_area",
    "item_ids",
    "order_detail",
    "order_files",
    "order_page",
    "order_size",
    "register_entry",
    "register_page",
    "resolve",
    "with_spot_number",
]
