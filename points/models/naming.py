"""Who agreed to stand with their whole name in what their village publishes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import Household, Person

_HOLDS = text("withdrawn_at IS NULL")


class NameConsent(Model):
    """That somebody agreed, as the head of one household, until they took it back.

    Who agrees again later is a new row, so that what was published in between stays masked.
    """

    __tablename__ = "points_name_consent"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name="ends_later"),
        Index(
            "uq_points_name_consent_holds",
            "person_id",
            unique=True,
            sqlite_where=_HOLDS,
            postgresql_where=_HOLDS,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey(Household.id))
    given_at: Mapped[datetime]
    given_to: Mapped[int | None] = mapped_column(ForeignKey(Person.id))  # None: on their own page
    withdrawn_at: Mapped[datetime | None]
    withdrawn_to: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
