"""Verbs of the printed codes.  The only code that changes them."""

from qr.service.codes import (
    Issued,
    NewCard,
    Particulars,
    block_card,
    end_card,
    issue,
    issue_card,
    move_card,
    note_exported,
    note_printed,
    put_card,
    reissue_card,
    replace,
    revoke,
)
from qr.service.orders import (
    forget_order_files,
    hand_on,
    note_fetched,
    order_again,
    order_code,
    order_codes,
    order_pieces,
)
from qr.service.pictures import Drawing, draw_code, draw_testsheet
from qr.service.printing import draw_view, print_next, read_file, sweep_prints
from qr.service.spot_import import import_spots

__all__ = [
    "Drawing",
    "Issued",
    "NewCard",
    "Particulars",
    "block_card",
    "draw_code",
    "draw_testsheet",
    "draw_view",
    "end_card",
    "forget_order_files",
    "hand_on",
    "import_spots",
    "issue",
    "issue_card",
    "move_card",
    "note_exported",
    "note_fetched",
    "note_printed",
    "order_again",
    "order_code",
    "order_codes",
    "order_pieces",
    "print_next",
    "put_card",
    "read_file",
    "reissue_card",
    "replace",
    "revoke",
    "sweep_prints",
]
