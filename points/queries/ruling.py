"""Which rules are in force, and which were when somebody claimed."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from points.models import RuleVersion
from points.rules.table import SHIPPED, RuleTable


def rules_in_force(session: Session, day: date) -> RuleTable:
    """Return the newest table that holds on *day*; until anybody set one, what was shipped."""
    row = session.scalar(
        select(RuleVersion)
        .where(RuleVersion.valid_from <= day)
        .order_by(RuleVersion.valid_from.desc(), RuleVersion.version.desc())
        .limit(1)
    )
    return SHIPPED if row is None else row.table()


def rules_of(session: Session, version: int) -> RuleTable:
    """Return one version, which some claim was made under."""
    row = session.get_one(RuleVersion, version)
    # Held, since a session forgets what nobody holds: fifty claims would read it fifty times.
    session.info["points.rules", version] = row
    return row.table()
