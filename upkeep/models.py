"""What is kept about the house's own upkeep."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model


class RetentionRun(Model):
    """What was forgotten, by line of the privacy inventory, and what was still due afterwards."""

    __tablename__ = "upkeep_retention"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by_hand: Mapped[bool]  # by `flask retention`; else by the jobs of the night before
    report: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
