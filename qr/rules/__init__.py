"""What a code is, what may happen to it, what stands in it and how it looks.

How it is drawn is ``qr.rules.artwork``: import that by name, since it loads two encoders.
"""

from qr.rules.formats import FORMAT_NAMES, LAYOUTS, Format, fits, parts
from qr.rules.lifecycle import (
    ENDED,
    KIND_HINTS,
    KIND_NAMES,
    MOST_HOPS,
    MOVES,
    STATE_NAMES,
    CodeKind,
    CodeState,
    Meaning,
    Move,
    is_numbered,
    is_secret,
    meaning,
    next_state,
)
from qr.rules.looks import Ecc, Look, LookDoesNotFit
from qr.rules.orders import KEPT, MOST, ONLY_NAMES, Only, OrderState, Size, check_count, kept
from qr.rules.pieces import Imprint, Piece
from qr.rules.speaking import read_spot_number
from qr.rules.spots import LONGEST_NAME, Position, checked_name, checked_position
from qr.rules.tokens import (
    FIRST_SPOT_NUMBER,
    LENGTHS,
    check_word,
    common_area,
    digest,
    is_final,
    is_secret_token,
    new_token,
    printed,
    read,
    scan_url,
    town_of,
)

__all__ = [
    "ENDED",
    "FIRST_SPOT_NUMBER",
    "FORMAT_NAMES",
    "KEPT",
    "KIND_HINTS",
    "KIND_NAMES",
    "LAYOUTS",
    "LENGTHS",
    "LONGEST_NAME",
    "MOST",
    "MOST_HOPS",
    "MOVES",
    "ONLY_NAMES",
    "STATE_NAMES",
    "CodeKind",
    "CodeState",
    "Ecc",
    "Format",
    "Imprint",
    "Look",
    "LookDoesNotFit",
    "Meaning",
    "Move",
    "Only",
    "OrderState",
    "Piece",
    "Position",
    "Size",
    "check_count",
    "check_word",
    "checked_name",
    "checked_position",
    "common_area",
    "digest",
    "fits",
    "is_final",
    "is_numbered",
    "is_secret",
    "is_secret_token",
    "kept",
    "meaning",
    "new_token",
    "next_state",
    "parts",
    "printed",
    "read",
    "read_spot_number",
    "scan_url",
    "town_of",
]
