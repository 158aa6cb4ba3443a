"""Tables of the citizen feature."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Numeric,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from citizen.rules import LONGEST_KEY, MOST_WORDS, Channel, Satisfied, Solved, Wish
from grid.models import Case
from kernel.db import Model, Sealed
from people.models import InArea, Person
from qr.models import Code


class Report(InArea, Model):
    """What a resident said, as it was said.  Contact is only here until the grid has it."""

    __tablename__ = "citizen_report"
    __table_args__ = (
        # The same key with the same content is the same report; with other content another one.
        UniqueConstraint("submission_key", "digest"),
        CheckConstraint("(lat IS NULL) = (lng IS NULL)", name="whole_position"),
        CheckConstraint("files_expected >= 0 AND files_lost >= 0", name="counts_files"),
        # Owners of attachments and sources of cases name it: never used again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    digest: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(12), unique=True)  # without hyphens
    code_id: Mapped[int | None] = mapped_column(ForeignKey(Code.id), index=True)  # what was scanned
    here: Mapped[bool]  # whether it is where the code hangs
    place_name: Mapped[str] = mapped_column(String(60), default="")
    where: Mapped[str] = mapped_column(String(80), default="")
    lat: Mapped[float | None] = mapped_column(Numeric(9, 6, asdecimal=False))  # WGS-84
    lng: Mapped[float | None] = mapped_column(Numeric(9, 6, asdecimal=False))
    acc: Mapped[int | None]  # metres
    # The phone said it was far from where the scanned code hangs; of "here" no more is kept.
    far: Mapped[bool] = mapped_column(default=False, server_default=false())
    tile: Mapped[str | None] = mapped_column(String(24))
    category: Mapped[str | None] = mapped_column(String(40))  # preset by the code
    danger: Mapped[bool | None]
    words: Mapped[str] = mapped_column(String(MOST_WORDS))
    caller_name: Mapped[str | None] = mapped_column(Sealed)  # both go down with the case
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[str | None] = mapped_column(
        String(64), index=True
    )  # stays for a year, to let in
    notice_version: Mapped[str] = mapped_column(String(16))  # "" = unknown
    lang: Mapped[str] = mapped_column(String(8), default="zh")
    said_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    said_by_staff: Mapped[bool] = mapped_column(default=False)
    # Somebody wrote it down for who said it: ``TakenDown`` says who.
    taken_down: Mapped[bool] = mapped_column(default=False, server_default=false())
    said_at: Mapped[datetime] = mapped_column(index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), index=True)
    files_expected: Mapped[int] = mapped_column(default=0)
    files_lost: Mapped[int] = mapped_column(default=0)  # the store was full or away

    @property
    def owner(self) -> str:
        """What its attachments and its case name it by."""
        return f"citizen.report:{self.id}"


class Rating(Model):
    """What the resident says about one closing of the case.  Only ever added to."""

    __tablename__ = "citizen_rating"
    __table_args__ = (
        UniqueConstraint("report_id", "closed_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey(Report.id))
    closed_at: Mapped[datetime]  # which round: a case that is worked on again closes again
    solved: Mapped[Solved]
    satisfied: Mapped[Satisfied]
    note: Mapped[str] = mapped_column(String(500), default="")
    rated_at: Mapped[datetime]


class Urge(Model):
    """Somebody asked where it stays: once a day."""

    __tablename__ = "citizen_urge"

    report_id: Mapped[int] = mapped_column(ForeignKey(Report.id), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)  # in Shanghai
    urged_at: Mapped[datetime]


class Told(Model):
    """A text message that went to the resident: each step once."""

    __tablename__ = "citizen_told"

    report_id: Mapped[int] = mapped_column(ForeignKey(Report.id), primary_key=True)
    step: Mapped[str] = mapped_column(String(24), primary_key=True)
    told_at: Mapped[datetime]


class TakenDown(InArea, Model):
    """Who wrote a report down for whom: what a claim on coins is judged by.  Only ever added to.

    The caller counts as who reported it.  Where no contact was given, nobody can claim it.
    """

    __tablename__ = "citizen_taken_down"

    report_id: Mapped[int] = mapped_column(ForeignKey(Report.id), primary_key=True)
    by: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    # Where the helper wears the hat, and whether the place lies outside it.
    outside: Mapped[bool]
    channel: Mapped[Channel]
    name_given: Mapped[bool]
    contact_given: Mapped[bool]
    consent: Mapped[str] = mapped_column(String(16))  # the notice that was read aloud, "" = none
    taken_at: Mapped[datetime] = mapped_column(index=True)


class SaidFor(Model):
    """What somebody wrote down later for a caller.  Only ever added to."""

    __tablename__ = "citizen_said_for"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey(Report.id), index=True)
    by: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    wish: Mapped[Wish]
    channel: Mapped[Channel]
    key: Mapped[str] = mapped_column(String(64), unique=True)  # the same form sent twice is one
    said_at: Mapped[datetime]
