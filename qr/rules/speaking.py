"""The number of a spot, as it is typed by a clerk or said into a telephone."""

import re
import unicodedata
from typing import Final

FEWEST: Final = 4
MOST: Final = 9  # digits; more would not fit the column, and no town has so many
_SAID: Final = str.maketrans("零〇○幺一二两三四五六七八九", "00011223456789")
_AROUND: Final = re.compile(r"点位|编号|号码|号|第|码|[Nn][Oo]\.?|#|[\s\-.,，、。:：·]")


def read_spot_number(typed: str) -> int | None:
    """Return the number that was meant, in whatever groups, or None where it can be none.

    1023, 10-23, 一零二三, 点位号 1023 号 are all the same.
    """
    said = unicodedata.normalize("NFKC", typed)
    digits = _AROUND.sub("", said).translate(_SAID)
    if not (digits.isascii() and digits.isdigit() and FEWEST <= len(digits) <= MOST):
        return None
    return int(digits) or None
