"""Whom a case is against, and what they say to it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid.rules.accused import Against, Heard
from kernel.db import Model, Sealed
from people.models import Household, Person


class Accused(Model):
    """Somebody or something a case is against.

    It is part of the case and of nothing else: no list, count or page begins with it, and who it
    was is forgotten once the case has turned out unfounded.
    """

    __tablename__ = "grid_accused"
    __table_args__ = (
        UniqueConstraint("case_id", "key"),
        CheckConstraint("person_id IS NULL OR against = 'staff'", name="person_is_staff"),
        CheckConstraint("household_id IS NULL OR against = 'household'", name="household"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"), index=True)
    key: Mapped[str] = mapped_column(String(64))  # of the form, so that a second tap adds nothing
    against: Mapped[Against]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    household_id: Mapped[int | None] = mapped_column(ForeignKey(Household.id))
    name: Mapped[str | None] = mapped_column(Sealed)  # of a place, or in free words
    claim: Mapped[str] = mapped_column(String(300))  # what they hear: neutral, in our words
    noted_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    noted_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]  # who it was, once it turned out unfounded


class AccusedAnswer(Model):
    """What the accused said to it.  Written once: triggers refuse to change it."""

    __tablename__ = "grid_accused_answer"
    __table_args__ = (UniqueConstraint("accused_id", "key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    accused_id: Mapped[int] = mapped_column(ForeignKey(Accused.id))
    key: Mapped[str] = mapped_column(String(64))
    heard: Mapped[Heard]
    words: Mapped[str] = mapped_column(Text)
    noted_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    noted_at: Mapped[datetime]


class AccusedLink(Model):
    """A link to this one claim for the accused.  Of its secret only the hash is kept."""

    __tablename__ = "grid_accused_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    accused_id: Mapped[int] = mapped_column(ForeignKey(Accused.id), index=True)
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    given_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]  # a newer one takes its place, or nobody is to have one


class AccusedSaid(Model):
    """What the accused wrote by their link.  Written once: triggers refuse to change it."""

    __tablename__ = "grid_accused_said"
    __table_args__ = (UniqueConstraint("link_id", "key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey(AccusedLink.id))
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)
