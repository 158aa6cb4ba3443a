"""Tables of how rules change: drafts of the district, and what towns narrow."""

import json
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import Area, Person
from points.models.claims import RuleVersion, read_table
from points.rules.claims import MOST_WORDS
from points.rules.drafts import DraftState
from points.rules.narrowing import Narrowing
from points.rules.table import Period, RuleTable

_WAITS = text("state = 'waiting'")


class RuleDraft(Model):
    """A version of the rules that one person wants and another has to agree to; one at a time."""

    __tablename__ = "points_rule_draft"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> made_by", name="two_people"),
        CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="decided_by_somebody"),
        Index(
            "uq_points_rule_draft_waiting",
            "state",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)  # as RuleVersion.text
    base: Mapped[int] = mapped_column(ForeignKey(RuleVersion.version))
    valid_from: Mapped[date] = mapped_column(Date)
    why: Mapped[str] = mapped_column(String(MOST_WORDS))
    made_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime]
    state: Mapped[DraftState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(MOST_WORDS), default="")

    def table(self) -> RuleTable:
        """Return the table it wants."""
        return read_table(self.text)


class RuleNarrowing(Model):
    """What a town makes of one rule from a day on; the last one counts.  Written once."""

    __tablename__ = "points_rule_narrowing"
    __table_args__ = (
        CheckConstraint("coins IS NULL OR coins > 0", name="whole_coins"),
        Index("ix_points_rule_narrowing_of", "town_code", "rule_code", "valid_from"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    rule_code: Mapped[str] = mapped_column(String(3))
    is_off: Mapped[bool]
    coins: Mapped[int | None]
    caps: Mapped[str] = mapped_column(String(200))  # JSON: times by period
    valid_from: Mapped[date] = mapped_column(Date)
    set_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    set_at: Mapped[datetime]

    def narrowing(self) -> Narrowing:
        """Return what it says."""
        times = json.loads(self.caps)
        return Narrowing(
            is_off=self.is_off,
            coins=self.coins,
            caps=tuple((Period(name), most) for name, most in times.items()),
        )
