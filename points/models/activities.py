"""Tables of activities: who wants to come, and the list of who took part."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Model
from people.models import Household, InArea, Person
from points.models.claims import Claim, RuleVersion
from points.rules.activities import LONGEST_NAME, LONGEST_TEAM, LONGEST_WHY, ListKind, ListState
from points.rules.claims import MOST_WORDS
from qr.models import Activity as SignInCode


class Activity(InArea, Model):
    """An activity that earns coins, or an evaluation of households: a list of people in the end.

    Its rule, and the version it was posted under, stay those of its list.  That it was called off
    says its code.
    """

    __tablename__ = "points_activity"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", name="never_over"),
        CheckConstraint("capacity > 0 AND least_minutes >= 0", name="whole_numbers"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("(kind = 'activity') = (code_id IS NOT NULL)", name="activity_has_code"),
        CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL)", name="confirmed_by_somebody"
        ),
        Index("ix_points_activity_when", "ends_at", "area_code"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ListKind]
    code_id: Mapped[int | None] = mapped_column(ForeignKey(SignInCode.code_id), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    team: Mapped[str] = mapped_column(String(LONGEST_TEAM), default="")  # or who evaluated
    place: Mapped[str] = mapped_column(String(60), default="")
    words: Mapped[str] = mapped_column(String(MOST_WORDS), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    rule_code: Mapped[str] = mapped_column(String(3))
    rule_version: Mapped[int] = mapped_column(ForeignKey(RuleVersion.version))
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)  # who signed up
    least_minutes: Mapped[int] = mapped_column(default=0)
    series: Mapped[str | None] = mapped_column(String(64), index=True)  # of a weekly patrol
    leader_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    posted_at: Mapped[datetime]
    state: Mapped[ListState]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    confirmed_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(String(MOST_WORDS), default="")  # of who confirmed

    @property
    def owner(self) -> str:
        """What its own pictures name it by."""
        return f"points.activity:{self.id}"

    @classmethod
    def of_owner(cls, person_id: int) -> ColumnElement[bool]:
        """Who leads it."""
        return cls.leader_id == person_id


class SignUp(Model):
    """Somebody wants to come.  Whoever leaves is gone from here."""

    __tablename__ = "points_sign_up"

    activity_id: Mapped[int] = mapped_column(ForeignKey(Activity.id), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True, index=True)
    helped_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime]


class Waiting(Model):
    """Somebody wants to come as soon as there is room, in the order of the numbers."""

    __tablename__ = "points_waiting"
    __table_args__ = (
        UniqueConstraint("activity_id", "person_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey(Activity.id))
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    helped_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime]


class ListLine(Model):
    """One person of a confirmed list, with a claim if they are to earn.  Written once."""

    __tablename__ = "points_activity_line"
    __table_args__ = (
        CheckConstraint("(claim_id IS NULL) = (why <> '')", name="claim_or_reason"),
        CheckConstraint("minutes >= 0", name="whole_minutes"),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey(Activity.id), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True, index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey(Household.id))
    minutes: Mapped[int]
    by_leader: Mapped[bool]  # the minutes are the leader's word
    why: Mapped[str] = mapped_column(String(LONGEST_WHY), default="")  # they do not earn
    claim_id: Mapped[int | None] = mapped_column(ForeignKey(Claim.id), unique=True)
