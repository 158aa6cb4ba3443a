"""What a member of staff takes down for somebody who telephones or stands at the counter."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from citizen.rules.said import LONGEST_NAME
from people.errors import BadField
from people.rules import checked_phone

MOST_IN_AN_HOUR: Final = 60  # reports one pair of hands takes down; more is a machine
MOST_LOOKS_IN_AN_HOUR: Final = 30  # at what was reported from a telephone number
AN_HOUR: Final = timedelta(hours=1)
JUST_TAKEN: Final = timedelta(hours=12)  # so long the slip for the caller's pocket can be printed
LONGEST_PLACE: Final = 60
LONGEST_HEARD: Final = 1000
LONGEST_NOTE_FOR: Final = 400  # with who wrote it down it has to fit a rating
FEWEST_DIGITS: Final = 5  # with fewer it is the number of a house

_RUN: Final = re.compile(r"\+?\d(?:[\s()\-]*\d)*")
# With the area's code, as 0571-8765 4321, or without it, as a neighbour says it.
_LANDLINE: Final = re.compile(r"0\d{9,11}|[2-8]\d{6,7}")
_AROUND: Final = " ,，、;；:：。.()（）"


class Channel(StrEnum):
    """How somebody reached whoever took it down."""

    PHONE = "phone"
    COUNTER = "counter"
    VISIT = "visit"

    @property
    def label(self) -> str:
        """What the form says."""
        return {Channel.PHONE: "来电", Channel.COUNTER: "到柜台", Channel.VISIT: "上门"}[self]


class Wish(StrEnum):
    """What a caller wants of a report that is there already."""

    ADD = "add"
    URGE = "urge"
    CONFIRM = "confirm"
    RATE = "rate"
    REOPEN = "reopen"


# What is nothing without words.
IN_WORDS: Final = frozenset({Wish.ADD, Wish.REOPEN})
# What judges the work of whoever handled it: written down by nobody who did.
JUDGING: Final = frozenset({Wish.CONFIRM, Wish.RATE, Wish.REOPEN})
# What could close a case that nobody but its helper ever saw.
CLOSING: Final = frozenset({Wish.CONFIRM, Wish.RATE})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who it is for, as far as they said."""

    name: str = ""
    phone: str | None = None  # digits: a mobile's 11, or a telephone's on the wall


def read_caller(typed: str) -> Caller:
    """Return name and number out of one line, as 张奶奶 0571-8765 4321.

    Raises:
        BadField: there are digits that are no telephone number, two numbers, or a name too long.
    """
    line = unicodedata.normalize("NFKC", typed)
    runs = [one for one in _RUN.finditer(line) if _digits(one.group()) >= FEWEST_DIGITS]
    if len(runs) > 1:
        raise BadField("只写一个电话号码就行")
    phone = None
    for run in runs:
        phone = checked_number(run.group())
        line = line[: run.start()] + " " + line[run.end() :]
    name = " ".join(line.split()).strip(_AROUND)
    if len(name) > LONGEST_NAME:
        raise BadField("称呼最多 %(most)s 个字", most=LONGEST_NAME)
    return Caller(name, phone)


def checked_number(typed: str) -> str:
    """Return the digits of a mobile number or of a telephone on the wall.

    Raises:
        BadField: it is neither.
    """
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", typed))
    if _LANDLINE.fullmatch(digits):
        return digits
    try:
        return checked_phone(typed)
    except BadField:
        raise BadField("号码对不上：手机 11 位，座机连区号 10 到 12 位") from None


def gets_texts(phone: str) -> bool:
    """Whether a text message can be sent there."""
    try:
        return checked_phone(phone) == phone
    except BadField:
        return False


def may_take_down(
    wish: Wish, *, by: int, at_it: Collection[int], helper: int | None, contact_given: bool
) -> bool:
    """Whether *by* may write down what a caller wishes.

    Whoever has or had the case in hand writes down no judgement of it.  Where whoever took the
    report down named nobody, the same person cannot also say how content that nobody is.
    """
    if wish in JUDGING and by in at_it:
        return False
    return not (wish in CLOSING and by == helper and not contact_given)


def _digits(run: str) -> int:
    return sum(letter.isdigit() for letter in run)
