"""What a shop has, counted from what came and what went.  docs/shop.md has the formulas."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shop.rules.kinds import Level

SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Pieces of one gift that came: how many, through which day they are good (None for ever).

    *gone_before* is how many pieces had ever left the shelf by then.
    """

    pieces: int
    good_until: date | None
    gone_before: int


def ends_by(receipts: Iterable[Receipt], *, gone: int, day: date) -> int:
    """Return how many pieces on the shelf end on *day* or before, if what ends first goes first.

    Walks through the receipts in the order they came: what left in between was taken from the
    pieces that end by *day* as long as there were any.  With *gone* pieces gone by now.

    ``on hand - received that is good after day`` would be shorter and is the same as long as what
    comes later also ends later; else it forgets that the late ones may have left before the
    early ones came.
    """
    left = before = 0
    for one in receipts:
        left = max(0, left - (one.gone_before - before))
        before = one.gone_before
        if one.good_until is not None and one.good_until <= day:
            left += one.pieces
    return max(0, left - (gone - before))


def is_low(on_hand: int, warn_below: int) -> bool:
    """Whether a gift has to be bought soon."""
    return on_hand <= warn_below


def level(on_hand: int, warn_below: int) -> Level:
    """Return what strangers are told, who never learn a number."""
    if on_hand <= 0:
        return Level.NONE
    return Level.FEW if is_low(on_hand, warn_below) else Level.SOME


def value_fen(on_hand: int, cost_fen: int) -> int:
    """Return what the pieces on the shelf are worth at reference cost, in fen."""
    return on_hand * cost_fen


def fen(typed: str) -> int | None:
    """Return an amount of yuan as whole fen, None for what is none: ``12``, ``12.5``, ``12.50``."""
    yuan, point, cents = typed.strip().partition(".")
    if not (yuan.isascii() and yuan.isdecimal() and len(yuan) <= 7):  # noqa: PLR2004 - MOST_FEN has nine digits
        return None
    if not point:
        return int(yuan) * 100
    if not (cents.isascii() and cents.isdecimal() and len(cents) <= 2):  # noqa: PLR2004 - fen
        return None
    return int(yuan) * 100 + int(cents.ljust(2, "0"))


def yuan(amount_fen: int) -> str:
    """Return fen as people write yuan: ``12`` or ``12.50``."""
    whole, cents = divmod(amount_fen, 100)
    return f"{whole}.{cents:02}" if cents else str(whole)
