"""A member's 60-second code: where it counts, once, and until when."""

import pytest
from sqlalchemy import func, select

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from people import queries, service
from people.models import CodeUse, Household, Person
from people.service.pins import Tried
from tests.factories import GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.people.homes import head_of, make_home, make_resident
from tests.people.service.doing import WHY, actions


@pytest.fixture
def home(work: Work, clerk: Actor) -> Household:
    return make_home(work.session, area=GRID)


@pytest.fixture
def member(work: Work, home: Household) -> Actor:
    by = make_resident(work.session)
    work.session.get_one(Person, by.id).household_id = home.id
    work.session.flush()
    return by


def shown(work: Work, member: Actor) -> str:
    found = queries.own_code(work.session, member.id, now=work.now())
    assert found is not None
    return found.digits


def use(work: Work, code: str, by: Actor, village: str = VILLAGE) -> Tried:
    return service.use_code(work, code, village=village, by=by)


def test_a_code_says_whose_it_is_once_and_then_says_that_it_was_used(
    work: Work, home: Household, member: Actor, clerk: Actor, clock: FixedClock
) -> None:
    code = shown(work, member)

    first, again = use(work, f"{code[:4]} {code[4:]}", clerk), use(work, code, clerk)
    clock.advance(seconds=60)
    late, fresh = use(work, code, clerk), use(work, shown(work, member), clerk)

    assert (first.right, first.household_id, first.person_id) == (True, home.id, member.id)
    assert (again.right, late.right, fresh.right) == (False, False, True)
    assert "用过了" in str(again.refusal)
    assert str(late.refusal) == str(again.refusal)
    done = ["code-used", "code-again", "code-again", "code-used"]
    assert actions(work) == [f"household.{one}" for one in done]


def test_a_code_seen_over_the_shoulder_is_worth_nothing_once_a_later_one_was_used(
    work: Work, member: Actor, clerk: Actor, clock: FixedClock
) -> None:
    seen = shown(work, member)
    clock.advance(seconds=60)
    assert use(work, shown(work, member), clerk).right

    assert not use(work, seen, clerk).right


def test_a_code_counts_for_one_to_two_minutes(
    work: Work, member: Actor, clerk: Actor, clock: FixedClock
) -> None:
    code = shown(work, member)
    clock.advance(seconds=119.9)
    assert shown(work, member) != code
    clock.advance(seconds=0.1)

    assert not use(work, code, clerk).right

    assert actions(work) == ["household.code-wrong"]


def test_codes_of_other_villages_and_of_nobody_are_refused_alike(
    work: Work, home: Household, member: Actor, stranger: Actor, clerk: Actor
) -> None:
    code = shown(work, member)
    wrong = f"{(int(code) + 1) % 10**8:08}"

    refusals = {
        str(use(work, typed, stranger, village=NEXT_VILLAGE).refusal)
        for typed in (code, wrong, "", "1" * 40, "\x00", "²" * 8, code.encode().decode("utf-16"))
    }

    assert len(refusals) == 1
    assert use(work, code, clerk).right


def test_the_code_of_a_household_that_moved_counts_where_it_lives_now(
    work: Work, home: Household, member: Actor, clerk: Actor
) -> None:
    code, there = shown(work, member), f"{NEXT_VILLAGE}001"
    town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

    service.move_household(work, home.id, area_code=there, address="", reason=WHY, by=town)

    assert not use(work, code, clerk).right
    assert use(work, code, clerk, village=NEXT_VILLAGE).right


def test_whoever_leaves_or_whose_household_ends_has_no_code_any_more_not_even_the_last(
    work: Work, home: Household, member: Actor, clerk: Actor
) -> None:
    code = shown(work, member)
    service.leave_household(work, by=member)
    assert not use(work, code, clerk).right
    assert queries.own_code(work.session, member.id, now=work.now()) is None
    work.session.get_one(Person, member.id).household_id = home.id
    work.session.flush()
    assert shown(work, member) == code

    service.close_household(work, home.id, reason=WHY, by=clerk)

    assert not use(work, code, clerk).right
    assert queries.own_code(work.session, member.id, now=work.now()) is None


def test_whoever_forgot_themselves_or_never_had_a_phone_shows_none(
    work: Work, home: Household, member: Actor, clerk: Actor
) -> None:
    code = shown(work, member)
    assert queries.own_code(work.session, head_of(work.session, home).id, now=work.now()) is None
    assert queries.own_code(work.session, clerk.id, now=work.now()) is None

    service.erase_person(work, by=member)

    assert not use(work, code, clerk).right


def test_uses_are_forgotten_after_a_day(
    work: Work, member: Actor, clerk: Actor, clock: FixedClock
) -> None:
    use(work, shown(work, member), clerk)
    count = select(func.count()).select_from(CodeUse)
    service.forget_code_uses(work)
    assert work.session.scalar(count) == 1
    clock.advance(days=1, seconds=1)

    service.forget_code_uses(work)

    assert work.session.scalar(count) == 0
