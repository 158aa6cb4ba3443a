"""What a complaint can be about, who answers it, and until when: pure decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from complaints.errors import TooLong, Unsaid
from grid.rules import CATALOGUE, Urgency, deadlines, terms_of
from kernel import crockford
from kernel.grants import Role
from kernel.workdays import WorkCalendar
from people.rules import Level, at_level

CATEGORY: Final = "9901"
MOST_WORDS: Final = 2000
MOST_ANSWER: Final = 2000
LONGEST_KEY: Final = 64
NUMBER_LENGTH: Final = 12
FEWEST: Final = 3  # a smaller count might point at somebody
HIDDEN: Final = "少于 3 件"


class About(StrEnum):
    """What a complaint is about."""

    WORKER = "worker"  # somebody of grid or village
    VILLAGE = "village"
    TOWN = "town"
    DISTRICT = "district"
    APP = "app"
    SUGGESTION = "suggestion"

    @property
    def label(self) -> str:
        """What the form says."""
        return _LABELS[self]


class Desk(StrEnum):
    """Who answers, from the bottom up."""

    TOWN = "town"
    DISTRICT = "district"
    AUDIT = "audit"

    @property
    def label(self) -> str:
        """What residents and staff read."""
        return {Desk.TOWN: "镇街", Desk.DISTRICT: "区级指挥中心", Desk.AUDIT: "审计监督"}[self]


class State(StrEnum):
    """Where a complaint stands."""

    OPEN = "open"
    ANSWERED = "answered"


class Event(StrEnum):
    """What happened to a complaint."""

    FILED = "filed"
    ANSWERED = "answered"
    PASSED_UP = "passed_up"  # the desk handed it on
    OVERDUE = "overdue"  # nobody answered in time
    NOT_SATISFIED = "not_satisfied"
    RATED = "rated"
    NAMED = "named"  # somebody of the staff was named; only those who answer read of it

    @property
    def label(self) -> str:
        """What the history says."""
        return _EVENTS[self]


class Satisfied(StrEnum):
    """How content the resident is with the answer."""

    SATISFIED = "satisfied"
    SO_SO = "so_so"
    DISSATISFIED = "dissatisfied"

    @property
    def label(self) -> str:
        """What the form says."""
        return {
            Satisfied.SATISFIED: "满意",
            Satisfied.SO_SO: "一般",
            Satisfied.DISSATISFIED: "不满意",
        }[self]


_LABELS: Final = {
    About.WORKER: "网格员或村干部",
    About.VILLAGE: "村里（社区）",
    About.TOWN: "镇里（街道）",
    About.DISTRICT: "区里",
    About.APP: "这个系统本身",
    About.SUGGESTION: "提个建议",
}
_EVENTS: Final = {
    Event.FILED: "收到了",
    Event.ANSWERED: "答复了",
    Event.PASSED_UP: "交给了上一级",
    Event.OVERDUE: "到期没有答复，自动交给了上一级",
    Event.NOT_SATISFIED: "您不满意，交给了上一级",
    Event.RATED: "您评价了",
    Event.NAMED: "记下了说的是谁",
}
# Whatever happened once in the life of one complaint; UNIQUE holds it in the database.
ONCE: Final = frozenset({Event.FILED, Event.OVERDUE, Event.NOT_SATISFIED, Event.RATED})
ONE_UP: Final[Mapping[Desk, Desk]] = MappingProxyType(
    {Desk.TOWN: Desk.DISTRICT, Desk.DISTRICT: Desk.AUDIT}
)
ROLE_OF: Final[Mapping[Desk, Role]] = MappingProxyType(
    {Desk.TOWN: Role.TOWN_ADMIN, Desk.DISTRICT: Role.DISTRICT_CMD, Desk.AUDIT: Role.AUDITOR}
)
# The lowest area whose staff it is kept from, with all below; None: nobody's level.
COMPLAINED_OF: Final[Mapping[About, Level | None]] = MappingProxyType(
    {
        About.WORKER: Level.VILLAGE,
        About.VILLAGE: Level.VILLAGE,
        About.TOWN: Level.TOWN,
        About.DISTRICT: Level.DISTRICT,
        About.APP: None,
        About.SUGGESTION: None,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the form says, cleaned."""

    key: str
    about: About
    words: str
    area_code: str
    about_number: str = ""  # the receipt they came from
    phone: str | None = None
    files: int = 0
    lang: str = "zh"


def first_desk(about: About, area_code: str) -> Desk:
    """Return who answers: one level above what is complained of.

    What is about the application, or only a suggestion, the district answers: it runs the thing.
    A place that lies in no town has no town to answer.
    """
    if about is About.DISTRICT:
        return Desk.AUDIT
    if about in {About.WORKER, About.VILLAGE} and at_level(area_code, Level.TOWN) is not None:
        return Desk.TOWN
    return Desk.DISTRICT


def desks_from(desk: Desk) -> tuple[Desk, ...]:
    """Return *desk* and those above it."""
    order = tuple(Desk)
    return order[order.index(desk) :]


def due_by(calendar: WorkCalendar, *, at: datetime) -> tuple[datetime, bool]:
    """Return until when it has to be answered, and whether that is estimated.

    The clock is the category's own (9901: five working days, as ``appeal: decide`` says as well).
    """
    terms = terms_of(CATALOGUE.category(CATEGORY), Urgency.NORMAL)
    found = deadlines(terms, calendar, submitted_at=at, accepted_at=at)
    return found.close_by or at, found.estimated


def checked_words(words: str, *, files: int) -> str:
    """Return *words*; with a voice note or a picture none are needed.

    Raises:
        Unsaid: there is neither.
        TooLong: there are more than are kept.
    """
    if not words and files <= 0:
        raise Unsaid("请写几个字，或者录一段话")
    if len(words) > MOST_WORDS:
        raise TooLong("最多写 %(most)s 个字，请删短一点", most=MOST_WORDS)
    return words


def checked_answer(words: str) -> str:
    """Return the words of an answer or a reason.

    Raises:
        Unsaid: there are none.
        TooLong: there are more than are kept.
    """
    if len("".join(filter(str.isalnum, words))) == 0:
        raise Unsaid("请写清楚再交")
    if len(words) > MOST_ANSWER:
        raise TooLong("最多写 %(most)s 个字，请删短一点", most=MOST_ANSWER)
    return words


def read_number(typed: str) -> str | None:
    """Return the number that was meant, however it was typed, or None."""
    return crockford.read(typed, (NUMBER_LENGTH,))


def printed(number: str) -> str:
    """Return a number as it is shown and read aloud."""
    return crockford.grouped(number, (4, 4, 4))


def shown_count(number: int) -> str:
    """Return a count as the district's page shows it: none, or enough to point at nobody."""
    return str(number) if number == 0 or number >= FEWEST else HIDDEN
