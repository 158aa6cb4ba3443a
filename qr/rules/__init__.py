"""What a code is, what may happen to it, what stands in it and how it looks.

How it is drawn is ``qr.rules.artwork``: import that by name, since it loads two encoders.
"""

from qr.rules.lifecycle import (
    ENDED,
    MOST_HOPS,
    MOVES,
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
from qr.rules.speaking import read_spot_number
from qr.rules.spots import Position, checked_name, checked_position
from qr.rules.tokens import (
    FIRST_SPOT_NUMBER,
    LENGTHS,
    check_word,
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
    "LENGTHS",
    "MOST_HOPS",
    "MOVES",
    "CodeKind",
    "CodeState",
    "Ecc",
    "Look",
    "LookDoesNotFit",
    "Meaning",
    "Move",
    "Position",
    "check_word",
    "checked_name",
    "checked_position",
    "digest",
    "is_final",
    "is_numbered",
    "is_secret",
    "is_secret_token",
    "meaning",
    "new_token",
    "next_state",
    "printed",
    "read",
    "read_spot_number",
    "scan_url",
    "town_of",
]
