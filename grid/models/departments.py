"""A department's part in a case: signing for it, asking others to join in, handing it over."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

import people.queries.bars
import people.rules
from grid.models.cases import BARRED_AS, police_areas
from kernel.access import Actor as Staff
from kernel.db import Model
from people.models import InArea, Person

STILL_OPEN: Final = text("ended_at IS NULL")
UNANSWERED: Final = text("answered_at IS NULL")


class Signing(Model):
    """That a department was given a case, and has to sign for it by then."""

    __tablename__ = "grid_signing"
    __table_args__ = (
        UniqueConstraint("case_id", "step_number"),
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name="signed_by_somebody"),
        CheckConstraint("signed_at IS NULL OR ended_at IS NOT NULL", name="signed_is_over"),
        CheckConstraint("ended_at IS NULL OR due_at IS NULL", name="over_is_silent"),
        # A case lies unsigned at one department at most.
        Index(
            "uq_grid_signing_open",
            "case_id",
            unique=True,
            sqlite_where=STILL_OPEN,
            postgresql_where=STILL_OPEN,
        ),
        Index("ix_grid_signing_due_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"))
    step_number: Mapped[int]  # the step that gave it
    department: Mapped[str] = mapped_column(String(24), index=True)
    given_at: Mapped[datetime]
    remind_at: Mapped[datetime]
    back_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # the next step; empty once signed, moved on or used up
    reminded_at: Mapped[datetime | None]
    went_up_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    ended_at: Mapped[datetime | None]


class Help(InArea, Model):
    """That another department, or the town, is asked to join in; the case stays where it is."""

    __tablename__ = "grid_help"
    __table_args__ = (
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)"
            " AND (answered_at IS NULL) = (comes IS NULL)",
            name="answered_by_somebody",
        ),
        Index(
            "uq_grid_help_open",
            "case_id",
            "to_department",
            unique=True,
            sqlite_where=UNANSWERED,
            postgresql_where=UNANSWERED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    from_department: Mapped[str] = mapped_column(String(24))
    to_department: Mapped[str] = mapped_column(String(24), index=True)  # "town" is the town's desk
    for_police: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    answered_at: Mapped[datetime | None]
    comes: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, default="")

    @classmethod
    def of_department(cls, code: str) -> ColumnElement[bool]:
        """What a department was asked."""
        return cls.to_department == code

    @classmethod
    def open_to(cls, by: Staff) -> ColumnElement[bool]:
        """What the police ask only they read; nobody what is about a case against them."""
        there = [
            and_(cls.area_code >= code, cls.area_code < people.rules.after(code))
            for code in sorted(police_areas(by))
        ]
        return and_(
            or_(~cls.for_police, false(), *there),
            people.queries.bars.open_to(BARRED_AS, cls.case_id, by.id),
        )


class Handover(Model):
    """That a department would give a case to another one.  The town decides, never they alone."""

    __tablename__ = "grid_handover"
    __table_args__ = (
        # Asked once in each turn of the case; any move makes an older asking void.
        UniqueConstraint("case_id", "turn"),
        CheckConstraint("from_department <> to_department", name="to_somebody_else"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (agreed IS NULL)",
            name="decided_by_somebody",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"))
    turn: Mapped[int]
    asked_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    from_department: Mapped[str] = mapped_column(String(24))
    to_department: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, default="")
