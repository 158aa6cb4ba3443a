"""How a code looks: what has to be kept to draw the same modules again.

Apart from the drawing itself, so that a web process that only resolves scans need
not load two encoders.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Modules of white on every side (ISO/IEC 18004, 9.1); part of the picture, never cut off.
QUIET: Final = 4

# Automatic choice is four fifths of the time; fixed masks 0 and 3 were read as well as
# the chosen one (QR.md, section 1).
MASK: Final = 3


class LookDoesNotFit(ValueError):
    """The text is too long for the version and error correction asked for."""


class Ecc(StrEnum):
    """Error correction: how much of the symbol may be lost."""

    L = "L"  # 7 %
    M = "M"  # 15 %
    Q = "Q"  # 25 %: labels
    H = "H"  # 30 %: where it costs no version, and under a logo


@dataclass(frozen=True, slots=True)
class Look:
    """All that decides, beside its text, which modules of a symbol are dark."""

    ecc: Ecc
    version: int  # 1 to 40: the symbol is 17 + 4 x version modules wide
    mask: int = MASK  # 0 to 7

    @property
    def width(self) -> int:
        """Return the modules from edge to edge, quiet zone included."""
        return 17 + 4 * self.version + 2 * QUIET
