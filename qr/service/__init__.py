"""Verbs of the printed codes.  The only code that changes them."""

from qr.service.activities import (
    ActivityWanted,
    Attended,
    Attender,
    make_activity,
    read_names,
    sign_in,
    sign_in_for,
)
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
from qr.service.forgetting import forget_attender, forget_sign_ins, sign_ins_due
from qr.service.orders import (
    forget_order_files,
    note_fetched,
    order_again,
    order_code,
    order_pieces,
)
from qr.service.printing import print_next, read_file, sweep_prints

__all__ = [
    "ActivityWanted",
    "Attended",
    "Attender",
    "Issued",
    "NewCard",
    "Particulars",
    "block_card",
    "end_card",
    "forget_attender",
    "forget_order_files",
    "forget_sign_ins",
    "issue",
    "issue_card",
    "make_activity",
    "move_card",
    "note_fetched",
    "note_printed",
    "order_again",
    "order_code",
    "order_pieces",
    "print_next",
    "put_card",
    "read_file",
    "read_names",
    "reissue_card",
    "replace",
    "revoke",
    "sign_in",
    "sign_in_for",
    "sign_ins_due",
    "sweep_prints",
]
