"""A household's PIN: who sets it, how often it may be wrong, and what ends it."""

import pytest
from sqlalchemy import func, select

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work
from people import queries, service
from people.errors import BadField, NoSuchHousehold, NoSuchMember, NotDecidable
from people.models import Household, HouseholdPin, Person
from people.rules import HouseholdKind
from tests.factories import GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_staff
from tests.people.homes import head_of, make_home, make_resident, members
from tests.people.service.doing import WHY, actions

PIN, OTHER = "739416", "905172"


@pytest.fixture
def home(work: Work, clerk: Actor) -> Household:
    home = make_home(work.session, area=GRID)
    service.set_pin(work, home.id, PIN, told_by=None, by=clerk)
    return home


def move_in(work: Work, home: Household) -> Actor:
    by = make_resident(work.session)
    work.session.get_one(Person, by.id).household_id = home.id
    work.session.flush()
    return by


def says(work: Work, home: Household, pin: str, by: Actor, village: str = VILLAGE) -> str:
    tried = service.check_pin(work, home.id, pin, village=village, by=by)
    return "" if tried.refusal is None else str(tried.refusal)


def wrong(work: Work, home: Household, times: int, by: Actor) -> list[str]:
    return [says(work, home, OTHER, by) for _ in range(times)]


def test_five_wrong_in_a_row_block_it_until_the_village_sets_another(
    work: Work, home: Household, clerk: Actor
) -> None:
    refusals = wrong(work, home, 5, clerk)

    assert all("见证人" in one and "动态码" in one for one in refusals)
    assert "还能试 1 次" in refusals[3]
    assert "停用" in refusals[4]
    assert "停用" in says(work, home, PIN, clerk)
    service.set_pin(work, home.id, OTHER, told_by=None, by=clerk)
    assert says(work, home, OTHER, clerk) == ""
    assert "不对" in says(work, home, PIN, clerk)


def test_a_right_one_begins_the_count_anew_and_a_slip_of_the_finger_is_none(
    work: Work, home: Household, clerk: Actor
) -> None:
    wrong(work, home, 4, clerk)
    assert "6 位" in says(work, home, "73941", clerk)
    assert says(work, home, " 739 416 ", clerk) == ""

    wrong(work, home, 4, clerk)

    assert says(work, home, PIN, clerk) == ""


def test_the_log_tells_tries_and_who_came_and_neither_it_nor_the_table_has_the_pin(
    work: Work, home: Household, clerk: Actor
) -> None:
    head = members(work.session, home)[0]
    wrong(work, home, 6, clerk)
    service.set_pin(work, home.id, PIN, told_by=head.id, by=clerk)
    service.remove_pin(work, home.id, told_by=None, by=clerk)

    tries = ["household.pin-wrong"] * 4 + ["household.pin-blocked", "household.pin-shut"]
    done = ["household.pin-set", *tries, "household.pin-set", "household.pin-remove"]
    assert actions(work) == done
    details = work.session.scalars(select(AuditLine.detail).order_by(AuditLine.id)).all()
    assert [one for one in details if one] == ["代办", f"person:{head.id}", "代办"]
    assert "没有设" in says(work, home, PIN, clerk)


def test_the_same_pin_of_two_households_leaves_no_likeness(
    work: Work, home: Household, clerk: Actor
) -> None:
    other = make_home(work.session, area=GRID)
    service.set_pin(work, other.id, PIN, told_by=None, by=clerk)

    hashes = work.session.scalars(select(HouseholdPin.pin)).all()

    assert len(set(hashes)) == 2
    assert all(one.startswith("$argon2id$") and PIN not in one for one in hashes)


def test_only_the_village_itself_sets_or_takes_one_and_never_of_its_own_household(
    work: Work, home: Household, clerk: Actor, stranger: Actor
) -> None:
    others = [
        stranger,
        make_staff(work.session, Role.TOWN_ADMIN, area=TOWN),
        make_staff(work.session, Role.SHOP_VOLUNTEER, area=VILLAGE),
        head_of(work.session, home),
    ]
    for one in others:
        with pytest.raises(NoSuchHousehold):
            service.set_pin(work, home.id, OTHER, told_by=None, by=one)
        with pytest.raises(NoSuchHousehold):
            service.remove_pin(work, home.id, told_by=None, by=one)
        assert queries.household_pin(work.session, home.id, by=one) is None
    assert queries.household_pin(work.session, home.id, by=clerk) is not None
    work.session.get_one(Person, clerk.id).household_id = home.id

    with pytest.raises(NotDecidable):
        service.set_pin(work, home.id, OTHER, told_by=None, by=clerk)

    assert says(work, home, PIN, clerk) == ""


def test_whoever_stands_there_has_to_belong_to_the_household(
    work: Work, home: Household, clerk: Actor
) -> None:
    other = members(work.session, make_home(work.session, area=GRID))[0]

    with pytest.raises(NoSuchMember):
        service.set_pin(work, home.id, OTHER, told_by=other.id, by=clerk)


def test_a_member_sets_it_by_phone_but_opens_no_blocked_one(
    work: Work, home: Household, clerk: Actor
) -> None:
    member = move_in(work, home)
    phone = work.session.get_one(Person, member.id).phone or ""
    with pytest.raises(BadField):
        service.set_own_pin(work, phone[-6:], by=member)
    service.set_own_pin(work, OTHER, by=member)
    assert says(work, home, OTHER, clerk) == ""
    [says(work, home, PIN, clerk) for _ in range(5)]

    with pytest.raises(NotDecidable):
        service.set_own_pin(work, PIN, by=member)
    with pytest.raises(NotDecidable):
        service.remove_own_pin(work, by=member)

    assert "停用" in says(work, home, OTHER, clerk)


def test_whoever_has_no_phone_left_or_shares_a_dormitory_sets_none(
    work: Work, home: Household, clerk: Actor
) -> None:
    member = move_in(work, home)
    with pytest.raises(NotDecidable):
        service.set_own_pin(work, OTHER, by=head_of(work.session, home))
    home.kind = HouseholdKind.DORMITORY
    with pytest.raises(NotDecidable):
        service.set_own_pin(work, OTHER, by=member)
    home.kind = HouseholdKind.FAMILY
    service.leave_household(work, by=member)

    with pytest.raises(NoSuchHousehold):
        service.set_own_pin(work, OTHER, by=member)

    assert queries.own_pin(work.session, member.id) is None
    assert says(work, home, PIN, clerk) == ""


def test_it_opens_nothing_in_the_next_village_and_goes_with_its_household(
    work: Work, home: Household, clerk: Actor
) -> None:
    with pytest.raises(NoSuchHousehold):
        says(work, home, PIN, clerk, village=NEXT_VILLAGE)
    town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
    there = f"{NEXT_VILLAGE}001"
    service.move_household(work, home.id, area_code=there, address="", reason=WHY, by=town)
    with pytest.raises(NoSuchHousehold):
        says(work, home, PIN, clerk)
    assert says(work, home, PIN, clerk, village=NEXT_VILLAGE) == ""

    service.close_household(work, home.id, reason=WHY, by=town)

    with pytest.raises(NoSuchHousehold):
        says(work, home, PIN, clerk, village=NEXT_VILLAGE)
    assert work.session.scalar(select(func.count()).select_from(HouseholdPin)) == 0


def test_the_pin_of_a_household_that_is_merged_away_is_gone(
    work: Work, home: Household, clerk: Actor
) -> None:
    kept = make_home(work.session, area=GRID)
    number = home.number

    service.merge_households(work, kept.id, other_number=number, reason=WHY, by=clerk)

    assert work.session.scalar(select(func.count()).select_from(HouseholdPin)) == 0
    assert "没有设" in says(work, kept, PIN, clerk)
