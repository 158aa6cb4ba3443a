"""Refused cases, and who judges them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from grid import service
from grid.models import Case
from grid.rules import Finding, Move
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.grid.factories import do, handle, opened

MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


NEXT_MONDAY = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)


TUESDAY = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


DAY = timedelta(days=1)


def reject(work: Work, case: Case, by: Actor) -> None:
    do(work, case, Move.REJECT, by, reason="合同纠纷", responsible_channel="司法所")


def judge(work: Work, case: Case, by: Actor, **values: Any) -> None:  # noqa: ANN401 - keywords
    known = {"upheld": True, "sentence": "应当受理", **values}
    service.decide_objection(work, case.id, by=by, **known)


def closed_by(work: Work, team: dict[Role, Actor], **values: Any) -> Case:  # noqa: ANN401 - a case's
    """Return a case that the worker handled and the leader verified."""
    case = opened(work, submitted_at=MORNING, **values)
    worker = team[Role.GRID_FULL]
    do(work, case, Move.ACCEPT, worker)
    handle(work, case, worker)
    do(work, case, Move.VERIFY, team[Role.TOWN_ADMIN], finding=Finding.TRUE)
    return case
