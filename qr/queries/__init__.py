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
    code_ids,
    household_ids,
    item_ids,
    order_detail,
    order_files,
    order_page,
)
from qr.queries.register import (
    REGISTER_PAGE,
    RegisterFilter,
    register_entry,
    register_page,
)
from qr.queries.walls import (
    TROUBLE_PAGE,
    open_troubles,
    photo_of,
    photo_owner,
    scans_of,
    successor_of,
    troubles_page,
)

__all__ = [
    "MOST",
    "ORDER_PAGE",
    "REGISTER_PAGE",
    "TROUBLE_PAGE",
    "RegisterFilter",
    "Scanned",
    "Wanted",
    "by_spot_number",
    "cards_of",
    "code_ids",
    "find",
    "household_ids",
    "in_area",
    "item_ids",
    "open_troubles",
    "order_detail",
    "order_files",
    "order_page",
    "photo_of",
    "photo_owner",
    "register_entry",
    "register_page",
    "resolve",
    "scans_of",
    "successor_of",
    "troubles_page",
    "with_spot_number",
]
