"""Time of the month: what people do and what the schedule does, in order, each through its door.

Nothing waits for a real clock.  Between two things that happen the clock jumps; the schedule is
beaten at the full minute after anything falls due, by the application's own ``plan``, ``sweep``
and ``deliver``, and once a week with all it has.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from flask import Flask
from sqlalchemy import CompoundSelect, false, func, literal, select, true, union_all

import kernel.outbound
from bootstrap import SCHEDULE
from grid import jobs as grid
from grid.models import Alarm, Case, DeskAlarm, Objection, Signing
from grid.rules import Urgency
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.delivery import Every, Turn, deliver, plan, sweep
from kernel.outbound import Message
from kernel.outbox import Delivery, Handler
from kernel.work import Work, transaction
from tests.fakes import FixedClock, ListDispatch, PostBox
from tests.month.play.looking import Looks

A_MINUTE: Final = timedelta(minutes=1)
DAWN: Final = 7
DUSK: Final = 22
ROUND: Final = 7  # o'clock: everything on the schedule, due or not, once a week
SELDOM_AT: Final = (ROUND, 19)  # what looks every ten minutes for what has no hour of its own
SELDOM: Final = tuple(
    turn for turn in SCHEDULE if isinstance(turn, Every) and turn.period > A_MINUTE
)
MOST_BEATS: Final = 40_000  # more than the month has minutes at which anything is due
SWEEP: Final = "sweep"
Times = Iterator[datetime]

RESTS: Final = ((Urgency.URGENT, false()), (Urgency.NORMAL, true()))  # at night
# When the next of each job's rows falls due, and whether it rests at night.  A job asked earlier
# finds nothing: the same columns are what it asks for itself.
DUE: Final[CompoundSelect[Any]] = union_all(
    *(
        select(literal("climb"), func.min(Case.climbs_at), rests).where(Case.urgency == urgency)
        for urgency, rests in RESTS
    ),
    *(
        select(literal("press"), func.min(Signing.due_at), rests)
        .join(Case, Case.id == Signing.case_id)
        .where(Signing.ended_at.is_(None), Case.urgency == urgency)
        for urgency, rests in RESTS
    ),
    select(literal("remind"), func.min(Alarm.rings_at), false()),
    select(literal("remind"), func.min(DeskAlarm.rings_at), false()),
    select(literal("end_pauses"), func.min(Case.paused_until), false()),
    select(literal("tell_promises"), func.min(Case.tells_at), false()),
    select(literal("ring_late_objections"), func.min(Objection.decide_by), false()).where(
        Objection.decided_at.is_(None), Objection.rung_at.is_(None)
    ),
    select(literal("release_messages"), func.min(Message.next_at), false()).where(
        Message.released_at.is_(None)
    ),
    select(literal(SWEEP), func.min(Delivery.due_at), false()).where(
        Delivery.done_at.is_(None), Delivery.parked_at.is_(None)
    ),
)
JOBS: Final[Mapping[str, Handler]] = {
    "climb": grid.climb,
    "press": grid.press,
    "remind": grid.remind,
    "end_pauses": grid.end_pauses,
    "tell_promises": grid.tell_promises,
    "ring_late_objections": grid.ring_late_objections,
    "release_messages": kernel.outbound.release_messages,
}
TURNS: Final[Mapping[str, Turn]] = {
    name: turn for name, job in JOBS.items() for turn in SCHEDULE if turn.job is job
}


@dataclass(frozen=True, slots=True)
class Outages:
    """When what stood still, each from and to."""

    schedule: tuple[datetime, datetime]
    workers: tuple[datetime, datetime]  # and the queue: what is owed waits in the outbox
    gateway: tuple[datetime, datetime]


@dataclass(slots=True)
class World:
    """Runs everything in the order of time until *end*."""

    app: Flask
    clock: FixedClock
    dispatch: ListDispatch
    postbox: PostBox
    outages: Outages
    end: datetime
    looks: Looks = field(default_factory=Looks)
    beats: int = 0
    posted_at: list[datetime] = field(default_factory=list)  # when each of the postbox's left
    _due: list[tuple[datetime, int, Times]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _last_beat: datetime | None = None
    _known: list[tuple[str, datetime, bool]] | None = None  # what is due, until something changes

    def begin(self, moment: datetime, course: Times) -> None:
        """Let *course* go on at *moment*; each time it says when it wants to go on again."""
        if moment < self.end:
            heappush(self._due, (moment, next(self._numbers), course))

    @contextmanager
    def doing(self) -> Iterator[Work]:
        """Open a transaction as a page does; what it owes is delivered once it is committed."""
        with self.app.app_context(), transaction() as work:
            yield work
        self.settle()
        self.looks.open_pages(self.app.test_client(), self.clock.moment)

    def run(self) -> None:
        """Live the month.  At its end nothing is due that was not done."""
        self.begin(self.clock.moment, self._rounds())
        self.begin(self.outages.workers[0], self._workers_rest())
        self.begin(self.outages.gateway[0], self._gateway_rests())
        while self._due:
            moment = self._due[0][0]
            if full_minute(self.clock.moment) < moment:  # else no beat lies in between
                beat, names = self._next_beat()
                if beat is not None and beat < moment:
                    self._beat(beat, names)
                    continue
            moment, _, course = heappop(self._due)
            self.clock.moment = max(moment, self.clock.moment)
            again = next(course, None)
            if again is not None:
                self.begin(max(again, self.clock.moment), course)
        beat, names = self._next_beat()
        while beat is not None and beat < self.end:
            self._beat(beat, names)
            beat, names = self._next_beat()
        self.clock.moment = self.end

    def settle(self) -> None:
        """Deliver what was sent to the workers, and what that sends, until nothing is left."""
        self._known = None
        with self.app.app_context():
            while self.dispatch.sent:
                tickets, self.dispatch.sent = self.dispatch.sent, []
                for ticket in tickets:
                    deliver(ticket.row_id)
        self.posted_at += [self.clock.moment] * (len(self.postbox.posted) - len(self.posted_at))

    def is_beating(self, moment: datetime) -> bool:
        """Whether there is a scheduler."""
        begins, ends = self.outages.schedule
        return not begins <= moment < ends

    def _next_beat(self) -> tuple[datetime | None, set[str]]:
        """Return the full minute at which something is due, and what."""
        if self._known is None:
            with self.app.app_context(), db.engine.connect() as connection:
                self._known = [
                    (name, at, rests) for name, at, rests in connection.execute(DUE) if at
                ]
        first = full_minute(self.clock.moment)
        if self._last_beat is not None:
            first = max(first, self._last_beat + A_MINUTE)
        when: dict[str, datetime] = {}
        for name, at, rests in self._known:
            beat = max(full_minute(at), first)
            beat = self._up(awake(beat) if rests else beat)
            when[name] = min(beat, when.get(name, beat))
        first_due = min(when.values(), default=None)
        return first_due, {name for name, at in when.items() if at == first_due}

    def _up(self, moment: datetime) -> datetime:
        return moment if self.is_beating(moment) else self.outages.schedule[1]

    def _beat(self, moment: datetime, names: set[str]) -> None:
        """Beat once, as ``worker.py schedule`` does, with the turns that have something to do."""
        self.clock.moment = max(moment, self.clock.moment)
        self._last_beat = moment
        self._plan([TURNS[name] for name in TURNS if name in names])

    def _plan(self, turns: list[Turn]) -> None:
        self.beats += 1
        if self.beats > MOST_BEATS:
            raise AssertionError("something is due for ever and never done")
        with self.app.app_context():
            for turn in turns:  # one by one, so that the month is the same every time
                plan([turn])
            while sweep():
                self.settle()
        with self.app.app_context():
            self.looks.at_what_changed(db.session(), self.clock.moment)
        self.looks.open_pages(self.app.test_client(), self.clock.moment)

    def _rounds(self) -> Times:
        while True:
            yield self._next_round()
            here = self.clock.moment.astimezone(SHANGHAI)
            if here.hour == ROUND and here.isoweekday() == 1:
                self._last_beat = self.clock.moment
                self._plan(list(SCHEDULE))
            else:
                self._plan(list(SELDOM))

    def _next_round(self) -> datetime:
        moment = self.clock.moment.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
        while True:
            moment += timedelta(hours=1)
            if moment.hour in SELDOM_AT:
                return self._up(moment)

    def _workers_rest(self) -> Times:
        self.dispatch.up = False
        yield self.outages.workers[1]
        self.dispatch.up = True

    def _gateway_rests(self) -> Times:
        self.postbox.open = False
        yield self.outages.gateway[1]
        self.postbox.open = True


def full_minute(moment: datetime) -> datetime:
    """Return *moment*, or the next full minute: the schedule's jobs come once in each."""
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + A_MINUTE


def awake(moment: datetime) -> datetime:
    """Return *moment*, or seven in the morning where it is night."""
    here = moment.astimezone(SHANGHAI)
    if DAWN <= here.hour < DUSK:
        return moment
    day = here + timedelta(days=here.hour >= DUSK)
    return day.replace(hour=DAWN, minute=0, second=0, microsecond=0).astimezone(moment.tzinfo)
