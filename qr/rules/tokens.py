"""What stands in a code, under it and beside it: token, link, check word, spot number."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from kernel import crockford
from qr.rules.lifecycle import CodeKind, is_secret

# Random characters, without the check character.  60 bits: at 1,000 guesses a second
# against a million codes, 0.03 hits a year, and a hit opens a public form.  A card's
# 80 bits: 3e-8 hits.  (QR.md, section 2.)
PUBLIC_BODY: Final = 12
SECRET_BODY: Final = 16
LENGTHS: Final = (PUBLIC_BODY + 1, SECRET_BODY + 1)
GROUPS: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType(
    {PUBLIC_BODY + 1: (4, 4, 5), SECRET_BODY + 1: (4, 4, 4, 5)}
)

# Always four digits or more, so that no spot number is taken for 110, 119 or 120.
FIRST_SPOT_NUMBER: Final = 1001
TOWN_CODE_LENGTH: Final = 9
AREA_LENGTHS: Final = (17, 15, 12, 9, 6)  # micro-grid, grid, village, town, district

# Every pair of one of each is a plain, friendly word in characters that any font has.
# No place names among them (东海, 西湖): those would be taken for the place.
_FIRST: Final = "青红金银蓝绿紫翠春夏秋冬晨晴暖明清新大小"
_SECOND: Final = "松竹梅桃荷桥石林泉溪帆星月风雪云霞鹿马雁"

# draw(alphabet, count): so many characters of that alphabet, as kernel.chance does it.
Draw = Callable[[str, int], str]


def new_token(kind: CodeKind, draw: Draw) -> str:
    """Return a fresh token for a code of *kind*, check character included."""
    count = SECRET_BODY if is_secret(kind) else PUBLIC_BODY
    return crockford.with_check(draw(crockford.ALPHABET, count))


def read(text: str) -> str | None:
    """Return the token that was meant, or None if *text* cannot be one of ours."""
    return crockford.read(text, LENGTHS)


def is_secret_token(token: str) -> bool:
    """Whether a token, as `read` returns it, has the length of a household card's."""
    return len(token) == SECRET_BODY + 1


def printed(token: str) -> str:
    """Return *token* in the groups in which it is printed: 4-4-5, a card's 4-4-4-5."""
    return crockford.grouped(token, GROUPS[len(token)])


def digest(token: str) -> str:
    """Return what is kept of a secret token: SHA-256 in 64 hex digits.

    80 random bits cannot be tried through, so it needs no salt and stays searchable.
    """
    return hashlib.sha256(token.encode("ascii")).hexdigest()


def scan_url(public_url: str, token: str, *, upper: bool = True) -> str:
    """Return the link that is printed: ``<public_url>/S/<TOKEN>``.

    In capitals it takes QR's alphanumeric mode, which saves a version.  Scheme and
    host mean the same in capitals (RFC 3986, 6.2.2.1); a path in *public_url* would
    not, so it is left as it is.
    """
    parts = urlsplit(public_url)
    head = f"{parts.scheme}://{parts.netloc}"
    return f"{head.upper() if upper else head}{parts.path.rstrip('/')}/S/{token}"


def read_link(public_url: str, link: str) -> str | None:
    """Return what stands for a token in a printed *link* of ours, or None of a stranger's."""
    try:
        ours, theirs = urlsplit(public_url), urlsplit(link.strip())
    except ValueError:
        return None
    if theirs.scheme not in {"http", "https"} or theirs.netloc.lower() != ours.netloc.lower():
        return None
    head, _, token = theirs.path.rstrip("/").rpartition("/")
    return token if head.lower() == f"{ours.path.rstrip('/')}/s".lower() else None


def is_final(public_url: str) -> bool:
    """Whether links to *public_url* may hang on walls: https, and a name that can stay.

    An address in digits moves with its machine, and so does a name without a dot.
    """
    parts = urlsplit(public_url)
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme == "https" and "." in host and not host.rpartition(".")[2].isdigit()


def common_area(area_codes: Sequence[str]) -> str:
    """Return the smallest area that holds them all; there is one district, so there is one."""
    first = min(area_codes, key=len)
    return next(
        first[:length]
        for length in AREA_LENGTHS
        if len(first) >= length and all(code.startswith(first[:length]) for code in area_codes)
    )


def check_word(draw: Draw) -> str:
    """Return two characters to be printed under a code and shown on its page."""
    return draw(_FIRST, 1) + draw(_SECOND, 1)


def town_of(area_code: str) -> str:
    """Return the code of the town in which an area's spot numbers count.

    What belongs to the whole district (6 digits) counts for itself.
    """
    return area_code[:TOWN_CODE_LENGTH]
