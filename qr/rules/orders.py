"""Orders to print: what they hold, how far they are, how long their files are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from qr.errors import NothingToPrint
from qr.rules.formats import LAYOUTS, Format, parts

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much an order would be, said before it is started."""

    form: Format
    pieces: int
    cards_ended: int = 0  # cards that work now, and will not once the new ones are printed

    @property
    def pages(self) -> int:
        """Return how many pages it takes, backs included."""
        layout = LAYOUTS[self.form]
        return sum(layout.pages(len(part)) for part in parts(self.form, self.pieces))

    @property
    def sheets(self) -> int:
        """Return how many sheets of paper that is."""
        return self.pages // (2 if LAYOUTS[self.form].both_sides else 1)

    @property
    def files(self) -> int:
        """Return how many files it becomes."""
        return len(parts(self.form, self.pieces))


def check_count(form: Format, pieces: int, *, most: int = MOST) -> None:
    """Make sure that so many pieces can be ordered at once.

    Raises:
        NothingToPrint: there are none, or too many.
    """
    if not pieces:
        if form is Format.CARDS:
            raise NothingToPrint("这里没有要印户码卡的户，换个条件再试。")
        raise NothingToPrint("没有符合条件的码，没有什么可印。换个条件，或者先申领。")
    if pieces > most:
        raise NothingToPrint(
            "这里有 %(most)s 张以上，一次最多印这么多，请按镇、按村分开印。", most=most
        )


def kept(form: Format) -> timedelta:
    """Return how long the files of an order can be fetched."""
    return CARDS_KEPT if form is Format.CARDS else KEPT
