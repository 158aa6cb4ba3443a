"""Which households were told that coins of theirs will expire."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from points.models.ledger import LedgerAccount, Whole


class Reminder(Model):
    """That a household's coins run out on a day was said so many days before, once."""

    __tablename__ = "points_reminder"
    __table_args__ = (CheckConstraint("coins > 0", name="something_to_say"),)

    account_id: Mapped[Whole] = mapped_column(ForeignKey(LedgerAccount.id), primary_key=True)
    last_day: Mapped[date] = mapped_column(Date, primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # before the last day
    coins: Mapped[int]
    texted: Mapped[bool]  # else somebody has to go and say so
    at: Mapped[datetime]
