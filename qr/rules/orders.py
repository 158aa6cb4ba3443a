"""Orders to print: what they hold, how far they are, how long their files are kept."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from qr.rules.formats import Format

MOST: Final = 50_000  # pieces: a district's 41,000 stickers in one order
KEPT: Final = timedelta(days=7)
# The file of a card is the card: whoever has it can print it.
CARDS_KEPT: Final = timedelta(hours=24)


class OrderState(StrEnum):
    """How far an order is."""

    PRINTING = "printing"  # waiting for the worker, or on it
    READY = "ready"
    FAILED = "failed"  # it says why; ordering again is safe
    EXPIRED = "expired"  # its files are gone; what it held is still known


class Only(StrEnum):
    """Which of the codes of an area are wanted."""

    ALL = "all"
    NEVER_PRINTED = "never_printed"
    DAMAGED = "damaged"


ONLY_NAMES: Final[Mapping[Only, str]] = MappingProxyType(
    {
        Only.NEVER_PRINTED: "只印还没印过的",
        Only.DAMAGED: "只印坏了的",
        Only.ALL: "全部",
    }
)


def kept(form: Format) -> timedelta:
    """Return how long the files of an order can be fetched."""
    return CARDS_KEPT if form is Format.CARDS else KEPT
