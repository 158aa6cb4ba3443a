"""What a town sets aside for a village: coins each month, and money for the gifts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import Area, Person


class Budget(Model):
    """A village's quota by the month, and the funds that its coins are measured against."""

    __tablename__ = "points_budget"
    __table_args__ = (CheckConstraint("monthly >= 0 AND yuan >= 0", name="nothing_negative"),)

    village: Mapped[str] = mapped_column(ForeignKey(Area.code), primary_key=True)
    monthly: Mapped[int] = mapped_column(default=0)  # coins, 0 for none
    yuan: Mapped[int] = mapped_column(default=0)  # whole, of this period; 0 for not said
    set_by: Mapped[int] = mapped_column(ForeignKey(Person.id))  # who signs each month's quota
    set_at: Mapped[datetime]
