"""What the staff of villages and towns do with households, also from the wrong side."""

from collections.abc import Callable

import pytest

from kernel.access import Actor
from kernel.db import keyring
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.work import Work
from people import service
from people.errors import (
    AreaInUse,
    BadField,
    HomeAlready,
    HouseholdTaken,
    NoSuchArea,
    NoSuchHousehold,
    NoSuchMember,
    NotDecidable,
    OutOfReach,
    WrongRegrouping,
)
from people.models import Area, Person
from people.rules import HouseholdKind, HouseholdRow, MemberRow, SplitWanted
from tests.factories import (
    GRID,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_staff,
)
from tests.fakes import NOON
from tests.people.homes import make_home, members
from tests.people.service.doing import PHONE, WHY, actions, add


class TestAdding:
    def test_a_household_has_a_number_and_its_head(self, work: Work, clerk: Actor) -> None:
        home = add(work, clerk)

        assert home.number.startswith(f"{VILLAGE}-")
        assert [(one.name, one.is_head) for one in members(work.session, home)] == [
            ("陈建国", True)
        ]
        assert actions(work) == ["household.add", "household.member-add"]

    def test_a_number_is_nobody_elses(self, work: Work, clerk: Actor) -> None:
        service.add_household(
            work, HouseholdRow(area_code=GRID, number="qx 0001"), head=None, by=clerk
        )

        with pytest.raises(HouseholdTaken):
            add(work, clerk, number="QX0001")

    @pytest.mark.parametrize(
        ("area", "refusal"),
        [
            (f"{NEXT_VILLAGE}001", OutOfReach),
            (TOWN, BadField),
            ("330106001001999", NoSuchArea),
            ("x", Refusal),
        ],
    )
    def test_it_lies_in_an_open_village_of_ones_own(
        self, work: Work, clerk: Actor, area: str, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            add(work, clerk, area_code=area)

    def test_a_closed_area_takes_nobody(self, work: Work, clerk: Actor) -> None:
        work.session.get_one(Area, GRID).closed_at = NOON

        with pytest.raises(NoSuchArea):
            add(work, clerk)

    def test_an_area_where_people_live_is_not_closed(self, work: Work, clerk: Actor) -> None:
        add(work, clerk)

        with pytest.raises(AreaInUse):
            service.close_area(work, GRID, by=None)

    def test_a_firm_has_a_name(self, work: Work, clerk: Actor) -> None:
        with pytest.raises(BadField):
            add(work, clerk, kind=HouseholdKind.FIRM)

        assert add(work, clerk, kind=HouseholdKind.FIRM, name="纺织厂").name == "纺织厂"

    def test_a_resident_known_by_phone_is_the_same_person(self, work: Work, clerk: Actor) -> None:
        known = Person(phone=PHONE, phone_index=keyring().index(PHONE), name="", made_at=NOON)
        work.session.add(known)
        work.session.flush()

        home = add(work, clerk)

        assert members(work.session, home)[0].id == known.id
        assert known.name == "陈建国"

    def test_nobody_belongs_to_two(self, work: Work, clerk: Actor) -> None:
        add(work, clerk)

        with pytest.raises(HomeAlready):
            add(work, clerk)

    def test_whoever_writes_it_down_is_not_written_down_by_themselves(
        self, work: Work, clerk: Actor
    ) -> None:
        me = work.session.get_one(Person, clerk.id)
        me.phone, me.phone_index = PHONE, keyring().index(PHONE)

        with pytest.raises(NotDecidable):
            add(work, clerk)

    @pytest.mark.parametrize("role", [Role.GRID_FULL, Role.GRID_LEADER])
    def test_grid_workers_only_read(self, work: Work, clerk: Actor, role: Role) -> None:
        worker = make_staff(work.session, role, area=GRID)
        home = make_home(work.session)

        with pytest.raises(OutOfReach):
            add(work, worker)
        with pytest.raises(NoSuchHousehold):
            service.add_member(work, home.id, MemberRow(name="x"), by=worker)


class TestMembers:
    def test_a_name_is_put_right(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session, "王秀英")
        one = members(work.session, home)[0]

        service.change_member(
            work, home.id, one.id, MemberRow(name="汪秀英", phone=PHONE), by=clerk
        )

        assert (one.name, one.phone) == ("汪秀英", PHONE)

    def test_a_number_that_is_there_is_only_changed_by_whose_it_is(
        self, work: Work, clerk: Actor
    ) -> None:
        home = add(work, clerk)
        one = members(work.session, home)[0]

        with pytest.raises(OutOfReach):
            service.change_member(
                work, home.id, one.id, MemberRow(name="陈建国", phone="13999999999"), by=clerk
            )

        assert one.phone == PHONE

    def test_a_number_is_not_taken_from_somebody_else(self, work: Work, clerk: Actor) -> None:
        add(work, clerk)
        home = make_home(work.session, "王秀英")
        one = members(work.session, home)[0]

        with pytest.raises(HomeAlready):
            service.change_member(
                work, home.id, one.id, MemberRow(name="王", phone=PHONE), by=clerk
            )

    def test_a_colleague_is_not_renamed_here(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        work.session.get_one(Person, worker.id).household_id = home.id

        with pytest.raises(OutOfReach):
            service.change_member(work, home.id, worker.id, MemberRow(name="x"), by=clerk)

    def test_the_head_goes_last(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)
        head, other = members(work.session, home)

        with pytest.raises(WrongRegrouping):
            service.remove_member(work, home.id, head.id, reason=WHY, by=clerk)
        service.set_head(work, home.id, other.id, reason=WHY, by=clerk)
        service.remove_member(work, home.id, head.id, reason=WHY, by=clerk)

        assert [one.id for one in members(work.session, home)] == [other.id]
        assert (head.household_id, head.is_head) == (None, False)

    def test_somebody_from_elsewhere_is_no_member(self, work: Work, clerk: Actor) -> None:
        home, other = make_home(work.session), make_home(work.session)
        one = members(work.session, other)[0]

        with pytest.raises(NoSuchMember):
            service.remove_member(work, home.id, one.id, reason=WHY, by=clerk)
        with pytest.raises(NoSuchMember):
            service.set_head(work, home.id, one.id, reason=WHY, by=clerk)

    def test_a_reason_is_never_left_out(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session)
        _, other = members(work.session, home)

        with pytest.raises(BadField):
            service.remove_member(work, home.id, other.id, reason=" ", by=clerk)

    def test_the_next_village_reaches_none_of_it(self, work: Work, stranger: Actor) -> None:
        home = make_home(work.session)
        head, other = members(work.session, home)
        there = make_home(work.session, area=f"{NEXT_VILLAGE}001")
        verbs: list[Callable[[], object]] = [
            lambda: service.add_member(work, home.id, MemberRow(name="x"), by=stranger),
            lambda: service.change_member(
                work, home.id, other.id, MemberRow(name="x"), by=stranger
            ),
            lambda: service.remove_member(work, home.id, other.id, reason=WHY, by=stranger),
            lambda: service.set_head(work, home.id, other.id, reason=WHY, by=stranger),
            lambda: service.close_household(work, home.id, reason=WHY, by=stranger),
            lambda: service.describe_household(
                work, home.id, kind=HouseholdKind.FAMILY, name="", address="x", by=stranger
            ),
            lambda: service.split_household(
                work,
                home.id,
                SplitWanted(members=(other.id,), head_id=other.id),
                reason=WHY,
                by=stranger,
            ),
            lambda: service.merge_households(
                work, there.id, other_number=home.number, reason=WHY, by=stranger
            ),
            lambda: service.move_household(
                work,
                home.id,
                area_code=f"{NEXT_VILLAGE}001",
                address="",
                reason=WHY,
                by=stranger,
            ),
        ]

        for verb in verbs:
            with pytest.raises(NoSuchHousehold):
                verb()

        assert [one.id for one in members(work.session, home)] == [head.id, other.id]
