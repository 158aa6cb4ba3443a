"""What the staff of villages and towns do with households, also from the wrong side."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.db import keyring
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.outbox import Delivery
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
from people.models import Area, Household, JoinRequest, Person
from people.rules import HouseholdKind, HouseholdRow, JoinState, MemberRow, SplitWanted
from tests.factories import (
    GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_person,
    make_staff,
)
from tests.fakes import NOON
from tests.people.homes import make_home, make_resident, members

PHONE = "13812345678"
WHY = "本人要求"


@pytest.fixture
def clerk(work: Work) -> Actor:
    make_area(work.session, GRID)
    make_area(work.session, NEXT_GRID)
    make_area(work.session, f"{NEXT_VILLAGE}001")
    return make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)


@pytest.fixture
def stranger(work: Work, clerk: Actor) -> Actor:
    return make_staff(work.session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)


def actions(work: Work) -> list[str]:
    work.session.flush()
    lines = work.session.scalars(select(AuditLine).order_by(AuditLine.id))
    return [line.action for line in lines if line.action.startswith("household.")]


def owed(work: Work) -> list[str]:
    work.session.flush()
    return [row.handler for row in work.session.scalars(select(Delivery))]


def add(work: Work, by: Actor, **more: object) -> Household:
    row = HouseholdRow(**{"area_code": GRID, "address": "5幢101室", **more})  # type: ignore[arg-type]
    head = MemberRow(name="陈建国", phone=PHONE)
    return service.add_household(work, row, head=head, by=by)


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


class TestSplitting:
    def test_some_become_a_household_of_their_own(self, work: Work, clerk: Actor) -> None:
        home = make_home(work.session, "王秀英", "王小明", "王小红")
        head, first, second = members(work.session, home)
        wanted = SplitWanted(members=(first.id, second.id), head_id=second.id, address="9幢9室")

        new = service.split_household(work, home.id, wanted, reason=WHY, by=clerk)

        assert [one.id for one in members(work.session, home)] == [head.id]
        assert [one.id for one in members(work.session, new)] == [second.id, first.id]
        assert (new.area_code, new.address) == (home.area_code, "9幢9室")
        assert actions(work) == ["household.split", "household.split-off"]

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
