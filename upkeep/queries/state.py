"""What is measured for the operator's page.  Each statement reads an index or a row."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel import calendar, measures
from kernel.outbox import Delivery
from kernel.work import Parts
from upkeep.models import RetentionRun
from upkeep.queries import tables
from upkeep.queries.backups import backups
from upkeep.queries.revisions import newest_revision
from upkeep.rules.findings import State

MEGA: Final = 1_000_000


def state(session: Session, parts: Parts, *, redis: bool, workers: Mapping[str, int]) -> State:
    """Measure everything; *redis* and *workers* the caller has asked the queue for."""
    settings, now = parts.settings, parts.clock.now()
    waiting = (Delivery.done_at.is_(None), Delivery.parked_at.is_(None))
    owed, oldest = session.execute(
        select(func.count(), func.min(Delivery.written_at)).where(*waiting)
    ).one()
    parked = session.scalar(select(func.count()).where(Delivery.parked_at.is_not(None))) or 0
    certificate = settings.certificate_file
    run = last_retention(session)
    return State(
        now=now,
        redis=redis,
        workers=workers,
        lag=timedelta() if oldest is None else max(now - oldest, timedelta()),
        owed=owed,
        parked=parked,
        last_turn=measures.last_turn(session),
        missing_years=calendar.missing_years(session, now),
        certificate_watched=certificate is not None,
        certificate_until=None if certificate is None else measures.valid_until(certificate),
        is_https=settings.is_https,
        disk=measures.disk_room(settings.var),
        database_bytes=measures.database_bytes(session),
        backup=_newest_backup(session, settings.backup_dir),
        backup_dir=settings.backup_dir is not None,
        revision=tables.revision(session.connection()),
        newest=newest_revision(),
        retention_at=None if run is None else run.at,
        retention_due=0 if run is None else sum(line["due"] for line in run.report),
    )


def _newest_backup(session: Session, folder: Path | None) -> tuple[datetime, str] | None:
    """Return the newest backup that the log or the folder knows: a restored log knows no later."""
    found = [
        (file.at, f"{file.name} · {file.size / MEGA:.1f} MB") for file in backups(folder) or ()
    ]
    noted = measures.last_backup(session)
    return max([*found, *([noted] if noted else [])], default=None)


def last_retention(session: Session) -> RetentionRun | None:
    """Return the newest report on what was forgotten."""
    return session.scalars(
        select(RetentionRun).order_by(RetentionRun.id.desc()).limit(1)
    ).one_or_none()
