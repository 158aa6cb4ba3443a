"""Tables of what is taken and why, and of appeals."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import Household, InArea, Person
from points.models.claims import Claim, RuleVersion
from points.rules.claims import MOST_WORDS
from points.rules.deductions import AppealState, DeductionState
from points.rules.table import NegativeRule, ReviewLevel, RuleTable


class Deduction(InArea, Model):
    """Somebody was told what is wrong and by when to put it right, and what came of it."""

    __tablename__ = "points_deduction"
    __table_args__ = (
        CheckConstraint(
            "coins > 0 AND taken >= 0 AND owed >= 0 AND taken + owed <= coins",
            name="never_more",
        ),
        CheckConstraint(
            "state NOT IN ('deducted', 'restored', 'overturned', 'mended_late')"
            " OR (checked_by IS NOT NULL AND decided_by IS NOT NULL)",
            name="signed_twice",
        ),
        CheckConstraint(
            "decided_by IS NULL OR (decided_by <> checked_by AND decided_by <> noticed_by)",
            name="two_people",
        ),
        Index("ix_points_deduction_state", "state", "area_code"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # of the form
    household_id: Mapped[int] = mapped_column(ForeignKey(Household.id), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    rule_code: Mapped[str] = mapped_column(String(3))
    rule_version: Mapped[int] = mapped_column(ForeignKey(RuleVersion.version))
    words: Mapped[str] = mapped_column(String(MOST_WORDS))  # the facts
    noticed_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    noticed_at: Mapped[datetime]
    deadline: Mapped[date] = mapped_column(Date)  # the last day to put it right
    statement: Mapped[str] = mapped_column(String(MOST_WORDS), default="")  # what they say
    state: Mapped[DeductionState]
    turn: Mapped[int] = mapped_column(default=0)
    checked_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    checked_at: Mapped[datetime | None]
    check_words: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    coins: Mapped[int]  # as the rule says, above zero
    taken: Mapped[int] = mapped_column(default=0)
    owed: Mapped[int] = mapped_column(default=0)  # to be offset against later awards
    parts: Mapped[int] = mapped_column(default=0)  # postings it was taken in
    frozen_until: Mapped[date | None] = mapped_column(Date)  # no new awards to the person

    def terms(self, table: RuleTable) -> NegativeRule:
        """Return the rule it is by, of the version it names."""
        return next(one for one in table.negative if one.code == self.rule_code)


class Appeal(InArea, Model):
    """Somebody does not agree with a deduction, or with a no to a claim; once each."""

    __tablename__ = "points_appeal"
    __table_args__ = (
        CheckConstraint("(deduction_id IS NULL) <> (claim_id IS NULL)", name="about_one"),
        CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> decided_by", name="two_people"),
        CheckConstraint(
            "state <> 'judged' OR (confirmed_by IS NULL AND deduction_id IS NOT NULL)",
            name="nothing_moved_yet",
        ),
        Index("ix_points_appeal_state", "state", "due_by"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deduction_id: Mapped[int | None] = mapped_column(ForeignKey(Deduction.id), unique=True)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey(Claim.id), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    words: Mapped[str] = mapped_column(String(MOST_WORDS))
    made_at: Mapped[datetime]
    level: Mapped[ReviewLevel]
    due_by: Mapped[date] = mapped_column(Date)
    state: Mapped[AppealState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))  # second signature
    confirmed_at: Mapped[datetime | None]
    doubt: Mapped[str] = mapped_column(String(MOST_WORDS), default="")  # why it was not confirmed
    rung_at: Mapped[datetime | None]  # when the level above was told that its time is over
    restored: Mapped[int] = mapped_column(default=0)  # coins that were given back
