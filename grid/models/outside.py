"""What outside units were given and said, and the numbers other systems know a case by."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid.rules.outside import How, Said
from kernel.db import Model
from people.models import Area, Person


class Outside(Model):
    """That a unit without an account was asked: by a link for this case, or by telephone.

    The case stays its owner's, and its clocks run.  Of a link only the hash of its secret is kept.
    """

    __tablename__ = "grid_outside"
    __table_args__ = (
        CheckConstraint(
            "(how = 'link') = (secret IS NOT NULL) AND (how = 'link') = (expires_at IS NOT NULL)",
            name="link_has_secret_and_end",
        ),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"), index=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)  # of the form: sent twice is one
    how: Mapped[How]
    unit: Mapped[str] = mapped_column(String(24))  # a code of departments.yaml
    name: Mapped[str] = mapped_column(String(60))  # 国网滨江供电所
    given_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    given_at: Mapped[datetime]
    # What the unit reads: written for it, never what the resident said.
    what: Mapped[str] = mapped_column(Text)
    where: Mapped[str] = mapped_column(String(300))
    photos: Mapped[Any] = mapped_column(JSON, default=list)  # attachments that were ticked
    secret: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    last_said: Mapped[Said | None]
    said_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class UnitWord(Model):
    """One thing a unit said.  Written once: triggers refuse to change it."""

    __tablename__ = "grid_unit_word"
    __table_args__ = (UniqueConstraint("outside_id", "step_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outside_id: Mapped[int] = mapped_column(ForeignKey(Outside.id))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    at: Mapped[datetime]
    said: Mapped[Said]
    words: Mapped[str] = mapped_column(Text, default="")
    step_number: Mapped[int]  # where the case's history has it


class LinkDevice(Model):
    """A phone or computer that opened a link, known by a cookie of which the hash is kept."""

    __tablename__ = "grid_link_device"

    id: Mapped[int] = mapped_column(primary_key=True)
    outside_id: Mapped[int] = mapped_column(ForeignKey(Outside.id), index=True)
    device: Mapped[str] = mapped_column(String(64), unique=True)
    first_at: Mapped[datetime]


class External(Model):
    """The number of a case in another system."""

    __tablename__ = "grid_external"
    __table_args__ = (UniqueConstraint("case_id", "system"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"))
    system: Mapped[str] = mapped_column(String(20))  # 12345 热线; as it was called then
    number: Mapped[str] = mapped_column(String(40))
    folded: Mapped[str] = mapped_column(String(40), index=True)  # what is searched
    set_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    set_at: Mapped[datetime]


class ExternalSystem(Model):
    """A system whose numbers a town writes down; without any row of its own the usual ones."""

    __tablename__ = "grid_external_system"
    __table_args__ = (UniqueConstraint("area_code", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    name: Mapped[str] = mapped_column(String(20))
