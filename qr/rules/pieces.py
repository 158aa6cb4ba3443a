"""What stands on one printed piece, and what stands on all of an order."""

from dataclasses import dataclass

from qr.rules.lifecycle import CodeKind
from qr.rules.looks import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One code to be printed, with all the words around it."""

    number: int  # counts through the order, from 1
    kind: CodeKind
    url: str
    look: Look
    token: str  # as it is read out: in groups; empty on a card, where it is a secret
    check_word: str
    place: str  # of a card: whose it is, masked
    area: str  # village and grid
    spot_number: int | None = None

    @property
    def words(self) -> str:
        """Return every word on it that a font has to have a shape for."""
        return self.place + self.area + self.check_word


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What is the same on every piece of an order."""

    app_name: str
    host: str  # as people read it: small letters, without scheme
    hotline: str
    order: str = ""  # what the order is called, for whoever cuts and hands out
    sample: bool = False  # the host is not final: none of it may hang on a wall

    @property
    def words(self) -> str:
        """Return the words on it that were not written by us."""
        return self.app_name + self.host + self.hotline + self.order
