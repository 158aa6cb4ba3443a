"""The history of a case, its rungs and its files."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grid.models.kinds import Act, FileKind, one_of
from grid.rules import Finding, Move, State
from grid.rules import Step as LadderName
from kernel.db import Model
from kernel.media import Attachment
from people.models import Person


class Step(Model):
    """One thing that happened to a case.  Written once: triggers refuse to change it."""

    __tablename__ = "grid_step"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("(move IS NULL) <> (act IS NULL)", name="move_or_act"),
        CheckConstraint(
            "move IS NULL OR (from_state IS NOT NULL AND to_state IS NOT NULL)", name="move_leads"
        ),
        CheckConstraint("NOT (by_reporter AND who IS NOT NULL)", name="resident_or_staff"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"))
    number: Mapped[int]  # from 1, without a gap
    at: Mapped[datetime]
    who: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)  # None: the program
    by_reporter: Mapped[bool] = mapped_column(default=False)  # or the resident
    move: Mapped[Move | None]
    act: Mapped[Act | None]
    from_state: Mapped[State | None] = mapped_column(one_of(State, "from_state"))
    to_state: Mapped[State | None] = mapped_column(one_of(State, "to_state"))
    why: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))  # whose it is afterwards
    finding: Mapped[Finding | None]


class LadderStep(Model):
    """A rung a case has come to.  Once each in a round, whoever keeps time."""

    __tablename__ = "grid_ladder_step"
    __table_args__ = (UniqueConstraint("case_id", "round", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"))
    round: Mapped[int]  # how often the case had been reopened
    step: Mapped[LadderName]
    taken_at: Mapped[datetime]
    went_up: Mapped[bool]  # False: somebody as high had it already, or nobody is there


class CaseFile(Model):
    """A picture or voice note of a case; the file itself is the media room's."""

    __tablename__ = "grid_case_file"
    __table_args__ = (UniqueConstraint("case_id", "attachment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("grid_case.id"))
    attachment_id: Mapped[int] = mapped_column(ForeignKey(Attachment.id), index=True)
    kind: Mapped[FileKind]
    step_number: Mapped[int]  # the step it came with
    who: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
