"""Who can do what: one's own, and for the village's staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import area_ranges, paths_of
from people.rules import DIGITS, Level, mask_name
from points.models import VolunteerSkill
from points.rules.skills import Skill

PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteer:
    """Somebody who can help; their name and number stand on the page of their household."""

    name: str  # masked
    household_id: int
    number: str
    place: str
    skills: tuple[VolunteerSkill, ...]


def own_skills(session: Session, person_id: int) -> Sequence[VolunteerSkill]:
    """Return what somebody said they can do; asked about oneself only."""
    return session.scalars(
        select(VolunteerSkill)
        .where(VolunteerSkill.person_id == person_id)
        .order_by(VolunteerSkill.skill)
    ).all()


def volunteers_with(
    session: Session, skill: Skill | None, *, by: Actor, page: int = 1
) -> tuple[Sequence[Volunteer], bool]:
    """Return who can do something, in the village of *by*, and whether more follow.

    The village's own staff and who leads its grids; a town reads of nobody here.
    """
    near = [
        and_(Household.area_code >= start, Household.area_code < end)
        for start, end in area_ranges(by, Permission.ACTIVITY_PUBLISH)
        if len(start) >= DIGITS[Level.VILLAGE]
    ]
    can = select(VolunteerSkill.person_id)
    if skill is not None:
        can = can.where(VolunteerSkill.skill == skill)
    rows = session.execute(
        select(Person.id, Person.name, Household)
        .join(Household, Household.id == Person.household_id)
        .where(Person.id.in_(can), Household.closed_at.is_(None), or_(false(), *near))
        .order_by(Household.area_code, Household.number, Person.id)
        .offset((max(page, 1) - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    shown = rows[:PAGE]
    said: dict[int, list[VolunteerSkill]] = {row[0]: [] for row in shown}
    for one in session.scalars(
        select(VolunteerSkill)
        .where(VolunteerSkill.person_id.in_(list(said)))
        .order_by(VolunteerSkill.skill)
    ):
        said[one.person_id].append(one)
    places = paths_of(session, [home.area_code for _id, _name, home in shown])
    found = [
        Volunteer(
            name=mask_name(name),
            household_id=home.id,
            number=home.number,
            place=places.get(home.area_code, ""),
            skills=tuple(said[person_id]),
        )
        for person_id, name, home in shown
    ]
    return found, len(rows) > PAGE
