"""What is read about the printed codes, and about what is printed of them."""

from qr.queries.activities import (
    ACTIVITY_PAGE,
    ActivityLine,
    AttenderLine,
    activity_at,
    activity_detail,
    activity_page,
    attended,
    attenders,
)
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

__all__ = [
    "ACTIVITY_PAGE",
    "MOST",
    "ORDER_PAGE",
    "REGISTER_PAGE",
    "ActivityLine",
    "AttenderLine",
    "RegisterFilter",
    "Scanned",
    "Wanted",
    "activity_at",
    "activity_detail",
    "activity_page",
    "attended",
    "attenders",
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
    "register_entry",
    "register_page",
    "resolve",
    "with_spot_number",
]
