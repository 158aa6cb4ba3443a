"""The table of passed claims that the town looks at again."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import InArea, Person
from points.models.claims import Claim
from points.rules.claims import MOST_WORDS


class Sample(InArea, Model):
    """A paid claim that was drawn, and what a look at it found."""

    __tablename__ = "points_sample"
    __table_args__ = (
        CheckConstraint("(looked_by IS NULL) = (sound IS NULL)", name="looked_by_somebody"),
        CheckConstraint("sound IS NULL OR sound OR words <> ''", name="reason_to_doubt"),
    )

    claim_id: Mapped[int] = mapped_column(ForeignKey(Claim.id), primary_key=True)
    drawn_at: Mapped[datetime]
    looked_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    looked_at: Mapped[datetime | None]
    sound: Mapped[bool | None]
    words: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
