"""Time in the demo: one event after another, in order, with everything owed done at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from sqlalchemy import select

from demo.rules.plots import daytime
from grid import service as grid
from grid.models import Case
from grid.rules import State, Urgency
from kernel.events import Plain
from kernel.outbox import Delivery, Handler
from kernel.work import Work

A_MINUTE = timedelta(minutes=1)  # how often the schedule looks at ladder and alarms


@dataclass(slots=True)
class WalkedClock:
    """A clock that stands where the walk has come to."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass(slots=True)
class AtOnce(Work):
    """A unit of work whose outbox is run within it, so that no row need be written for it."""

    def _owe(self, handler: Handler, payload: Mapping[str, Plain | object]) -> None:
        self.outbox.append(self._row(handler, payload))


@dataclass(slots=True)
class Walk:
    """Runs what happens, in the order of time; nothing happens after *end*."""

    work: Work
    clock: WalkedClock
    end: datetime
    _due: list[tuple[datetime, int, Iterator[datetime]]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def begin(self, moment: datetime, course: Iterator[datetime]) -> None:
        """Let *course* go on at *moment*; each time it says when it wants to go on again."""
        if moment <= self.end:
            heappush(self._due, (moment, next(self._numbers), course))

    def watch(self, case: Case) -> None:
        """Do for *case* what the schedule would: its ladder and its alarms, at the minute."""
        if case.climbs_at is not None:
            self._once(max(case.climbs_at, self.clock.moment), lambda: self._climb(case))
        if case.urgency is Urgency.URGENT and case.state is State.DISPATCHED:
            self._once(self.clock.moment + A_MINUTE, lambda: self._remind(case))

    def run(self) -> None:
        """Go on until the end; then no outbox row is owed that was due."""
        while self._due:
            self.clock.moment, _, course = heappop(self._due)
            moment = next(course, None)
            if moment is not None:
                self.begin(max(moment, self.clock.moment), course)
            self.settle()
        self.clock.moment = self.end
        self.settle_held()

    def settle(self) -> None:
        """Run what the outbox owes, in this very transaction, until it owes nothing."""
        while self.work.outbox:
            rows, self.work.outbox = self.work.outbox, []
            for row in rows:
                self._run(row)

    def settle_held(self) -> None:
        """Run what was to wait until now, such as messages held back at night."""
        held = select(Delivery).where(
            Delivery.done_at.is_(None), Delivery.due_at <= self.clock.now()
        )
        for row in self.work.session.scalars(held.order_by(Delivery.id)).all():
            # If it fails after all, nothing of the demo is kept.
            row.tries, row.done_at = 1, self.clock.now()
            self._run(row)
        self.settle()

    def mornings(self) -> Iterator[datetime]:
        """Settle what was held, each morning at eight."""
        while True:
            yield daytime(self.clock.moment.replace(minute=0, second=0) + timedelta(hours=14))
            self.settle_held()

    def _once(self, moment: datetime, act: Callable[[], None]) -> None:
        def course() -> Iterator[datetime]:
            act()
            yield from ()

        self.begin(moment, course())

    def _climb(self, case: Case) -> None:
        if case.climbs_at is not None and case.climbs_at <= self.clock.moment:
            grid.climb(self.work)
            if case.climbs_at is None or case.climbs_at > self.clock.moment:
                self.watch(case)

    def _remind(self, case: Case) -> None:
        if case.state is State.DISPATCHED:
            grid.remind(self.work)
            self.watch(case)

    def _run(self, row: Delivery) -> None:
        """Do what a worker would.  Nothing leaves the house: in a demo messages are only shown."""
        errand = self.work.parts.routes[row.handler].run(self.work, row.payload)
        if errand is not None:
            errand.after(self.work, errand.run("demo"))
