"""Tables of the complaints feature."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from complaints.rules import COMPLAINED_OF, MOST_WORDS, About, Desk, Event, Satisfied, State
from kernel.access import Actor
from kernel.db import Model, Sealed
from kernel.grants import Role
from people.models import InArea, Person
from people.queries.bars import open_to
from people.rules import DIGITS, after, at_level

BARRED_AS: Final = "complaint"  # in people_barred, and in audit lines


def _desk(name: str) -> Enum:
    """Return the type of one of several columns of desks; each needs a constraint's name."""
    return Enum(
        Desk,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


class Complaint(InArea, Model):
    """What somebody says about us.  Its history is ``ComplaintStep``."""

    __tablename__ = "complaints_complaint"
    __table_args__ = (
        CheckConstraint("length(number) = 12", name="number_length"),
        CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered"),
        CheckConstraint("about <> 'district' OR desk = 'audit'", name="district_skipped"),
        CheckConstraint("about <> 'town' OR desk <> 'town'", name="town_skipped"),
        Index("ix_complaints_complaint_open", "state", "due_by"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # of the form and what it says
    number: Mapped[str] = mapped_column(String(12), unique=True)
    about: Mapped[About]
    about_number: Mapped[str] = mapped_column(String(12), default="")  # of the report it is about
    words: Mapped[str] = mapped_column(String(MOST_WORDS))
    phone: Mapped[str | None] = mapped_column(Sealed)
    lang: Mapped[str] = mapped_column(String(8), default="zh")
    filed_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    filed_at: Mapped[datetime] = mapped_column(index=True)
    desk: Mapped[Desk] = mapped_column(_desk("desk"))
    state: Mapped[State]
    due_by: Mapped[datetime]  # of this desk
    estimated: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None]

    @property
    def owner(self) -> str:
        """What its attachments name it by."""
        return f"complaints.complaint:{self.id}"

    @classmethod
    def open_to(cls, by: Actor) -> ColumnElement[bool]:
        """Who answers reads it, and who stands above; never the level complained of, nor kin."""
        return and_(_of_a_desk(by), _of_no_level_complained_of(by), _not_barred(by))


def _of_a_desk(by: Actor) -> ColumnElement[bool]:
    """The town reads what it has to answer, the district that too, the auditor everything."""
    if by.wears(Role.AUDITOR):
        return true()
    below = [Desk.TOWN, Desk.DISTRICT] if by.wears(Role.DISTRICT_CMD) else [Desk.TOWN]
    return Complaint.desk.in_(below)


def _of_no_level_complained_of(by: Actor) -> ColumnElement[bool]:
    """Whoever works at the place complained of, or below, reads nothing of it in any other hat."""
    mine = [
        and_(
            Complaint.about == about,
            Complaint.area_code >= place,
            Complaint.area_code < after(place),
        )
        for about, level in COMPLAINED_OF.items()
        for hat in by.hats
        if level is not None
        and hat.role is not Role.AUDITOR
        and len(hat.area) >= DIGITS[level]
        and (place := at_level(hat.area, level)) is not None
    ]
    return ~or_(false(), *mine)


def _not_barred(by: Actor) -> ColumnElement[bool]:
    return open_to(BARRED_AS, Complaint.id, by.id)


class ComplaintStep(Model):
    """One thing that happened to a complaint.  Written once: triggers refuse to change it."""

    __tablename__ = "complaints_step"
    __table_args__ = (
        UniqueConstraint("complaint_id", "number"),
        UniqueConstraint("complaint_id", "once"),
        CheckConstraint("event <> 'rated' OR satisfied IS NOT NULL", name="rated"),
        CheckConstraint("event <> 'answered' OR words <> ''", name="answered_in_words"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey(Complaint.id))
    number: Mapped[int]  # from 1, without a gap
    at: Mapped[datetime]
    event: Mapped[Event]
    once: Mapped[str | None] = mapped_column(String(24))  # what happens once in its life
    who: Mapped[int | None] = mapped_column(ForeignKey(Person.id))  # None: resident or program
    desk: Mapped[Desk] = mapped_column(_desk("step_desk"))  # whose it is afterwards
    words: Mapped[str] = mapped_column(Text, default="")
    satisfied: Mapped[Satisfied | None]
    in_time: Mapped[bool | None]  # of an answer: whether it came before its end
