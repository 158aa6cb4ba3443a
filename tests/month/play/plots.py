"""What happens to each case of the month, drawn from a seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from demo.rules.chance import SeededChance
from kernel.clock import SHANGHAI


class Course(StrEnum):
    """What becomes of a case, in one word."""

    VERIFIED = "verified"
    CONFIRMED = "confirmed"
    NO_SHOW = "no_show"  # nobody answers; the ladder goes as high as it can
    LEFT = "left"  # begun, and never finished
    SLOW = "slow"  # finished days after it was promised
    WEATHER = "weather"
    RESUMED = "resumed"  # a standstill ended by hand
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    EXTENDED = "extended"
    REFUSED_TIME = "refused_time"
    LAPSED = "lapsed"  # more time was asked for, and nobody decided
    DEPARTMENT = "department"
    UNSIGNED = "unsigned"  # a department never signs
    PASSED_UP = "passed_up"
    REJECTED = "rejected"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    UNDECIDED = "undecided"  # an objection nobody decides
    REWORKED = "reworked"
    SENT_BACK = "sent_back"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    CLASSIFIED = "classified"  # turns out to be something else
    COMPLAINED = "complained"  # about the worker


WEIGHTS: Final = {
    Course.VERIFIED: 17,
    Course.CONFIRMED: 9,
    Course.NO_SHOW: 6,
    Course.LEFT: 7,
    Course.SLOW: 8,
    Course.WEATHER: 4,
    Course.RESUMED: 2,
    Course.ANSWERED: 4,
    Course.UNANSWERED: 4,
    Course.EXTENDED: 4,
    Course.REFUSED_TIME: 2,
    Course.LAPSED: 2,
    Course.DEPARTMENT: 4,
    Course.UNSIGNED: 4,
    Course.PASSED_UP: 2,
    Course.REJECTED: 2,
    Course.UPHELD: 2,
    Course.DISMISSED: 2,
    Course.UNDECIDED: 1,
    Course.REWORKED: 5,
    Course.SENT_BACK: 3,
    Course.MERGED: 4,
    Course.WITHDRAWN: 2,
    Course.CLASSIFIED: 3,
    Course.COMPLAINED: 2,
}


WAVE: Final = 20  # reports that come in the same minute, so that the schedule has less to beat for


class Pace(StrEnum):
    """How soon somebody does what is due within minutes."""

    PROMPT = "prompt"
    LATE = "late"  # after the first rungs
    NEVER = "never"  # until something makes them


class Way(StrEnum):
    """How it was said."""

    SCANNED = "scanned"
    COUNTER = "counter"
    PATROL = "patrol"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What it is about, as whoever says it knows it."""

    tile: str
    category: str | None  # what it turns out to be
    danger: bool | None = None

    @property
    def words(self) -> str:
        """What is said."""
        return f"有一件事要报：{self.tile}，{self.category}。"


# Each category of the file comes up but those of complaints, which have a door of their own.
KINDS: Final = tuple(
    Kind(tile=tile, category=code, danger=danger)
    for tile, code, danger in (
        ("hazard", "0101", True),
        ("hazard", "0102", None),
        ("hazard", "0102", True),
        ("hazard", "0103", True),
        ("hazard", "0104", False),
        ("hazard", "0105", True),
        ("hazard", "0106", True),
        ("hazard", "0107", False),
        ("hazard", "0108", None),
        ("dirty", "0201", None),
        ("dirty", "0202", None),
        ("dirty", "0203", None),
        ("dirty", "0204", None),
        ("dirty", "0205", False),
        ("broken", "0301", None),
        ("broken", "0302", False),
        ("broken", "0303", None),
        ("broken", "0304", True),
        ("street", "0401", None),
        ("street", "0402", None),
        ("street", "0403", False),
        ("home", "0501", False),
        ("home", "0502", None),
        ("home", "0503", None),
        ("safe", "0601", False),
        ("safe", "0601", True),
        ("safe", "0602", None),
        ("help", "0701", False),
        ("help", "0702", None),
        ("help", "0703", None),
        ("help", "0704", None),
        ("other", "0799", False),
        ("quarrel", "0801", False),
        ("quarrel", "0802", None),
        ("quarrel", "0803", None),
        ("quarrel", "0804", None),
    )
)
POLICE: Final = "safe"
LONG: Final = frozenset({"0102", "0202", "0204", "0205", "0302", "0303", "0502", "0503"})
HAVE_EXTENSIONS: Final = frozenset({Course.EXTENDED, Course.REFUSED_TIME, Course.LAPSED})
# Courses in which somebody of the area decides: a police case never leaves the police.
OF_THE_AREA: Final = HAVE_EXTENSIONS | {
    Course.DEPARTMENT,
    Course.UNSIGNED,
    Course.PASSED_UP,
    Course.REJECTED,
    Course.UPHELD,
    Course.DISMISSED,
    Course.UNDECIDED,
    Course.REWORKED,
    Course.MERGED,
    Course.CLASSIFIED,
}
BY_RESIDENTS: Final = frozenset(
    {
        Course.CONFIRMED,
        Course.ANSWERED,
        Course.UNANSWERED,
        Course.UPHELD,
        Course.DISMISSED,
        Course.UNDECIDED,
        Course.REWORKED,
        Course.WITHDRAWN,
        Course.MERGED,
        Course.COMPLAINED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One case, before it happens."""

    number: int
    at: datetime
    course: Course
    kind: Kind
    way: Way
    accepts: Pace
    responds: Pace
    phone: str | None
    spot: int
    chance: SeededChance


def plots(
    chance: SeededChance,
    *,
    cases: int,
    first: datetime,
    last: datetime,
    fixed: Sequence[datetime],
) -> Iterator[Plot]:
    """Yield so many cases, spread over the month by day and by night.

    Of every ten waves a few come at the *fixed* moments instead.
    """
    left = [course for course, many in WEIGHTS.items() for _ in range(many)]
    deck = [left.pop(chance.below(len(left))) for _ in range(len(left))]
    starts = dict(enumerate(fixed, 1))
    for number in range(cases):
        own = chance.branch(f"case {number}")
        course = deck[number % len(deck)]
        wave = chance.branch(f"wave {number // WAVE}")
        yield Plot(
            number=number,
            at=starts.get(number // WAVE % 10, _moment(wave, first, last))
            + timedelta(seconds=own.below(40)),
            course=course,
            kind=_kind(own, course),
            way=_way(own, course),
            accepts=_pace(own, course),
            responds=_pace(own, course),
            phone=str(13900000000 + number) if own.happens(35) else None,
            spot=own.below(1000),
            chance=own,
        )


def _moment(chance: SeededChance, first: datetime, last: datetime) -> datetime:
    """Return a moment: two in five in the evening or at night, and never a full minute."""
    days = (last - first).days
    hours = (20, 21, 22, 23, 0, 1, 3, 5, 6) if chance.happens(40) else range(7, 20)
    day = (first + timedelta(days=chance.below(days))).astimezone(SHANGHAI)
    return day.replace(
        hour=chance.pick(tuple(hours)),
        minute=chance.below(60),
        second=chance.between(3, 17),
        microsecond=0,
    ).astimezone(first.tzinfo)


def _kind(chance: SeededChance, course: Course) -> Kind:
    kinds = [kind for kind in KINDS if course not in OF_THE_AREA or kind.tile != POLICE]
    if course in HAVE_EXTENSIONS:
        kinds = [kind for kind in kinds if kind.category in LONG and not kind.danger]
    if course in {Course.CONFIRMED, Course.REWORKED}:
        kinds = [kind for kind in kinds if not kind.danger]
    if course in {Course.WEATHER, Course.LEFT, Course.SLOW} and chance.happens(70):
        kinds = [
            kind for kind in kinds if kind.tile != "quarrel"
        ]  # whose month is longer than ours
    return chance.pick(kinds)


def _way(chance: SeededChance, course: Course) -> Way:
    if chance.happens(8):
        return Way.COUNTER
    return Way.PATROL if course not in BY_RESIDENTS and chance.happens(10) else Way.SCANNED


def _pace(chance: SeededChance, course: Course) -> Pace:
    if course is Course.NO_SHOW:
        return Pace.NEVER
    drawn = chance.below(100)
    return Pace.PROMPT if drawn < 62 else Pace.LATE if drawn < 86 else Pace.NEVER
