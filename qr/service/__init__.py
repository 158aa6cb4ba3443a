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
    note_printed,
    put_card,
    reissue_card,
    replace,
    revoke,
)
from qr.service.forgetting import forget_troubles, troubles_due
from qr.service.orders import (
    forget_order_files,
    note_fetched,
    order_again,
    order_code,
    order_pieces,
)
from qr.service.printing import print_next, read_file, sweep_prints
from qr.service.walls import (
    find_sound,
    hang,
    note_reported_from,
    note_scans,
    rename,
    say_wrong,
)

__all__ = [
    "Issued",
    "NewCard",
    "Particulars",
    "block_card",
    "end_card",
    "find_sound",
    "forget_order_files",
    "forget_troubles",
    "hang",
    "issue",
    "issue_card",
    "move_card",
    "note_fetched",
    "note_printed",
    "note_reported_from",
    "note_scans",
    "order_again",
    "order_code",
    "order_pieces",
    "print_next",
    "put_card",
    "read_file",
    "reissue_card",
    "rename",
    "replace",
    "revoke",
    "say_wrong",
    "sweep_prints",
    "troubles_due",
]
