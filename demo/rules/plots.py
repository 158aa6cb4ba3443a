"""The course of each case in the demo: when it was said, about what, and how far it goes."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from demo.rules import stories
from demo.rules.chance import SeededChance
from kernel.clock import SHANGHAI

CASES: Final = 400
SMALL: Final = 40
DAYS: Final = 90
SETTLED: Final = 9  # days after which everything that ends has ended
MORNING: Final = time(8)
EVENING: Final = time(18)


class Course(StrEnum):
    """What becomes of a case."""

    # These end; all of them lie some days back.
    VERIFIED = "verified"
    CONFIRMED = "confirmed"  # by the resident's own "solved"
    UNFOUNDED = "unfounded"
    LATE = "late"  # nobody accepts in time: the ladder takes it up
    RETURNED_ONCE = "returned_once"
    DEPARTMENT = "department"  # returned, then given to a department
    ESCALATED = "escalated"  # by the worker
    SENT_BACK = "sent_back"
    REWORKED = "reworked"
    REJECTED = "rejected"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    POLICE = "police"
    # These are still going on.
    OVERDUE = "overdue"
    REOPENED = "reopened"
    TO_VERIFY = "to_verify"
    RETURNED = "returned"
    HANDLING = "handling"
    UNOWNED = "unowned"  # police, and no police there yet
    WAITING = "waiting"


# How many out of 400, and of the small demo's 40.
COUNTS: Final = {
    Course.VERIFIED: (142, 6),
    Course.CONFIRMED: (62, 4),
    Course.UNFOUNDED: (14, 1),
    Course.LATE: (26, 2),
    Course.RETURNED_ONCE: (16, 1),
    Course.DEPARTMENT: (20, 2),
    Course.ESCALATED: (12, 1),
    Course.SENT_BACK: (12, 1),
    Course.REWORKED: (12, 1),
    Course.REJECTED: (14, 1),
    Course.MERGED: (12, 1),
    Course.WITHDRAWN: (8, 1),
    Course.POLICE: (6, 1),
    Course.OVERDUE: (5, 1),
    Course.REOPENED: (4, 2),
    Course.TO_VERIFY: (10, 4),
    Course.RETURNED: (4, 2),
    Course.HANDLING: (14, 4),
    Course.UNOWNED: (1, 1),
    Course.WAITING: (6, 3),
}
# How long before the end those were said that still go on: least and most, in minutes.
AGO: Final = {
    Course.OVERDUE: (10 * 1440, 24 * 1440),
    Course.REOPENED: (3 * 1440, 5 * 1440),
    Course.TO_VERIFY: (300, 1500),
    Course.RETURNED: (60, 400),
    Course.HANDLING: (8, 2400),
    Course.UNOWNED: (35, 35),
}
STILL_OPEN: Final = frozenset({*AGO, Course.WAITING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One case to come.  *at* is when it is said, aware."""

    number: int
    course: Course
    at: datetime
    story: int  # in stories.STORIES
    spot: int  # drawn; which code is scanned
    is_patrol: bool = False
    partner: int | None = None  # the plot whose case this one is merged into


def plots(chance: SeededChance, *, end: datetime, small: bool) -> list[Plot]:
    """Return what happens until *end*, first what is said first."""
    made: list[Plot] = []
    for course, counts in COUNTS.items():
        for turn in range(counts[small]):
            made.append(_plot(chance, course, turn, end, made))
    assert len(made) == (SMALL if small else CASES)  # noqa: S101 - the table above adds up
    return sorted(made, key=lambda plot: (plot.at, plot.number))


def daytime(moment: datetime) -> datetime:
    """Return *moment*, or the next morning where it lies outside office hours."""
    here = moment.astimezone(SHANGHAI)
    if MORNING <= here.time() < EVENING:
        return moment
    day = here.date() + timedelta(days=here.time() >= EVENING)
    return datetime.combine(day, MORNING, SHANGHAI) + timedelta(minutes=here.minute)


def _plot(chance: SeededChance, course: Course, turn: int, end: datetime, made: list[Plot]) -> Plot:
    number = len(made)
    partner = _partner(made, turn) if course is Course.MERGED else None
    if partner is not None:
        return Plot(
            number=number,
            course=course,
            at=partner.at + timedelta(minutes=chance.between(4, 12)),
            story=partner.story,
            spot=partner.spot,
            partner=partner.number,
        )
    return Plot(
        number=number,
        course=course,
        at=_moment(chance, course, end),
        story=_story(chance, course, turn),
        spot=chance.below(1000),
        is_patrol=course in {Course.VERIFIED, Course.TO_VERIFY} and turn % 6 == 1,
    )


def _partner(made: list[Plot], turn: int) -> Plot:
    """Return the case that was there first: one that a department takes long over."""
    return [plot for plot in made if plot.course is Course.DEPARTMENT][turn]


def _story(chance: SeededChance, course: Course, turn: int) -> int:
    if course in {Course.POLICE, Course.UNOWNED}:
        return stories.POLICE
    can_be_urgent = course in {Course.VERIFIED, Course.LATE, Course.HANDLING, Course.TO_VERIFY}
    if course is Course.WAITING:
        return (stories.URGENT if turn % 3 == 0 else stories.USUAL)[turn % 3]
    if can_be_urgent and turn % 7 == 0:
        return chance.pick(stories.URGENT)
    return chance.pick(stories.USUAL)


def _moment(chance: SeededChance, course: Course, end: datetime) -> datetime:
    """Return when it is said: those that end anywhere in three months, by day rather than night."""
    if course is Course.WAITING:
        return end - timedelta(seconds=chance.between(8, 50))
    if course in AGO:
        return end - timedelta(minutes=chance.between(*AGO[course]), seconds=chance.below(60))
    day = (end - timedelta(days=chance.between(SETTLED + 1, DAYS - 1))).astimezone(SHANGHAI).date()
    at_night = course is Course.VERIFIED and chance.happens(8)
    minute = chance.between(0, 6 * 60) if at_night else chance.between(7 * 60 + 10, 20 * 60)
    if course in {Course.DEPARTMENT, Course.LATE}:
        minute = chance.between(9 * 60, 15 * 60)
    moment = datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=minute)
    return moment + timedelta(seconds=chance.below(60))
