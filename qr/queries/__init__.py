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
    Wanted,
    code_ids,
    household_ids,
    item_ids,
    order_detail,
    order_files,
    order_page,
)

__all__ = [
    "MOST",
    "Scanned",
    "Wanted",
    "by_spot_number",
    "cards_of",
    "code_ids",
    "find",
    "household_ids",
    "in_area",
    "item_ids",
    "order_detail",
    "order_files",
    "order_page",
    "resolve",
    "with_spot_number",
]
