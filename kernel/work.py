"""The unit of work: one transaction, and what must wait for its commit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Concatenate, ParamSpec, Protocol

from flask import current_app, g
from sqlalchemy.orm import Session

from kernel.chance import Chance
from kernel.clock import Clock
from kernel.db import begin_writing, db
from kernel.events import Event, Plain
from kernel.outbox import (
    GRACE,
    Delivery,
    Errand,
    Handler,
    Routes,
    Subscribers,
    Ticket,
    name_of,
    queue_of,
)
from kernel.settings import Settings
from kernel.stores import Store

P = ParamSpec("P")


class Dispatch(Protocol):
    """Whatever carries outbox rows to the workers.  It may fail; it must not raise."""

    def is_up(self) -> bool: ...

    def send(self, tickets: Sequence[Ticket]) -> None:
        """Enqueue each ticket; one that is there already is left alone."""
        ...


class Post(Protocol):
    """The one way out of the house: an HTTP POST of JSON."""

    def __call__(self, url: str, body: Mapping[str, object], headers: Mapping[str, str]) -> str:
        """Return the answer's text.

        Raises:
            Unavailable: if nobody answered, or with another status than 2xx.
        """
        ...


class Tally(Protocol):
    """Counts outside the database.  It may lose some; it must not raise, nor give one twice."""

    def add(self, name: str, field: str) -> None: ...

    def take(self, name: str) -> Mapping[str, int]:
        """Take the counts of *name* out, by field."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The replaceable parts an application was built with."""

    settings: Settings
    clock: Clock
    chance: Chance
    dispatch: Dispatch
    post: Post
    store: Store
    tally: Tally
    subscribers: Subscribers
    routes: Routes


@dataclass(slots=True)
class Work:
    """What a service needs to change something, and nothing else."""

    session: Session
    parts: Parts
    outbox: list[Delivery] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        return self.parts.clock.now()

    def token(self) -> str:
        """Return a fresh token of at least 128 bits."""
        return self.parts.chance.token()

    def announce(self, event: Event) -> None:
        """Owe *event* to each subscriber: one outbox row apiece."""
        for subscriber in self.parts.subscribers.get(type(event), ()):
            self._owe(subscriber, asdict(event))

    def later(
        self, job: Callable[Concatenate["Work", P], Errand | None], *args: P.args, **plain: P.kwargs
    ) -> None:
        """Owe one run of *job*, which takes plain values by keyword."""
        if args:
            raise TypeError("a job takes its values by keyword")
        self._owe(job, plain)

    def later_at(self, moment: datetime, job: Handler, **plain: Plain) -> None:
        """Owe one run of *job*, not before *moment*: the sweep sends it then."""
        row = self._row(job, plain)
        # As if it were written then: until then nothing is late.
        row.written_at = row.due_at = max(moment, self.now())
        self.session.add(row)

    def _owe(self, handler: Handler, payload: Mapping[str, Plain | object]) -> None:
        row = self._row(handler, payload)
        self.session.add(row)
        self.outbox.append(row)

    def _row(self, handler: Handler, payload: Mapping[str, Plain | object]) -> Delivery:
        if name_of(handler) not in self.parts.routes:
            raise LookupError(f"{name_of(handler)} is not in bootstrap.JOBS or SUBSCRIBERS")
        if not all(isinstance(value, Plain) for value in payload.values()):
            raise TypeError(f"{name_of(handler)} may be sent ids and plain values only")
        return Delivery(
            handler=name_of(handler),
            queue=queue_of(handler),
            payload=dict(payload),
            written_at=self.now(),
            due_at=self.now() + GRACE,
            tries=0,
        )


@contextmanager
def transaction() -> Iterator[Work]:
    """Open the one transaction of a request, a job or a command.

    All of it commits when the block ends and none of it does if the block
    raises.  What the outbox owes leaves after the commit, so no worker is ever
    handed the number of a row it cannot see.
    """
    if "work" in g:
        raise RuntimeError("a transaction is already open; pass its work down")
    parts: Parts = current_app.extensions["parts"]
    session = db.session()
    begin_writing(session)
    g.work = work = Work(session, parts)
    try:
        yield work
        session.flush()
        owed = [row.ticket() for row in work.outbox]
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        g.pop("work")
    if owed:
        parts.dispatch.send(owed)


def parts() -> Parts:
    """Return the parts the running application was built with."""
    built: Parts = current_app.extensions["parts"]
    return built
