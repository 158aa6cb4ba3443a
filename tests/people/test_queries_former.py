"""Whom a household concerns: also who left it, and who is in what became of it."""

from datetime import timedelta

import pytest

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from people import service
from people.models import Household, Person
from people.queries.former import concerned_in
from people.rules import SplitWanted
from people.service.forgetting import SPAN
from tests.factories import TOWN, make_staff
from tests.fakes import FixedClock
from tests.people.homes import make_home, members
from tests.people.service.doing import WHY


@pytest.fixture
def town(work: Work) -> Actor:
    return make_staff(work.session, Role.TOWN_ADMIN, Role.VILLAGE_ADMIN, area=TOWN)


def concerned(work: Work, home: Household) -> set[str]:
    found = concerned_in(work.session, [home.id])
    return {work.session.get_one(Person, one).name for one in found}


def merge(work: Work, home: Household, other: Household, by: Actor) -> None:
    service.merge_households(work, home.id, other_number=other.number, reason=WHY, by=by)


def test_who_left_counts_however_they_left(work: Work, town: Actor) -> None:
    home = make_home(work.session, "户主", "走的", "分的", "留的")
    other = make_home(work.session, "别家")
    _, gone, split, _ = members(work.session, home)
    service.remove_member(
        work, home.id, gone.id, reason=f"问过person:{town.id} person:{town.id}", by=town
    )
    wanted = SplitWanted(members=(split.id,), head_id=split.id)
    new = service.split_household(work, home.id, wanted, reason=WHY, by=town)

    assert concerned(work, home) == {"户主", "走的", "分的", "留的"}  # not who is only named
    assert concerned(work, new) == {"分的"}
    assert concerned(work, other) == {"别家"}


def test_a_chain_of_mergers_is_followed_either_way_and_no_further(work: Work, town: Actor) -> None:
    first, second, last, beside = (
        make_home(work.session, f"{one}户主", f"{one}走的") for one in "甲乙丙丁"
    )
    gone = members(work.session, first)[1]
    service.remove_member(work, first.id, gone.id, reason=WHY, by=town)
    merge(work, second, first, town)
    merge(work, last, second, town)
    merge(work, last, beside, town)

    living = {f"{one}户主" for one in "甲乙丙丁"} | {"乙走的", "丙走的", "丁走的"}
    for home in (first, second, last):
        assert concerned(work, home) == living | {"甲走的"}
    assert concerned(work, beside) == living


def test_who_lived_in_an_ended_household_is_known_after_they_were_forgotten(
    work: Work, town: Actor, clock: FixedClock
) -> None:
    home = make_home(work.session, *[f"人{number}" for number in range(25)])
    lived = {one.id for one in members(work.session, home)}
    away = members(work.session, home)[24]
    wanted = SplitWanted(members=(away.id,), head_id=away.id)
    new = service.split_household(work, home.id, wanted, reason=WHY, by=town)
    assert concerned_in(work.session, [new.id]) == {away.id}
    service.close_household(work, home.id, reason=WHY, by=town)
    clock.moment += SPAN + timedelta(days=1)
    service.forget_households(work)
    assert members(work.session, home) == []

    assert concerned_in(work.session, [home.id]) == lived
    assert concerned_in(work.session, [new.id]) == lived  # of what has ended since it was split
