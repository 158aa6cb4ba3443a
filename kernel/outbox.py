"""What must still happen, written beside the change that asked for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from kernel.events import Event, Plain

MOST_TRIES: Final = 8
GRACE: Final = timedelta(minutes=1)


class Queue(StrEnum):
    """The queues of the workers; each worker process serves exactly one (QR.md, section 6)."""

    URGENT = "urgent"
    DEFAULT = "default"
    BULK = "bulk"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Errand:
    """What a job wants done outside the transaction, and what to write down afterwards.

    ``run`` gets the row's number as idempotency key and may happen twice; it
    must not touch the database.  ``after`` gets the open work and what ``run``
    returned, in the transaction that marks the row done.
    """

    run: Callable[[str], Any]
    after: Callable[[Any, Any], None]


Handler = Callable[..., Errand | None]
Subscribers = Mapping[type[Event], Sequence[Handler]]
H = TypeVar("H", bound=Handler)


def on(queue: Queue) -> Callable[[H], H]:
    """Say in which queue a handler's rows wait; without it, in ``default``."""

    def mark(handler: H) -> H:
        vars(handler)["queue"] = queue
        return handler

    return mark


def queue_of(handler: Handler) -> Queue:
    """Return the queue in which *handler* wants to wait."""
    queue: Queue = vars(handler).get("queue", Queue.DEFAULT)
    return queue


def wait_after(tries: int) -> timedelta:
    """Return how long to leave a row alone: 1, 2, 4 … minutes, two hours at most."""
    return min(GRACE * (1 << max(tries - 1, 0)), timedelta(hours=2))


class Delivery(Model):
    """One handler that has to run once, and with what."""

    __tablename__ = "kernel_outbox"
    __table_args__ = (
        CheckConstraint("done_at IS NULL OR parked_at IS NULL", name="done_or_parked"),
        Index("ix_kernel_outbox_due", "done_at", "parked_at", "due_at"),
        # A number is never used again, or a stale job could run the wrong row.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handler: Mapped[str] = mapped_column(String(120))
    queue: Mapped[Queue] = mapped_column(default=Queue.DEFAULT)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    slot: Mapped[str | None] = mapped_column(String(160), unique=True)
    written_at: Mapped[datetime]
    due_at: Mapped[datetime]  # until then the sweep leaves it alone
    tries: Mapped[int] = mapped_column(default=0)  # deliveries begun, finished or not
    error: Mapped[str | None] = mapped_column(String(500))
    done_at: Mapped[datetime | None]
    parked_at: Mapped[datetime | None]

    @property
    def job_id(self) -> str:
        """Return the queue's name for the next try: unique per try, not per row."""
        return f"outbox-{self.id}-{self.tries}"

    def ticket(self) -> "Ticket":
        """Return what the queue needs to know of this row's next try."""
        return Ticket(self.queue, self.job_id, self.id)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One try of one row, on its way to a queue."""

    queue: Queue
    job_id: str
    row_id: int


@dataclass(frozen=True, slots=True)
class Route:
    """A function the outbox may call, and the event it wants, if it wants one."""

    function: Handler
    event: type[Event] | None = None

    def run(self, work: object, payload: Mapping[str, Plain]) -> Errand | None:
        """Call the function with what the row says."""
        if self.event is None:
            return self.function(work, **payload)
        return self.function(work, self.event(**payload))


Routes = Mapping[str, Route]


def name_of(handler: Handler) -> str:
    """Return the name under which *handler* is written down: its import path."""
    return f"{handler.__module__}.{handler.__qualname__}"


def make_routes(subscribers: Subscribers, jobs: Sequence[Handler]) -> Routes:
    """Return every function a row may name.  Nothing is ever imported by name."""
    routes = [(name_of(job), Route(job)) for job in jobs]
    for event, handlers in subscribers.items():
        routes += [(name_of(handler), Route(handler, event)) for handler in handlers]
    if len(dict(routes)) != len(routes):
        raise RuntimeError("a handler is registered twice")
    return dict(routes)
