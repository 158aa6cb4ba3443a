"""Cases that stand still, and when."""

from datetime import UTC, datetime, timedelta

from grid import service
from grid.models import Case
from grid.rules import PauseReason
from kernel.access import Actor
from kernel.work import Work

# A Monday, 10:00 in Shanghai: three working days end on Thursday.
MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)


THURSDAY = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


DAY = timedelta(days=1)


WAIT = PauseReason.WAIT_RESIDENT


def stop(work: Work, case: Case, by: Actor, reason: PauseReason = WAIT) -> None:
    service.pause(work, case.id, by=by, reason=reason, words="等您的照片")
