"""Runs what the outbox owes: once each, however often it is asked."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import current_app
from sqlalchemy import case, delete, select, update

from kernel.clock import SHANGHAI
from kernel.db import insert_once
from kernel.outbox import (
    GRACE,
    MOST_TRIES,
    Delivery,
    Errand,
    Handler,
    name_of,
    queue_of,
    wait_after,
)
from kernel.work import Work, parts, transaction

BATCH: Final = 200
KEEP_DONE: Final = timedelta(days=7)  # long enough to look back at a bad week
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Every:
    """A job that takes no values and is owed once per *period*."""

    period: timedelta
    job: Handler

    def slot(self, now: datetime) -> str:
        """Return the name of the period that *now* lies in."""
        return f"{name_of(self.job)}@{int(now.timestamp() // self.period.total_seconds())}"


@dataclass(frozen=True, slots=True)
class Daily:
    """A job that takes no values and is owed once a day, from *hour* o'clock in Shanghai on."""

    hour: int
    job: Handler

    def slot(self, now: datetime) -> str:
        """Return the name of the day whose turn it is: before *hour*, still yesterday's."""
        return (
            f"{name_of(self.job)}@{(now.astimezone(SHANGHAI) - timedelta(hours=self.hour)).date()}"
        )


Turn = Every | Daily


def deliver(row_id: int) -> None:
    """Run the handler of one outbox row.  This is the only job the queue knows.

    The try is counted first and commits by itself, so a handler that kills its
    worker is parked in the end like one that raises.  Then the handler and the
    mark that it is done share one transaction.  A handler that returns an
    Errand has it run between two transactions; the second marks the row done.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way to the application itself
    with app.app_context():
        with transaction() as work:
            row = _lock(work, row_id)
            if row is None:
                return
            row.tries += 1
            row.due_at = work.now() + wait_after(row.tries)
        try:
            _attempt(row_id)
        except Exception as error:
            log.exception("outbox row failed", extra={"row_id": row_id})
            with transaction() as work:
                _note_failure(work, row_id, error)


def sweep() -> int:
    """Send again what is owed and overdue; return how many rows were due.

    While the queue is down nothing is touched, so an outage costs no tries.
    """
    if not parts().dispatch.is_up():
        log.warning("the queue is down; the outbox waits")
        return 0
    with transaction() as work:
        rows = work.session.scalars(
            select(Delivery)
            .where(
                Delivery.due_at <= work.now(),
                Delivery.done_at.is_(None),
                Delivery.parked_at.is_(None),
            )
            .order_by(Delivery.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            if row.tries >= MOST_TRIES:
                row.parked_at = work.now()
            else:
                row.due_at = work.now() + wait_after(row.tries + 1)
                work.outbox.append(row)
    return len(rows)


def retry(work: Work, row_id: int) -> None:
    """Take a parked row up again, as the operator asked."""
    row = work.session.get(Delivery, row_id, with_for_update=True, populate_existing=True)
    if row is not None and row.parked_at is not None:
        row.parked_at, row.tries, row.due_at = None, 0, work.now() + GRACE
        work.outbox.append(row)


def plan(schedule: Sequence[Turn]) -> None:
    """Owe each scheduled job once per period, however many schedulers run.

    What was owed already is read first: most beats write nothing, and on
    SQLite a beat that would write makes everybody else wait.
    """
    now = parts().clock.now()
    with transaction() as work:
        slots = {turn.slot(now): turn for turn in schedule}
        there = set(work.session.scalars(select(Delivery.slot).where(Delivery.slot.in_(slots))))
        for slot in slots.keys() - there:
            insert_once(
                work.session,
                Delivery,
                unique="slot",
                slot=slot,
                handler=name_of(slots[slot].job),
                queue=queue_of(slots[slot].job),
                payload={},
                written_at=now,
                due_at=now,
                tries=0,
            )


def prune(work: Work) -> None:
    """Forget rows that have long been done; a slot is kept as long as its period can recur."""
    work.session.execute(
        delete(Delivery).where(
            Delivery.done_at.is_not(None), Delivery.done_at < work.now() - KEEP_DONE
        )
    )


def _attempt(row_id: int) -> None:
    with transaction() as work:
        row = _lock(work, row_id)
        if row is None:
            return
        errand = _run(work, row)
        if errand is None:
            _mark_done(work, row)
            return
    answer = errand.run(str(row_id))
    with transaction() as work:
        row = _lock(work, row_id)
        if row is not None:
            _after(errand, work, answer)
            _mark_done(work, row)


def _lock(work: Work, row_id: int) -> Delivery | None:
    """Return the row if it is owed and nobody else is at it."""
    return work.session.scalar(
        select(Delivery)
        .where(Delivery.id == row_id, Delivery.done_at.is_(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _run(work: Work, row: Delivery) -> Errand | None:
    route = work.parts.routes.get(row.handler)
    if route is None:
        raise LookupError(f"nothing is registered as {row.handler}")
    return route.run(work, row.payload)


def _after(errand: Errand, work: Work, answer: object) -> None:
    after: Callable[[Work, object], None] = errand.after
    after(work, answer)


def _mark_done(work: Work, row: Delivery) -> None:
    row.done_at, row.parked_at, row.error = work.now(), None, None


def _note_failure(work: Work, row_id: int, error: Exception) -> None:
    work.session.execute(
        update(Delivery)
        .where(Delivery.id == row_id, Delivery.done_at.is_(None))
        .values(
            error=f"{type(error).__name__}: {error}"[:500],
            parked_at=case((Delivery.tries >= MOST_TRIES, work.now())),
        )
    )
