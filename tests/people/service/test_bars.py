"""Whoever comes to live with an accused is kept away from what is against them, too."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from people import service
from people.models import Account, Household, Person
from people.queries.bars import barred_from
from people.rules import HatWanted, StaffRow
from people.service.bars import bar
from tests.factories import GRID, TOWN, make_household, make_staff
from tests.people.homes import make_home, make_resident
from tests.people.service.doing import PHONE, WHY
from tests.people.service.test_household_import import run

ABOUT, REF = "case", 7


def put(session: Session, person_id: int, home: Household) -> None:
    session.get_one(Person, person_id).household_id = home.id
    session.flush()


def member_of_staff(session: Session) -> Actor:
    """Return somebody with an account whose own phone is known."""
    other = make_resident(session)
    session.add(Account(person_id=other.id, login="li", password="-", must_change=False))
    session.flush()
    return other


def comes_with_the_card(work: Work, home: Household, _clerk: Actor) -> int:
    other = member_of_staff(work.session)
    service.join_with_card(work, home.id, name="李明", by=other)
    return other.id


def comes_with_another_household(work: Work, home: Household, clerk: Actor) -> int:
    other = make_staff(work.session, Role.VILLAGE_ADMIN)
    there = make_household(work.session, GRID)
    put(work.session, other.id, there)
    service.merge_households(work, home.id, other_number=there.number, reason=WHY, by=clerk)
    return other.id


def stands_in_a_table(work: Work, home: Household, _clerk: Actor) -> int:
    other = member_of_staff(work.session)
    phone = work.session.get_one(Person, other.id).phone
    run(work, f"{home.number},{GRID},李明,{phone},,,,\n")
    return other.id


def is_taken_on_as_staff(work: Work, home: Household, _clerk: Actor) -> int:
    other = make_resident(work.session)
    put(work.session, other.id, home)
    phone = work.session.get_one(Person, other.id).phone or PHONE
    hat = HatWanted(Role.GRID_FULL, GRID)
    row = StaffRow(login="li.ming", name="李明", phone=phone, hats=(hat,))
    return service.add_staff(work, row, by=None).person_id


@pytest.mark.parametrize(
    "comes",
    [
        comes_with_the_card,
        comes_with_another_household,
        stands_in_a_table,
        is_taken_on_as_staff,
    ],
)
def test_whoever_comes_to_live_with_an_accused_is_barred_like_who_was_there(
    work: Work, comes: Callable[[Work, Household, Actor], int]
) -> None:
    clerk = make_staff(work.session, Role.TOWN_ADMIN, Role.VILLAGE_ADMIN, area=TOWN)
    home = make_home(work.session, "王秀英", area=GRID)
    accused = make_staff(work.session, Role.GRID_FULL, area=GRID)
    put(work.session, accused.id, home)
    bar(work, ABOUT, [REF], accused=[accused.id])

    near = comes(work, home, clerk)

    assert barred_from(work.session, ABOUT, REF) == {accused.id, near}


def test_whoever_comes_to_live_with_their_kin_is_not(work: Work) -> None:
    mate, accused = (make_staff(work.session, Role.GRID_FULL, area=GRID) for _ in range(2))
    home = make_home(work.session, "王秀英", area=GRID)
    put(work.session, mate.id, home)
    put(work.session, accused.id, home)
    bar(work, ABOUT, [REF], accused=[accused.id])
    other, door = member_of_staff(work.session), make_home(work.session, area=GRID)
    put(work.session, mate.id, door)

    service.join_with_card(work, door.id, name="李明", by=other)

    assert barred_from(work.session, ABOUT, REF) == {accused.id, mate.id}
