"""What a resident says: its limits, its place, its number, and when two are the same."""

import json
import math
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Final

from citizen.errors import NothingSaid, TooManyWords
from grid.rules import CATALOGUE
from kernel import crockford
from qr import rules as qr

# The privacy notice that is shown now, and every one that a draft may still carry.
NOTICE_VERSION: Final = "2026-01"
NOTICES: Final = frozenset({NOTICE_VERSION})

MOST_WORDS: Final = 2000
LONGEST_KEY: Final = 64
LONGEST_WHERE: Final = 80
LONGEST_NAME: Final = 20
MOST_PHOTOS: Final = 5
VOICE_SECONDS: Final = 60
LONGEST_BEGINNING: Final = 24

# 11 random characters are 55 bits: with 30 guesses an hour nobody meets one of a million.
NUMBER_LENGTH: Final = 12
GROUPS: Final = (4, 4, 4)

Draw = Callable[[str, int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A point in WGS-84, degrees; *acc* is how far off it may be, in metres, if the phone said."""

    lat: float
    lng: float
    acc: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the form was opened: what the scanned code says, or what was chosen instead of one."""

    area_code: str
    code_id: int | None = None
    name: str = ""
    category: str | None = None  # what the code presets
    position: Position | None = None  # where the code hangs


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the form says, cleaned; a text that was not given is empty."""

    submission_key: str
    words: str = ""
    tile: str | None = None
    danger: bool | None = None
    here: bool = True
    where: str = ""
    position: Position | None = None
    phone: str | None = None  # 11 digits
    caller_name: str = ""
    notice_version: str = NOTICE_VERSION
    lang: str = "zh"
    files: int = 0  # that will follow, each under its own key


def _is_visible(letter: str) -> bool:
    """Whether something is to be seen: no blank, and no mark of no width."""
    return unicodedata.category(letter)[0] not in "ZC"


def checked_words(words: str, *, files: int) -> str:
    """Return *words*; with a voice note or a picture none are needed.

    Raises:
        NothingSaid: there is neither.
        TooManyWords: there are more than are kept.
    """
    if files <= 0 and not any(map(_is_visible, words)):
        raise NothingSaid("请说一段话、写几个字，或者拍张照片")
    if len(words) > MOST_WORDS:
        raise TooManyWords(
            "最多写 %(most)s 个字，现在有 %(count)s 个，请删短一点",
            most=MOST_WORDS,
            count=len(words),
        )
    return words


def beginning(words: str) -> str:
    """Return the first of *words*, in one line, for a list."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_BEGINNING else line[: LONGEST_BEGINNING - 1] + "…"


def digest(said: Said, place: Place) -> str:
    """Return a fingerprint of what was said and of where: 64 hex digits.

    A retry says the same of all this.  What a retry may say otherwise, how exact the
    position is and how many files are left to send, does not count.
    """
    counted = asdict(replace(said, files=0, notice_version="", lang="")) | {
        "area": place.area_code,
        "code": place.code_id,
        "position": said.position and (said.position.lat, said.position.lng),
    }
    return sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()


def key_of(typed: str) -> str:
    """Return a submission key as it is kept; one of odd length is kept as its SHA-256."""
    return typed if len(typed) <= LONGEST_KEY else sha256(typed.encode()).hexdigest()


def settled(said: Said) -> Said:
    """Return what was said without what does not go together or is not ours.

    Somebody who says "here" has no other place, and a tile nobody drew is no tile.
    """
    tile = said.tile if said.tile in CATALOGUE.tiles else None
    if said.here:
        return replace(said, tile=tile, where="", position=None)
    return replace(said, tile=tile)


def is_far(said: Said, place: Place) -> bool:
    """Whether the phone says that it is surely far from where the scanned code hangs.

    Whoever gives a place may give it for "here" or for elsewhere: both say where they stood, and
    a sticker that was carried away is scanned by people who tick "here".
    """
    if said.position is None or place.position is None or place.code_id is None:
        return False
    hangs, found = (qr.Position(at.lat, at.lng) for at in (place.position, said.position))
    return qr.is_far(hangs, found, off=said.position.acc)


def place_of(said: Said, place: Place) -> Place:
    """Return where it is: the code's own place, or somewhere else that only the words name.

    A category that the code presets yields to a tile it does not lie under.
    """
    if not said.here:
        return replace(place, name="", category=None, position=said.position)
    preset = CATALOGUE.categories.get(place.category or "")
    fits = preset is not None and said.tile in {None, preset.tile}
    return replace(place, category=place.category if fits else None)


def position(lat: str, lng: str, acc: str = "") -> Position | None:
    """Return the point a phone sent, or None if it sent none or nonsense."""
    try:
        found = Position(lat=float(lat), lng=float(lng), acc=_metres(acc))
    except ValueError:
        return None
    inside = abs(found.lat) <= 90 and abs(found.lng) <= 180  # noqa: PLR2004 - degrees
    # Not (0, 0), which some phones send for "I do not know".
    return found if inside and (found.lat, found.lng) != (0.0, 0.0) else None


def _metres(text: str) -> int | None:
    try:
        metres = float(text)
    except ValueError:
        return None
    return min(round(metres), 100_000) if math.isfinite(metres) and metres >= 0 else None


def known_notice(typed: str) -> str:
    """Return the version of the privacy notice a form names, or "" if there never was one."""
    return typed if typed in NOTICES else ""


def new_number(draw: Draw) -> str:
    """Return a fresh receipt number, check character included."""
    return crockford.with_check(draw(crockford.ALPHABET, NUMBER_LENGTH - 1))


def read_number(typed: str) -> str | None:
    """Return the number that was meant, however it was typed, or None if there cannot be such."""
    return crockford.read(typed, (NUMBER_LENGTH,))


def is_shaped(typed: str) -> bool:
    """Whether what was typed looks like a receipt's number at all, whichever it is."""
    folded = crockford.fold(typed)
    return len(folded) == NUMBER_LENGTH and set(folded) <= set(crockford.ALPHABET)


def printed(number: str) -> str:
    """Return a number as it is shown and read aloud: 4-4-4."""
    return crockford.grouped(number, GROUPS)
