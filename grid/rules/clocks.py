"""When a case must be accepted, answered and closed (G4).

Moments go in and come out aware; deadlines come out in UTC.  Days are days of Asia/Shanghai.
Minutes and hours run round the clock, but for normal cases not at night; working days follow the
calendar and end at the close of business.  The figures stand in ``grid/data/sla_policies.yaml``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from grid.errors import Incomplete, OftenEnough, TooLate
from grid.rules.categories import CATALOGUE, Category
from grid.rules.guards import says_something
from grid.rules.source import packaged, tree
from grid.rules.spans import Span, Unit
from grid.rules.states import Urgency
from kernel.clock import SHANGHAI
from kernel.workdays import WorkCalendar

POLICY: Final = tree(packaged("sla_policies"))
CLOSE_OF_BUSINESS: Final = time.fromisoformat(POLICY["close_of_business"])
NIGHT_FROM: Final = time.fromisoformat(POLICY["night"]["from"])
NIGHT_TO: Final = time.fromisoformat(POLICY["night"]["to"])
RUN_AT_NIGHT: Final = frozenset(map(Urgency, POLICY["night"]["clocks_run_for"]))
MOST_EXTENSIONS: Final[int] = POLICY["extend"]["max_times"]
ONE_DAY: Final = timedelta(days=1)

Pause = tuple[datetime, datetime]  # from, to; one that still goes on ends now


class PauseReason(StrEnum):
    """Why the close clock may stand still."""

    WAIT_RESIDENT = "wait_resident"
    WEATHER = "weather"

    @property
    def label(self) -> str:
        """What everybody reads, the resident included."""
        return _PAUSE_LABELS[self]

    @property
    def longest(self) -> Span:
        """How long at most."""
        return _PAUSE_LIMITS[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long each clock of one case runs."""

    urgency: Urgency
    accept: Span
    respond: Span
    close: Span
    ext_wd: int | None = None  # working days in all, once an extension is approved


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """When each clock of one case runs out, in UTC.

    ``close_by`` is None until the case is accepted.  ``estimated``: a year without a calendar was
    touched, so ``close_by`` may be off by a holiday.
    """

    accept_by: datetime
    respond_by: datetime
    close_by: datetime | None = None
    estimated: bool = False


_PAUSE_LABELS: Final[dict[PauseReason, str]] = {
    PauseReason(row["code"]): row["name"] for row in POLICY["pause"]
}
_PAUSE_LIMITS: Final = {PauseReason(row["code"]): Span.parse(row["max"]) for row in POLICY["pause"]}
POLICIES: Final[Mapping[str, Mapping[str, Span]]] = MappingProxyType(
    {
        name: {key: Span.parse(POLICY["policies"][name][key]) for key in keys}
        for name, keys in {
            Urgency.URGENT: ("accept", "respond", "close"),
            Urgency.NORMAL: ("accept", "respond", "close"),
            "mediate": ("close",),  # its visits and contacts are the mediators' own clocks
        }.items()
    }
)


def terms_of(category: Category | None, urgency: Urgency, *, tile: str | None = None) -> Terms:
    """Return the clocks of a case; where the category is silent the policy speaks.

    While there is no category the *tile* tells whether it will be mediation's thirty days, which
    a later category could not loosen again.
    """
    policy = POLICIES[urgency]
    if category is None:
        mediated = CATALOGUE.is_mediated(None, tile)
        close = POLICIES["mediate" if mediated else urgency]["close"]
        return Terms(
            urgency=urgency, accept=policy["accept"], respond=policy["respond"], close=close
        )
    return Terms(
        urgency=urgency,
        accept=_or_else(category.accept_min, Unit.MINUTE, policy["accept"]),
        respond=_or_else(category.respond_min, Unit.MINUTE, policy["respond"]),
        close=_close(category, urgency),
        ext_wd=category.ext_wd,
    )


def deadlines(
    terms: Terms,
    calendar: WorkCalendar,
    *,
    submitted_at: datetime,
    accepted_at: datetime | None = None,
    pauses: Iterable[Pause] = (),
    extended: bool = False,
) -> Deadlines:
    """Return when the clocks of a case run out.

    Accept and respond count from *submitted_at*, close from *accepted_at*.  Pauses move only the
    close; so does an approved extension, to ``terms.ext_wd`` working days in all.
    """
    accept_by = run(submitted_at, terms.accept.length, urgency=terms.urgency)
    respond_by = run(submitted_at, terms.respond.length, urgency=terms.urgency)
    if accepted_at is None:
        return Deadlines(accept_by=accept_by, respond_by=respond_by)
    stops = merged(pauses, since=accepted_at)
    spans = [terms.close]
    if extended and terms.ext_wd is not None:
        spans.append(Span(terms.ext_wd, Unit.WORKING_DAY))
    close_by, estimated = max(_close_by(accepted_at, span, stops, calendar) for span in spans)
    return Deadlines(
        accept_by=accept_by, respond_by=respond_by, close_by=close_by, estimated=estimated
    )


def tightened(old: Deadlines, new: Deadlines) -> Deadlines:
    """Return the earlier of each: a change of category or urgency never gives more time."""
    close_by, estimated = new.close_by, new.estimated
    if old.close_by is not None and (close_by is None or old.close_by < close_by):
        close_by, estimated = old.close_by, old.estimated
    return Deadlines(
        accept_by=min(old.accept_by, new.accept_by),
        respond_by=min(old.respond_by, new.respond_by),
        close_by=close_by,
        estimated=estimated,
    )


def local(moment: datetime) -> datetime:
    """Return *moment* as clocks in Asia/Shanghai show it.

    Raises:
        ValueError: it has no zone, so nobody knows when it was.
    """
    if moment.tzinfo is None:
        raise ValueError(moment)
    return moment.astimezone(SHANGHAI)


def is_night(moment: datetime) -> bool:
    """Whether it is night in Asia/Shanghai: from 22:00, until just before 07:00."""
    at = local(moment).time()
    return at >= NIGHT_FROM or at < NIGHT_TO


def starts_at(submitted_at: datetime, *, urgency: Urgency) -> datetime:
    """Return when accept and respond begin to count, in UTC: for normal cases never at night."""
    here = local(submitted_at)
    if urgency in RUN_AT_NIGHT or not is_night(here):
        return here.astimezone(UTC)
    day = here.date() + (ONE_DAY if here.time() >= NIGHT_FROM else timedelta())
    return datetime.combine(day, NIGHT_TO, SHANGHAI).astimezone(UTC)


def run(submitted_at: datetime, length: timedelta, *, urgency: Urgency) -> datetime:
    """Return when *length* has run, in UTC; a normal clock begun at 21:58 goes on at 07:00."""
    moment = starts_at(submitted_at, urgency=urgency)
    while urgency not in RUN_AT_NIGHT:
        dusk = _at(local(moment).date(), NIGHT_FROM)
        if moment + length <= dusk:
            break
        length -= dusk - moment
        moment = starts_at(dusk, urgency=urgency)
    return moment + length


def merged(pauses: Iterable[Pause], *, since: datetime) -> list[Pause]:
    """Return the pauses in order, overlaps joined, and nothing before *since*.

    Raises:
        ValueError: a pause ends before it begins.
    """
    joined: list[Pause] = []
    for start, end in sorted(pauses):
        if end < start:
            raise ValueError(start, end)
        begin = max(start, since)
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        elif end > begin:
            joined.append((begin, end))
    return joined


def refuse_pause(*, taken: int, reason: str) -> None:
    """A case stands still once, and its reason is shown to the resident.

    Raises:
        OftenEnough: it already did.
        Incomplete: nothing is given to show.
    """
    if taken:
        raise OftenEnough("这件事已经停过一次表，不能再停。")
    if not says_something(reason):
        raise Incomplete("请写明停表的原因，居民看得到。")


def pause_ends(why: PauseReason, started_at: datetime, calendar: WorkCalendar) -> datetime:
    """Return when a pause is over by itself, in UTC: the close of its last working day."""
    day = local(started_at).date()
    return _at(calendar.after(day, why.longest.count)[0], CLOSE_OF_BUSINESS)


def refuse_extension(
    terms: Terms, *, granted: int, close_by: datetime, now: datetime, reason: str
) -> None:
    """An extension is asked for in time, once, with a reason, where the category has one.

    Raises:
        OftenEnough: it was granted before.
        TooLate: the case is already due, or there is nothing longer to extend to.
        Incomplete: no reason is given.
    """
    if granted >= MOST_EXTENSIONS:
        raise OftenEnough("这件事已经延过一次期，不能再延。")
    if terms.ext_wd is None:
        raise TooLate("这类事不能延期。")
    if now >= close_by:
        raise TooLate("延期要在到期之前申请，现在已经到期。")
    if not says_something(reason):
        raise Incomplete("请写明延期的原因，居民看得到。")


def _or_else(count: int | None, unit: Unit, policy: Span) -> Span:
    return policy if count is None else Span(count, unit)


def _close(category: Category, urgency: Urgency) -> Span:
    """Return the close clock; where only an answer is asked for, the answer closes the case."""
    if category.mediate:
        return POLICIES["mediate"]["close"]
    if urgency is Urgency.URGENT:
        return _or_else(category.close_h, Unit.HOUR, POLICIES[urgency]["close"])
    days = category.close_wd if category.close_wd is not None else category.reply_wd
    return _or_else(days, Unit.WORKING_DAY, POLICIES[urgency]["close"])


def _close_by(
    accepted_at: datetime, span: Span, stops: list[Pause], calendar: WorkCalendar
) -> tuple[datetime, bool]:
    """Return the end of one close clock and whether it is estimated.

    A pause that begins once the clock has run out moves nothing.
    """
    counted, stood = 0, timedelta()
    due = _due(accepted_at, span, calendar, counted, stood)
    for begin, end in stops:
        if begin >= due[0]:
            break
        counted += _days(begin, end, span.unit, calendar)
        stood += end - begin
        due = _due(accepted_at, span, calendar, counted, stood)
    return due


def _due(
    accepted_at: datetime, span: Span, calendar: WorkCalendar, counted: int, stood: timedelta
) -> tuple[datetime, bool]:
    """Return *span* after *accepted_at*, later by *counted* days or *stood* of time.

    The day of acceptance is not counted; a last natural day that is off moves to the next working
    day (民法典 201-203).
    """
    day = local(accepted_at).date()
    if span.unit is Unit.WORKING_DAY:
        last, estimated = calendar.after(day, span.count + counted)
    elif span.unit is Unit.DAY:
        last, estimated = calendar.on_or_after(day + (span.count + counted) * ONE_DAY)
    else:
        return accepted_at.astimezone(UTC) + span.length + stood, False
    return _at(last, CLOSE_OF_BUSINESS), estimated


def _days(begin: datetime, end: datetime, unit: Unit, calendar: WorkCalendar) -> int:
    """Count the days a pause pushes a clock of days; the day it begins on is not counted."""
    first, last = local(begin).date(), local(end).date()
    return calendar.between(first, last) if unit is Unit.WORKING_DAY else (last - first).days


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
