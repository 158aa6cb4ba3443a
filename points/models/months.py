"""Tables of the month end.  All of it is written once: triggers refuse to change what was."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import InArea, Person
from points.models.ledger import STRICT, Hash, LedgerAccount, Whole, Word
from points.rules.claims import MOST_WORDS
from points.rules.table import ReviewLevel

NOTHING_LOST: Final = (
    "closing = opening + hazards + volunteering + mediation + other - spent - expired + adjusted"
)


class Month(Model):
    """A month that was cut, for the whole district at once."""

    __tablename__ = "points_month"
    __table_args__ = (STRICT,)

    period: Mapped[Word] = mapped_column(primary_key=True)  # 2026-03
    cut_at: Mapped[Whole]  # microseconds since 1970, UTC
    made_at: Mapped[Whole]


class Statement(Model):
    """A household's month in whole coins, and the entry up to which it reaches.

    It goes on from the entry where the household's statement before ended, so whatever was
    committed late is in the next one: in none twice, and in none not at all.
    """

    __tablename__ = "points_statement"
    __table_args__ = (
        CheckConstraint(NOTHING_LOST, name="nothing_lost"),
        CheckConstraint("opening >= 0 AND closing >= 0", name="no_balance_negative"),
        CheckConstraint("length(head_hash) = 32", name="whole_hash"),
        Index("ix_points_statement_village", "period", "area_code", "number"),
        Index("ix_points_statement_account", "account_id", "period"),
        STRICT,
    )

    period: Mapped[Word] = mapped_column(ForeignKey(Month.period), primary_key=True)
    account_id: Mapped[Whole] = mapped_column(ForeignKey(LedgerAccount.id), primary_key=True)
    area_code: Mapped[Word]  # the village in which the household lay
    household_id: Mapped[Whole]
    number: Mapped[Word]  # 户号, as it was
    opening: Mapped[Whole]
    hazards: Mapped[Whole]
    volunteering: Mapped[Whole]
    mediation: Mapped[Whole]
    other: Mapped[Whole]  # and what the village is not to know of
    spent: Mapped[Whole]
    expired: Mapped[Whole]
    adjusted: Mapped[Whole]  # brought in, moved, corrected, deducted; below zero where it took
    closing: Mapped[Whole]
    late: Mapped[Whole]  # of what was earned: done before this month (补记)
    last_version: Mapped[Whole]
    head_hash: Mapped[Hash]


class Close(InArea, Model):
    """A village's table of a month: how much it is, and the fingerprint of its CSV."""

    __tablename__ = "points_close"
    __table_args__ = (
        UniqueConstraint("period", "area_code"),
        CheckConstraint("length(digest) = 64", name="whole_digest"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(7), ForeignKey(Month.period))
    households: Mapped[int]
    closing: Mapped[Whole]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 in hex
    previous: Mapped[str] = mapped_column(String(64), default="")  # of the village's table before


class Signature(Model):
    """That somebody has looked through a village's table.  Two levels, two people."""

    __tablename__ = "points_signature"
    __table_args__ = (
        UniqueConstraint("close_id", "level"),
        UniqueConstraint("close_id", "person_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    close_id: Mapped[int] = mapped_column(ForeignKey(Close.id))
    level: Mapped[ReviewLevel]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    remark: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    at: Mapped[datetime]


class Shows(StrEnum):
    """How much of a month a village lets everybody read.  None is more than the law allows."""

    NAMES = "names"  # masked, with the house's number
    DOORS = "doors"  # the house's number alone
    SUMS = "sums"  # of the village, by rule


class Publication(Model):
    """That a table which two people have signed was made public."""

    __tablename__ = "points_publication"

    close_id: Mapped[int] = mapped_column(ForeignKey(Close.id), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    shows: Mapped[Shows]
    until: Mapped[date] = mapped_column(Date)  # the last day on which somebody may object
    at: Mapped[datetime]
