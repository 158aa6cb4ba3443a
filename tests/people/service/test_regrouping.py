"""Households that split, merge, move and close."""

import pytest
from sqlalchemy import select

from kernel.access import Actor
from kernel.db import keyring
from kernel.grants import Role
from kernel.work import Work
from people import service
from people.errors import (
    NoSuchArea,
    NoSuchHousehold,
    NoSuchMember,
    OutOfReach,
    WrongRegrouping,
)
from people.models import Area, JoinRequest
from people.rules import JoinState, MemberRow, SplitWanted
from tests.factories import (
    GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    make_area,
    make_person,
    make_staff,
)
from tests.fakes import NOON
from tests.people.homes import make_home, make_resident, members
from tests.people.service.doing import PHONE, WHY, actions, owed


class TestSplitting:
    def test_some_become_a_household_of_their_own(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session, "王秀英", "王小明", "王小红")
        head, first, second = members(work.session, home)
        wanted = SplitWanted(members=(first.id, second.id), head_id=second.id, address="9幢9室")

        new = service.split_household(work, home.id, wanted, reason=WHY, by=clerk)

        assert [one.id for one in members(work.session, home)] == [head.id]
        assert [one.id for one in members(work.session, new)] == [second.id, first.id]
        assert (new.area_code, new.address) == (home.area_code, "9幢9室")
        assert actions(work) == ["household.belonged", "household.split", "household.split-off"]

    def test_all_or_nobody_is_no_split(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)
        ids = tuple(one.id for one in members(work.session, home))

        for going in ((), ids):
            wanted = SplitWanted(members=going, head_id=ids[0])
            with pytest.raises(WrongRegrouping):
                service.split_household(work, home.id, wanted, reason=WHY, by=clerk)

    def test_the_head_stays(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)
        head, _ = members(work.session, home)

        with pytest.raises(WrongRegrouping):
            service.split_household(
                work,
                home.id,
                SplitWanted(members=(head.id,), head_id=head.id),
                reason=WHY,
                by=clerk,
            )

    def test_nobody_is_split_off_who_lives_elsewhere(self, work: Work, clerk: Actor) -> None:
        home, other = make_home(work.session), make_home(work.session)
        one = members(work.session, other)[1]

        with pytest.raises(NoSuchMember):
            service.split_household(
                work, home.id, SplitWanted(members=(one.id,), head_id=one.id), reason=WHY, by=clerk
            )

    def test_the_new_head_is_among_those_who_go(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)
        head, other = members(work.session, home)

        with pytest.raises(NoSuchMember):
            service.split_household(
                work,
                home.id,
                SplitWanted(members=(other.id,), head_id=head.id),
                reason=WHY,
                by=clerk,
            )


class TestMerging:
    def test_two_become_one(self, work: Work, clerk: Actor) -> None:
        home, other = make_home(work.session), make_home(work.session, "李雷", "李霞")
        number = other.number.lower()

        service.merge_households(work, home.id, other_number=number, reason=WHY, by=clerk)

        found = members(work.session, home)
        assert [one.name for one in found] == ["王秀英", "王小明", "李雷", "李霞"]
        assert [one.is_head for one in found] == [True, False, False, False]
        assert other.closed_at == NOON
        assert "qr.handlers.end_card_of_merged" in owed(work)

    def test_not_with_itself(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)

        with pytest.raises(WrongRegrouping):
            service.merge_households(work, home.id, other_number=home.number, reason=WHY, by=clerk)

        assert home.closed_at is None

    def test_an_unknown_a_closed_and_a_foreign_number_are_answered_alike(
        self, work: Work, clerk: Actor
    ) -> None:
        home = make_home(work.session)
        foreign = make_home(work.session, area=f"{NEXT_VILLAGE}001")

        said = set()
        for number in ("H999999X", foreign.number):
            with pytest.raises(NoSuchHousehold) as refusal:
                service.merge_households(work, home.id, other_number=number, reason=WHY, by=clerk)
            said.add(str(refusal.value))

        assert len(said) == 1

    def test_who_waits_for_the_other_waits_no_more(self, work: Work, clerk: Actor) -> None:
        home, other = make_home(work.session), make_home(work.session)
        asks = make_resident(work.session)
        service.ask_to_join(work, number=other.number, name="李明", by=asks)

        service.merge_households(work, home.id, other_number=other.number, reason=WHY, by=clerk)

        request = work.session.scalars(select(JoinRequest)).one()
        work.session.refresh(request)
        assert request.state is JoinState.EXPIRED


class TestMoving:
    def test_within_the_village(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)

        service.move_household(
            work, home.id, area_code=NEXT_GRID, address="新房1号", reason=WHY, by=clerk
        )

        assert (home.area_code, home.address) == (NEXT_GRID, "新房1号")
        assert "qr.handlers.move_card" in owed(work)

    def test_beyond_ones_area_at_the_other_end(self, work: Work, clerk: Actor) -> None:
        make_area(work.session, f"{NEXT_TOWN}001001")
        home = make_home(work.session)

        for there in (f"{NEXT_VILLAGE}001", f"{NEXT_TOWN}001001"):
            with pytest.raises(OutOfReach):
                service.move_household(
                    work, home.id, area_code=there, address="", reason=WHY, by=clerk
                )

        assert home.area_code == GRID

    def test_the_town_moves_from_village_to_village(self, work: Work, clerk: Actor) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        home, there = make_home(work.session), f"{NEXT_VILLAGE}001"

        service.move_household(work, home.id, area_code=there, address="", reason=WHY, by=town)

        assert home.area_code == there

    def test_a_closed_area_takes_nobody(self, work: Work, clerk: Actor) -> None:
        work.session.get_one(Area, NEXT_GRID).closed_at = NOON
        home = make_home(work.session)

        with pytest.raises(NoSuchArea):
            service.move_household(
                work, home.id, area_code=NEXT_GRID, address="", reason=WHY, by=clerk
            )


class TestClosing:
    def test_who_lived_there_is_free(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)
        other = make_home(work.session)
        one = members(work.session, home)[0]
        one.phone, one.phone_index = PHONE, keyring().index(PHONE)

        service.close_household(work, home.id, reason=WHY, by=clerk)
        service.add_member(work, other.id, MemberRow(name="王", phone=PHONE), by=clerk)

        assert one.household_id == other.id
        assert "qr.handlers.end_card_of_closed" in owed(work)

    def test_it_is_closed_once(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)
        service.close_household(work, home.id, reason=WHY, by=clerk)

        with pytest.raises(NoSuchHousehold):
            service.close_household(work, home.id, reason=WHY, by=clerk)

    def test_nothing_happens_to_a_closed_one(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)
        one = make_person(work.session)
        service.close_household(work, home.id, reason=WHY, by=clerk)

        with pytest.raises(NoSuchHousehold):
            service.add_member(work, home.id, MemberRow(name=one.name), by=clerk)
