"""What volunteers say they can do."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import Person
from points.rules.skills import LONGEST_SKILL, Skill


class VolunteerSkill(Model):
    """Somebody can do something and wants to be asked; gone as soon as they say so."""

    __tablename__ = "points_skill"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    skill: Mapped[Skill] = mapped_column(primary_key=True, index=True)
    words: Mapped[str] = mapped_column(String(LONGEST_SKILL), default="")
    at: Mapped[datetime]
