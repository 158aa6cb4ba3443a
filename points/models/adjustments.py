"""Table of the coins that follow a household that split, merged, moved or ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from kernel.db import Model, Sealed
from people.models import Area, Household, InArea, Person
from points.models.ledger import MaybeWhole, Posting
from points.rules.adjustments import (
    MOST_REASON,
    AdjustmentState,
    AdjustmentWhy,
    adjustment_evidence,
)


class Adjustment(InArea, Model):
    """Somebody proposes that coins go from one household to another one, or to its village.

    It is the first signature: triggers refuse to change anything of it afterwards but what came of
    it, once.  ``area_code`` is where the household lay that gives.
    """

    __tablename__ = "points_adjustment"
    __table_args__ = (
        CheckConstraint("coins > 0", name="amount_above_zero"),
        CheckConstraint("(to_household_id IS NULL) <> (village IS NULL)", name="to_one"),
        CheckConstraint(
            "to_household_id IS NULL OR to_household_id <> from_household_id", name="two_households"
        ),
        CheckConstraint(
            "(state IN ('proposed', 'lapsed')) = (decided_by IS NULL)", name="decided_by_somebody"
        ),
        CheckConstraint(
            "decided_by IS NULL OR (decided_by = proposed_by) = (state = 'withdrawn')",
            name="two_people",
        ),
        CheckConstraint("(state = 'posted') = (posting_id IS NOT NULL)", name="posted_once"),
        Index("ix_points_adjustment_state", "state", "area_code"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # of the form
    from_household_id: Mapped[int] = mapped_column(ForeignKey(Household.id), index=True)
    to_household_id: Mapped[int | None] = mapped_column(ForeignKey(Household.id), index=True)
    village: Mapped[str | None] = mapped_column(ForeignKey(Area.code))  # whose funds get it
    coins: Mapped[int]
    why: Mapped[AdjustmentWhy]
    reason: Mapped[str] = mapped_column(String(MOST_REASON))  # "" once it is forgotten
    giver: Mapped[str | None] = mapped_column(Sealed)  # who agreed on either side, and how
    giver_consent: Mapped[str | None] = mapped_column(String(8))  # a ``Consent``
    taker: Mapped[str | None] = mapped_column(Sealed)
    taker_consent: Mapped[str | None] = mapped_column(String(8))
    proposed_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    proposed_at: Mapped[datetime]
    state: Mapped[AdjustmentState]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(MOST_REASON), default="")  # why not
    posting_id: Mapped[MaybeWhole] = mapped_column(ForeignKey(Posting.id), unique=True)
    # How many count at the taker as earned before the year of the move (queries.ages).
    carried: Mapped[int | None]

    @classmethod
    def said(cls) -> tuple[InstrumentedAttribute[Any], ...]:
        """Return the columns of all that was proposed, in the order in which they are hashed."""
        return (
            cls.from_household_id,
            cls.to_household_id,
            cls.village,
            cls.coins,
            cls.why,
            cls.reason,
            cls.giver,
            cls.giver_consent,
            cls.taker,
            cls.taker_consent,
        )

    def evidence(self) -> bytes:
        """Return the hash of what was proposed; not to be told once its words are forgotten."""
        return adjustment_evidence(*[getattr(self, one.key) for one in self.said()])
