"""Whether the house stands: for load balancers, Prometheus and whoever is called at night."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from kernel import measures
from kernel.access import public
from kernel.db import db
from kernel.jobs import RqDispatch
from kernel.outbox import Delivery, Queue
from kernel.web import limiter
from kernel.work import parts

log = logging.getLogger(__name__)
pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
@limiter.exempt
def healthz() -> ResponseReturnValue:
    """Say that this process answers."""
    return {"status": "ok"}


@pages.get("/readyz")
@public
@limiter.exempt
def readyz() -> ResponseReturnValue:
    """Say whether reports can be taken and worked on; 503 while the database is out of reach.

    Redis or a worker that is away is told but does not take the site off the
    net: residents still get their receipt and the outbox waits.
    """
    facts = _facts()
    status = HTTPStatus.OK if facts["database"] else HTTPStatus.SERVICE_UNAVAILABLE
    return facts, status


@pages.get("/metrics")
@public
@limiter.exempt
def metrics() -> Response:
    """Answer Prometheus.  Keep this path inside the house (docs/deploy.md)."""
    facts, registry = _facts(), CollectorRegistry()
    for name, said in (
        ("database", "1 if the database answers"),
        ("redis", "1 if Redis answers"),
        ("owed", "Outbox rows not done"),
        ("parked", "Outbox rows given up after eight tries"),
        ("lag_seconds", "Age of the oldest outbox row that is due"),
    ):
        Gauge(f"pinganma_{name}", said, registry=registry).set(float(facts[name] or 0))
    for name, said, value in _measures():
        if value is not None:
            Gauge(f"pinganma_{name}", said, registry=registry).set(value)
    workers = Gauge("pinganma_workers", "Workers alive", ["queue"], registry=registry)
    for queue, count in facts["workers"].items():
        workers.labels(queue).set(count)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _facts() -> dict[str, Any]:
    return {**_database_facts(), **_redis_facts()}


def _database_facts() -> dict[str, Any]:
    now = parts().clock.now()
    waiting = (Delivery.done_at.is_(None), Delivery.parked_at.is_(None))
    try:
        owed, oldest = db.session.execute(
            select(func.count(), func.min(Delivery.written_at)).where(*waiting)
        ).one()
        parked = db.session.scalar(select(func.count()).where(Delivery.parked_at.is_not(None)))
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return {"database": False, "owed": None, "parked": None, "lag_seconds": None}
    lag = 0.0 if oldest is None else max((now - oldest).total_seconds(), 0.0)
    return {"database": True, "owed": owed, "parked": parked, "lag_seconds": round(lag, 1)}


def _measures() -> list[tuple[str, str, float | None]]:
    """Return what can be measured now; None for what there is not."""
    settings, now = parts().settings, parts().clock.now()
    room = measures.disk_room(settings.var)
    until = settings.certificate_file and measures.valid_until(settings.certificate_file)
    found: list[tuple[str, str, float | None]] = [
        ("disk_free_bytes", "Room left on the disk of VAR", None if room is None else room[0]),
        (
            "certificate_seconds",
            "Time until the certificate expires",
            (until - now).total_seconds() if until else None,
        ),
    ]
    try:
        turn, backup = measures.last_turn(db.session()), measures.last_backup(db.session())
        size = measures.database_bytes(db.session())
    except SQLAlchemyError:
        return found  # the gauge of the database says so
    since_turn = None if turn is None else (now - turn).total_seconds()
    since_backup = None if backup is None else (now - backup[0]).total_seconds()
    return [
        *found,
        ("database_bytes", "Size of the database", size),
        ("schedule_age_seconds", "Time since the schedule last owed a turn", since_turn),
        ("backup_age_seconds", "Time since the last finished backup", since_backup),
    ]


def _redis_facts() -> dict[str, Any]:
    dispatch = parts().dispatch
    alive = dict.fromkeys((queue.value for queue in Queue), 0)
    if not isinstance(dispatch, RqDispatch):
        return {"redis": dispatch.is_up(), "workers": alive}
    try:
        return {"redis": True, "workers": {**alive, **dispatch.workers()}}
    except RedisError:
        return {"redis": False, "workers": alive}
