"""Tables of the people feature."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from kernel.db import Model, Sealed
from kernel.grants import Role
from people.rules import Level


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
    address: Mapped[str] = mapped_column(String(120), default="")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Person(Model):
    """Someone who lives or works here.  Name and private number are sealed."""

    __tablename__ = "people_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Sealed)
    phone: Mapped[str | None] = mapped_column(Sealed)  # private; never shown to residents
    phone_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    work_phone: Mapped[str] = mapped_column(
        String(20), default=""
    )  # shown where the village shows it
    public_name: Mapped[str] = mapped_column(String(30), default="")  # 王师傅: what residents read
    household_id: Mapped[int | None] = mapped_column(ForeignKey(Household.id), index=True)
    is_head: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]


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
