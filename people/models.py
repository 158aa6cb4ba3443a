"""Tables of the people feature."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, validates

from kernel.db import Model, Sealed, keyring
from kernel.grants import Role
from people.rules import HouseholdKind, ImportState, JoinState, Level, surname

_IS_HEAD = text("is_head")
_IS_WAITING = text("state = 'waiting'")


class RobotKind(StrEnum):
    """Whose group robot an area has; they want their messages in different shapes."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"


class Area(Model):
    """A district, town, village, grid or micro-grid."""

    __tablename__ = "people_area"
    __table_args__ = (CheckConstraint("length(code) IN (6, 9, 12, 15, 17)", name="code_length"),)

    code: Mapped[str] = mapped_column(String(17), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[Level]
    zone: Mapped[str] = mapped_column(String(40), default="")  # 片区, between town and village
    desk_phone: Mapped[str] = mapped_column(String(20), default="")  # the counter's public number
    night_phone: Mapped[str | None] = mapped_column(
        String(20)
    )  # a town's desk at night; never shown to residents
    shows_phones: Mapped[bool] = mapped_column(default=True)  # else residents are called back
    boundary: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))  # GeoJSON, WGS-84
    robot: Mapped[RobotKind | None]
    robot_url: Mapped[str | None] = mapped_column(Sealed)  # the address is the robot's password
    closed_at: Mapped[datetime | None]  # merged away or renumbered; kept for what lies there


class InArea:
    """A row that lies somewhere, so that who may see it depends on where."""

    @declared_attr
    @classmethod
    def area_code(cls) -> Mapped[str]:
        return mapped_column(ForeignKey(Area.code), index=True)


class Household(InArea, Model):
    """Who lives behind one door.  What its members earn is the household's."""

    __tablename__ = "people_household"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)  # 户号
    kind: Mapped[HouseholdKind] = mapped_column(
        default=HouseholdKind.FAMILY, server_default=HouseholdKind.FAMILY.value
    )
    name: Mapped[str] = mapped_column(
        String(60), default="", server_default=text("''")
    )  # of a firm
    address: Mapped[str] = mapped_column(String(120), default="")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Person(Model):
    """Someone who lives or works here.  Name and private number are sealed."""

    __tablename__ = "people_person"
    __table_args__ = (
        Index(
            "uq_people_person_head",
            "household_id",
            unique=True,
            sqlite_where=_IS_HEAD,
            postgresql_where=_IS_HEAD,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Sealed)
    name_index: Mapped[str | None] = mapped_column(String(64), index=True)
    surname_index: Mapped[str | None] = mapped_column(String(64), index=True)
    phone: Mapped[str | None] = mapped_column(Sealed)  # private; never shown to residents
    phone_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    work_phone: Mapped[str] = mapped_column(
        String(20), default=""
    )  # shown where the village shows it
    public_name: Mapped[str] = mapped_column(String(30), default="")  # 王师傅: what residents read
    household_id: Mapped[int | None] = mapped_column(ForeignKey(Household.id), index=True)
    is_head: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]

    @validates("name")
    def _index_name(self, _key: str, name: str) -> str:
        """Keep a name findable while it is sealed."""
        self.name_index, self.surname_index = name_indexes(name)
        return name


def name_indexes(name: str) -> tuple[str | None, str | None]:
    """Return by what a name and its surname are found again; of no name nothing."""
    if not name:
        return None, None
    return keyring().index(f"name:{name}"), surname_index(surname(name))


def surname_index(family: str) -> str:
    """Return by what all of one surname are found again."""
    return keyring().index(f"surname:{family}")


class HouseholdPin(Model):
    """A household's PIN (换礼密码), and how often in a row it was wrong."""

    __tablename__ = "people_household_pin"

    household_id: Mapped[int] = mapped_column(ForeignKey(Household.id), primary_key=True)
    pin: Mapped[str] = mapped_column(String(200))  # an argon2 hash, as of a password
    failures: Mapped[int] = mapped_column(default=0)
    blocked_at: Mapped[datetime | None]
    set_at: Mapped[datetime]


class CodeUse(Model):
    """That a 60-second code was used: of one household and minute once, kept for a day."""

    __tablename__ = "people_code_use"

    household_id: Mapped[int] = mapped_column(ForeignKey(Household.id), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)  # the minute, as kernel.moving counts
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    used_at: Mapped[datetime] = mapped_column(index=True)


class JoinRequest(Model):
    """Somebody wants to belong to a household.

    One that names no household of ours is kept all the same, and looks the same to whoever asks.
    """

    __tablename__ = "people_join_request"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_has_a_time"),
        Index(
            "uq_people_join_request_waiting",
            "person_id",
            unique=True,
            sqlite_where=_IS_WAITING,
            postgresql_where=_IS_WAITING,
        ),
        Index("ix_people_join_request_household_state", "household_id", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey(Household.id))
    number: Mapped[str] = mapped_column(String(24))  # as it was typed; "" with a card
    state: Mapped[JoinState] = mapped_column(default=JoinState.WAITING)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))


class HouseholdImport(Model):
    """A table of households on its way in, and what is wrong with it."""

    __tablename__ = "people_household_import"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[ImportState] = mapped_column(default=ImportState.CHECKING)
    stored: Mapped[str | None] = mapped_column(String(80))  # sealed, until it is done with
    lines: Mapped[int] = mapped_column(default=0)
    done_lines: Mapped[int] = mapped_column(default=0, server_default="0")  # seen, or written
    new_households: Mapped[int] = mapped_column(default=0)
    new_members: Mapped[int] = mapped_column(default=0)
    problem_count: Mapped[int] = mapped_column(default=0)
    problems: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))  # sentences, the first
    done_at: Mapped[datetime | None]


class Membership(InArea, Model):
    """A hat: one person, one role, one area and all below it, perhaps for a department."""

    __tablename__ = "people_membership"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "area_code", "department"),
        Index("ix_people_membership_area_role", "area_code", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    role: Mapped[Role]
    # Without InArea's own index: the one above begins with it.
    area_code: Mapped[str] = mapped_column(ForeignKey(Area.code))
    department: Mapped[str] = mapped_column(String(24), default="")  # a code, or "" for none


class Spoken(Model):
    """A dialect that a member of staff speaks."""

    __tablename__ = "people_spoken"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    dialect: Mapped[str] = mapped_column(String(24), primary_key=True)  # of data/dialects.yaml


class Account(Model):
    """How a member of staff signs in.  Residents have none."""

    __tablename__ = "people_account"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)  # lower case
    password: Mapped[str] = mapped_column(String(200))  # an argon2 hash
    must_change: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    totp: Mapped[str | None] = mapped_column(Sealed)
    totp_step: Mapped[int] = mapped_column(
        default=0
    )  # the last time step used: no code counts twice
    epoch: Mapped[int] = mapped_column(default=0)  # raised to end every session at once
    closed_at: Mapped[datetime | None]


class PhoneCode(Model):
    """Six digits that were sent to a phone, kept only as a fingerprint."""

    __tablename__ = "people_phone_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_index: Mapped[str] = mapped_column(String(64), index=True)
    purpose: Mapped[str] = mapped_column(String(40))  # "sign-in", or what else it opens
    code_index: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class EndedSession(Model):
    """A session somebody signed out of: a copy of its cookie opens nothing any more."""

    __tablename__ = "people_ended_session"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(index=True)


class Kin(Model):
    """That two people are near relatives, as somebody who keeps the staff wrote down (回避)."""

    __tablename__ = "people_kin"
    __table_args__ = (CheckConstraint("person_id < other_id", name="one_row_for_both"),)

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True, index=True)
    noted_at: Mapped[datetime]


class Barred(Model):
    """That somebody neither sees nor handles one thing: it is against them, or against their kin.

    The one place that says so.  ``about`` and ``ref`` name the thing as audit lines do, such as
    ``case`` and 12; whoever reads a table of such things asks ``queries.bars.open_to``.
    """

    __tablename__ = "people_barred"
    __table_args__ = (Index("ix_people_barred_thing", "about", "ref"),)

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    about: Mapped[str] = mapped_column(String(16), primary_key=True)
    ref: Mapped[int] = mapped_column(primary_key=True)
    is_accused: Mapped[bool]  # else only near to whoever is
    barred_at: Mapped[datetime]
