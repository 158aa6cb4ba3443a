"""How people come into a household, and how outsiders do not."""

import pytest
from sqlalchemy import func, select

from kernel.access import Actor
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.work import Work
from people import queries, service
from people.errors import (
    BadField,
    HomeAlready,
    NoSuchArea,
    NoSuchHousehold,
    NoSuchRequest,
    NotDecidable,
    TooManyJoins,
    WrongRegrouping,
)
from people.models import Household, JoinRequest, Person
from people.rules import HouseholdKind, JoinState
from tests.factories import GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_area, make_person, make_staff
from tests.fakes import NOON, FixedClock
from tests.people.homes import head_of, make_home, make_resident, members


@pytest.fixture
def home(work: Work) -> Household:
    return make_home(work.session)


@pytest.fixture
def head(work: Work, home: Household) -> Actor:
    return head_of(work.session, home)


@pytest.fixture
def asks(work: Work) -> Actor:
    return make_resident(work.session)


@pytest.fixture
def clerk(work: Work, home: Household) -> Actor:
    return make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)


def ask(work: Work, home: Household, by: Actor) -> int:
    service.ask_to_join(work, number=home.number, name="李明", by=by)
    return last(work, by).id


def last(work: Work, by: Actor) -> JoinRequest:
    found = queries.last_request(work.session, by.id)
    assert found is not None
    work.session.refresh(found)
    return found


def home_of(work: Work, by: Actor) -> int | None:
    return work.session.get_one(Person, by.id, populate_existing=True).household_id


class TestAsking:
    def test_the_head_lets_in(self, work: Work, home: Household, head: Actor, asks: Actor) -> None:
        request = ask(work, home, asks)

        service.decide_joining(work, request, approve=True, by=head)

        assert home_of(work, asks) == home.id
        assert [one.is_head for one in members(work.session, home)] == [True, False, False]

    def test_the_village_lets_in(
        self, work: Work, home: Household, clerk: Actor, asks: Actor
    ) -> None:
        service.decide_joining(work, ask(work, home, asks), approve=True, by=clerk)

        assert home_of(work, asks) == home.id

    def test_refused_is_refused(
        self, work: Work, home: Household, head: Actor, asks: Actor
    ) -> None:
        request = ask(work, home, asks)
        service.decide_joining(work, request, approve=False, by=head)

        with pytest.raises(NoSuchRequest):
            service.decide_joining(work, request, approve=True, by=head)

        assert home_of(work, asks) is None

    def test_a_number_of_nobody_looks_the_same(
        self, work: Work, home: Household, asks: Actor
    ) -> None:
        other = make_resident(work.session)

        service.ask_to_join(work, number="H000000", name="李明", by=other)
        service.ask_to_join(work, number=home.number, name="李明", by=asks)

        nobodys, somebodys = last(work, other), last(work, asks)
        assert nobodys.household_id is None
        assert (nobodys.state, nobodys.expires_at) == (somebodys.state, somebodys.expires_at)

    def test_a_closed_household_lets_nobody_in(
        self, work: Work, home: Household, asks: Actor
    ) -> None:
        home.closed_at = NOON
        work.session.flush()

        ask(work, home, asks)

        assert last(work, asks).household_id is None

    def test_one_at_a_time_and_five_a_day(
        self, work: Work, home: Household, asks: Actor, clock: FixedClock
    ) -> None:
        for _ in range(5):
            ask(work, home, asks)
            with pytest.raises(HomeAlready):
                ask(work, home, asks)
            service.withdraw_joining(work, by=asks)

        with pytest.raises(TooManyJoins):
            ask(work, home, asks)
        clock.advance(days=1, seconds=1)
        ask(work, home, asks)

        assert work.session.scalar(select(func.count()).select_from(JoinRequest)) == 6

    def test_nobody_asks_who_has_a_home(self, work: Work, home: Household, head: Actor) -> None:
        other = make_home(work.session)

        with pytest.raises(HomeAlready):
            ask(work, other, head)

    def test_a_phone_is_needed(self, work: Work, home: Household) -> None:
        somebody = Actor(make_person(work.session).id)

        with pytest.raises(NotDecidable):
            ask(work, home, somebody)

    @pytest.mark.parametrize(("number", "name"), [("", "李明"), ("H1234", ""), ("x" * 30, "李")])
    def test_odd_words_are_refused(self, work: Work, asks: Actor, number: str, name: str) -> None:
        with pytest.raises(BadField):
            service.ask_to_join(work, number=number, name=name, by=asks)

    def test_it_expires(
        self, work: Work, home: Household, head: Actor, asks: Actor, clock: FixedClock
    ) -> None:
        request = ask(work, home, asks)
        clock.advance(days=7)

        with pytest.raises(NoSuchRequest):
            service.decide_joining(work, request, approve=True, by=head)
        service.end_old_requests(work)

        assert last(work, asks).state is JoinState.EXPIRED
        assert home_of(work, asks) is None


class TestDeciding:
    @pytest.mark.parametrize("role", [Role.GRID_FULL, Role.GRID_LEADER, Role.TOWN_ADMIN])
    def test_not_by_other_staff(self, work: Work, home: Household, asks: Actor, role: Role) -> None:
        other = make_staff(work.session, role, area=TOWN if role is Role.TOWN_ADMIN else GRID)
        request = ask(work, home, asks)

        with pytest.raises(NoSuchRequest):
            service.decide_joining(work, request, approve=True, by=other)

    def test_not_by_the_next_village(self, work: Work, home: Household, asks: Actor) -> None:
        stranger = make_staff(work.session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
        request = ask(work, home, asks)

        with pytest.raises(NoSuchRequest):
            service.decide_joining(work, request, approve=True, by=stranger)

    def test_not_by_a_member_the_asker_or_another_head(
        self, work: Work, home: Household, asks: Actor
    ) -> None:
        member = Actor(members(work.session, home)[1].id)
        other = head_of(work.session, make_home(work.session))
        request = ask(work, home, asks)

        for somebody in (member, asks, other):
            with pytest.raises(NoSuchRequest):
                service.decide_joining(work, request, approve=True, by=somebody)

    def test_not_by_a_clerk_for_themselves(self, work: Work, home: Household) -> None:
        clerk = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
        me = work.session.get_one(Person, clerk.id)
        me.phone_index = "fingerprint"
        request = ask(work, home, clerk)

        with pytest.raises(NotDecidable):
            service.decide_joining(work, request, approve=True, by=clerk)

    def test_not_by_who_is_the_head_no_more(
        self, work: Work, home: Household, head: Actor, asks: Actor
    ) -> None:
        request = ask(work, home, asks)
        service.hand_over(work, members(work.session, home)[1].id, by=head)

        with pytest.raises(NoSuchRequest):
            service.decide_joining(work, request, approve=True, by=head)

    def test_who_found_a_home_meanwhile_is_not_moved(
        self, work: Work, home: Household, head: Actor, asks: Actor
    ) -> None:
        request = ask(work, home, asks)
        other = make_home(work.session)
        work.session.get_one(Person, asks.id).household_id = other.id
        work.session.flush()

        with pytest.raises(HomeAlready):
            service.decide_joining(work, request, approve=True, by=head)

        assert home_of(work, asks) == other.id


class TestCard:
    def test_a_card_opens_at_once(self, work: Work, home: Household, asks: Actor) -> None:
        service.join_with_card(work, home.id, name="李明", by=asks)

        assert home_of(work, asks) == home.id

    def test_no_card_of_ours_opens_nothing(self, work: Work, asks: Actor) -> None:
        with pytest.raises(NoSuchHousehold):
            service.join_with_card(work, None, name="李明", by=asks)

    def test_the_head_puts_out_who_does_not_belong_here(
        self, work: Work, home: Household, head: Actor, asks: Actor
    ) -> None:
        service.join_with_card(work, home.id, name="李明", by=asks)

        service.put_out(work, asks.id, by=head)

        assert home_of(work, asks) is None

    def test_but_nobody_the_village_wrote_down(
        self, work: Work, home: Household, head: Actor
    ) -> None:
        other = members(work.session, home)[1]

        with pytest.raises(NotDecidable):
            service.put_out(work, other.id, by=head)

    def test_an_outsider_puts_nobody_out_and_takes_nothing_over(
        self, work: Work, home: Household, asks: Actor
    ) -> None:
        service.join_with_card(work, home.id, name="李明", by=asks)
        first, second, _ = members(work.session, home)

        for verb in (service.put_out, service.hand_over):
            with pytest.raises(NotDecidable):
                verb(work, second.id, by=asks)

        assert members(work.session, home)[0].id == first.id


class TestOpening:
    def test_anybody_with_a_phone_opens_a_household_of_one(self, work: Work, asks: Actor) -> None:
        make_area(work.session, GRID)

        home = service.open_own_household(work, area_code=VILLAGE, address="", name="李明", by=asks)

        assert [(one.id, one.is_head) for one in members(work.session, home)] == [(asks.id, True)]

    @pytest.mark.parametrize("area", [TOWN, "330106001009", "", "x"])
    def test_in_a_village_there_is(self, work: Work, asks: Actor, area: str) -> None:
        make_area(work.session, GRID)

        with pytest.raises(Refusal):
            service.open_own_household(work, area_code=area, address="", name="李明", by=asks)

        assert home_of(work, asks) is None

    def test_not_in_a_closed_one(self, work: Work, asks: Actor) -> None:
        make_area(work.session, VILLAGE).closed_at = NOON
        work.session.flush()

        with pytest.raises(NoSuchArea):
            service.open_own_household(work, area_code=VILLAGE, address="", name="李明", by=asks)

    def test_not_a_second_one(self, work: Work, home: Household, head: Actor) -> None:
        with pytest.raises(HomeAlready):
            service.open_own_household(work, area_code=VILLAGE, address="", name="王", by=head)


class TestLeaving:
    def test_a_member_leaves(self, work: Work, home: Household, asks: Actor) -> None:
        service.join_with_card(work, home.id, name="李明", by=asks)

        service.leave_household(work, by=asks)

        assert home_of(work, asks) is None
        assert home.closed_at is None

    def test_the_head_hands_over_first(self, work: Work, home: Household, head: Actor) -> None:
        with pytest.raises(WrongRegrouping):
            service.leave_household(work, by=head)
        service.hand_over(work, members(work.session, home)[1].id, by=head)
        service.leave_household(work, by=head)

        assert [one.is_head for one in members(work.session, home)] == [True]

    def test_the_last_one_closes_it(self, work: Work, asks: Actor) -> None:
        make_area(work.session, VILLAGE)
        home = service.open_own_household(work, area_code=VILLAGE, address="", name="李明", by=asks)

        service.leave_household(work, by=asks)

        assert home.closed_at == NOON
        assert home_of(work, asks) is None
        with pytest.raises(NoSuchHousehold):
            service.leave_household(work, by=asks)

    def test_a_dormitory_outlives_its_last_guest(self, work: Work, asks: Actor) -> None:
        home = make_home(work.session, "管")
        home.kind, home.name = HouseholdKind.DORMITORY, "宿舍"
        one = members(work.session, home)[0]

        service.leave_household(work, by=Actor(one.id))

        assert home.closed_at is None
