"""Verbs of the printed codes.  The only code that changes them."""

from qr.service.activities import (
    ActivityWanted,
    Attended,
    Attender,
    call_off,
    make_activity,
    read_names,
    sign_in,
    sign_in_for,
)
from qr.service.cards import (
    NewCard,
    block_card,
    end_card,
    issue_card,
    move_card,
    put_card,
    reissue_card,
)
from qr.service.codes import (
    Issued,
    Particulars,
    issue,
    note_exported,
    note_printed,
    replace,
    revoke,
)
from qr.service.forgetting import forget_attender, forget_sign_ins, sign_ins_due
from qr.service.forgetting_troubles import forget_troubles, troubles_due
from qr.service.look_alikes import say_look_alike, take_off
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
from qr.service.walls import (
    find_sound,
    hang,
    note_far_report,
    note_scans,
    rename,
    say_wrong,
)

__all__ = [
    "ActivityWanted",
    "Attended",
    "Attender",
    "Drawing",
    "Issued",
    "NewCard",
    "Particulars",
    "block_card",
    "call_off",
    "draw_code",
    "draw_testsheet",
    "draw_view",
    "end_card",
    "find_sound",
    "forget_attender",
    "forget_order_files",
    "forget_sign_ins",
    "forget_troubles",
    "hand_on",
    "hang",
    "import_spots",
    "issue",
    "issue_card",
    "make_activity",
    "move_card",
    "note_exported",
    "note_far_report",
    "note_fetched",
    "note_printed",
    "note_scans",
    "order_again",
    "order_code",
    "order_codes",
    "order_pieces",
    "print_next",
    "put_card",
    "read_file",
    "read_names",
    "reissue_card",
    "rename",
    "replace",
    "revoke",
    "say_look_alike",
    "say_wrong",
    "sign_in",
    "sign_in_for",
    "sign_ins_due",
    "sweep_prints",
    "take_off",
    "troubles_due",
]
