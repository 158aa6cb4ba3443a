"""How the house is doing, in numbers: for the operator's page and for Prometheus.

Each reads a row or two and never counts a whole table.
"""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from kernel.audit import AuditLine
from kernel.late import late
from kernel.outbox import Delivery

if TYPE_CHECKING:
    from cryptography import x509
else:
    x509 = late("cryptography.x509")

BACKED_UP: Final = "backup.made"  # what the log says when a backup was finished


def disk_room(folder: Path) -> tuple[int, int] | None:
    """Return free and whole bytes of the disk that *folder* lies on; None if there is none."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return usage.free, usage.total


def database_bytes(session: Session) -> int:
    """Return how much room the database takes."""
    bind = session.get_bind()
    if bind.dialect.name == "sqlite":
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages) * int(session.execute(text("PRAGMA page_size")).scalar_one())
    return int(session.execute(select(func.pg_database_size(func.current_database()))).scalar_one())


def last_turn(session: Session) -> datetime | None:
    """Return when the schedule last owed a turn; None if it never has, or a week ago."""
    statement = select(Delivery.written_at).where(Delivery.slot.is_not(None))
    return session.scalar(statement.order_by(Delivery.id.desc()).limit(1))


def last_backup(session: Session) -> tuple[datetime, str] | None:
    """Return when the last backup was finished, and what the log says about it."""
    statement = select(AuditLine.at, AuditLine.detail).where(AuditLine.action == BACKED_UP)
    found = session.execute(statement.order_by(AuditLine.at.desc()).limit(1)).one_or_none()
    return None if found is None else (found.at, found.detail)


def valid_until(certificate: Path) -> datetime | None:
    """Return when a certificate (the first in a PEM file) expires; None if it cannot be read."""
    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None


def written_at(file: Path) -> datetime:
    """Return when a file was last written."""
    return datetime.fromtimestamp(os.stat(file).st_mtime, UTC)  # noqa: PTH116 - one call, no more
