"""Reads of households, tried by those from next door; lists stay short however many there are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.db import keyring
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.work import transaction
from people import queries, service
from people.errors import NoSuchHousehold
from people.models import Household, HouseholdImport, Person, name_indexes
from people.queries import HouseholdFilter
from people.rules import HouseholdKind
from tests.factories import (
    DISTRICT,
    GRID,
    MICRO_GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_staff,
)
from tests.fakes import NOON
from tests.people.homes import head_of, make_home, make_resident, members

REACH = [
    (Role.VILLAGE_ADMIN, VILLAGE),
    (Role.TOWN_ADMIN, TOWN),
    (Role.GRID_FULL, GRID),
    (Role.GRID_PART, MICRO_GRID),
    (Role.GRID_LEADER, GRID),
]
BEYOND = [
    (Role.VILLAGE_ADMIN, NEXT_VILLAGE),
    (Role.TOWN_ADMIN, NEXT_TOWN),
    (Role.GRID_FULL, NEXT_GRID),
    (Role.POLICE_AUX, GRID),
    (Role.DISTRICT_CMD, DISTRICT),
    (Role.MEDIATOR, VILLAGE),
    (Role.SHOP_VOLUNTEER, VILLAGE),
    (Role.AUDITOR, DISTRICT),
    (Role.SYSADMIN, DISTRICT),
]
Read = Callable[[Session, Household, Actor], Any]


@pytest.fixture
def home(session: Session) -> Household:
    make_area(session, MICRO_GRID)
    make_area(session, NEXT_GRID)
    return make_home(session)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        word = statement.lstrip().split(None, 1)[0].upper()
        if word == "SELECT":
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def page(session: Session, by: Actor, **wanted: object) -> list[int]:
    found = queries.household_page(session, HouseholdFilter(**wanted), by=by)  # type: ignore[arg-type]
    return [line.household_id for line in found]


class TestScope:
    @pytest.mark.parametrize(("role", "area"), REACH)
    def test_within_reach(self, session: Session, home: Household, role: Role, area: str) -> None:
        by = make_staff(session, role, area=area)

        assert page(session, by) == [home.id]
        assert queries.household_detail(session, home.id, by=by).total == 2
        one = members(session, home)[0]
        assert queries.household_member(session, home.id, one.id, by=by).name == "王秀英"

    @pytest.mark.parametrize(("role", "area"), BEYOND)
    def test_beyond_reach(self, session: Session, home: Household, role: Role, area: str) -> None:
        by = make_staff(session, role, area=area)
        one = members(session, home)[0]

        assert page(session, by) == []
        with pytest.raises(NoSuchHousehold):
            queries.household_detail(session, home.id, by=by)
        with pytest.raises(NoSuchHousehold):
            queries.household_member(session, home.id, one.id, by=by)

    def test_a_resident_reads_no_list(self, session: Session, home: Household) -> None:
        assert page(session, head_of(session, home)) == []

    def test_a_member_of_another_household_is_not_shown_through_this_one(
        self, session: Session, home: Household
    ) -> None:
        by = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        other = make_home(session, area=f"{NEXT_VILLAGE}001")
        one = members(session, other)[0]

        with pytest.raises(NoSuchHousehold):
            queries.household_member(session, home.id, one.id, by=by)

    def test_who_waits_is_shown_to_the_village_alone(
        self, session: Session, home: Household
    ) -> None:
        asks = make_resident(session)
        session.commit()
        with transaction() as work:
            service.ask_to_join(work, number=home.number, name="李明", by=asks)
        clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        others = [
            make_staff(session, role, area=area)
            for role, area in [*REACH[1:], *BEYOND, (Role.VILLAGE_ADMIN, NEXT_VILLAGE)]
        ]

        assert len(queries.join_requests(session, by=clerk, now=NOON)) == 1
        for other in others:
            assert queries.join_requests(session, by=other, now=NOON) == []

    def test_an_import_is_its_senders(self, session: Session) -> None:
        make_area(session, GRID)
        mine = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        other = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        row = HouseholdImport(asked_by=mine.id, asked_at=NOON)
        session.add(row)
        session.flush()

        assert queries.household_import(session, row.id, by=mine) is row
        with pytest.raises(NoSuchHousehold):
            queries.household_import(session, row.id, by=other)

    def test_places_are_ones_own(self, session: Session, home: Household) -> None:
        clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
        edit = Permission.HOUSEHOLD_EDIT

        own = [code for code, _ in queries.places_for(session, edit, by=clerk)]
        theirs = [code for code, _ in queries.places_for(session, edit, by=stranger)]

        assert own == [VILLAGE, GRID, NEXT_GRID]
        assert theirs == [NEXT_VILLAGE]


class TestSearch:
    @pytest.fixture
    def clerk(self, session: Session, home: Household) -> Actor:
        return make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)

    def test_by_name_surname_phone_number_and_address(
        self, session: Session, home: Household, clerk: Actor
    ) -> None:
        other = make_home(session, "欧阳锋")
        other.address = "9幢"
        one = members(session, other)[0]
        one.phone, one.phone_index = "13812345678", keyring().index("13812345678")
        session.flush()

        assert page(session, clerk, person="王") == [home.id]
        assert page(session, clerk, person="王小明") == [home.id]
        assert page(session, clerk, person="王小") == []
        assert page(session, clerk, person="欧阳") == [other.id]
        assert page(session, clerk, person="欧") == []
        assert page(session, clerk, person="138 1234 5678") == [other.id]
        assert page(session, clerk, address="201") == [home.id]
        assert page(session, clerk, address="%") == []
        assert page(session, clerk, number=other.number.lower()) == [other.id]
        assert page(session, clerk, area=NEXT_GRID) == []

    def test_a_list_has_the_surname_only(self, session: Session, clerk: Actor) -> None:
        (line,) = queries.household_page(session, HouseholdFilter(), by=clerk)

        assert (line.head, line.members) == ("王*", 2)


class TestLarge:
    def test_ten_thousand_in_a_dormitory_are_shown_fifty_at_a_time(
        self, session: Session, home: Household, statements: list[str]
    ) -> None:
        clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        home.kind, home.name = HouseholdKind.DORMITORY, "纺织厂宿舍"
        me = members(session, home)[1]
        whole, family = name_indexes("张三")
        row = {"name": "张三", "name_index": whole, "surname_index": family, "made_at": NOON}
        more = {"household_id": home.id, "is_head": False, "work_phone": "", "public_name": ""}
        session.execute(sa.insert(Person), [{**row, **more} for _ in range(10_000)])
        statements.clear()

        first = queries.household_detail(session, home.id, by=clerk)
        asked = len(statements)
        second = queries.household_detail(session, home.id, by=clerk, after=first.more or 0)
        own = queries.home_of(session, me.id, now=NOON)

        assert (first.total, len(first.members), len(second.members)) == (10_002, 50, 50)
        assert asked <= 5
        assert own is not None
        assert [(one.is_self, one.is_head) for one in own.members] == [(True, False), (False, True)]

    def test_a_list_costs_two_statements_however_long(
        self, session: Session, home: Household, statements: list[str]
    ) -> None:
        clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        for _ in range(60):
            make_home(session, "李")
        statements.clear()

        found = queries.household_page(session, HouseholdFilter(), by=clerk)

        assert (len(found), len(statements)) == (50, 2)


def test_members_see_surnames_and_the_head_who_waits(session: Session, home: Household) -> None:
    asks = make_resident(session)
    session.commit()
    with transaction() as work:
        service.ask_to_join(work, number=home.number, name="李明", by=asks)
    head, other = members(session, home)

    heads = queries.home_of(session, head.id, now=NOON)
    others = queries.home_of(session, other.id, now=NOON)

    assert heads is not None
    assert others is not None
    assert [one.name for one in others.members] == ["王小明", "王*"]
    assert [one.name for one in heads.requests] == ["李明"]
    assert others.requests == ()
    assert queries.home_of(session, asks.id, now=NOON) is None


def test_who_looks_after_a_grid_with_the_numbers_the_village_shows(session: Session) -> None:
    village = make_area(session, VILLAGE)
    make_area(session, GRID)
    village.desk_phone = "0571-88880011"
    worker = make_staff(session, Role.GRID_FULL, area=GRID)
    make_staff(session, Role.GRID_FULL, area=NEXT_GRID)
    make_staff(session, Role.GRID_LEADER, area=VILLAGE)
    make_staff(session, Role.POLICE_AUX, area=TOWN)
    session.get_one(Person, worker.id).work_phone = "0571-88880012"
    session.flush()

    shown = queries.wardens(session, GRID)
    village.shows_phones = False
    session.flush()
    hidden = queries.wardens(session, GRID)

    roles = [one.role for one in shown]
    assert roles == [Role.GRID_FULL, Role.GRID_LEADER, Role.POLICE_AUX, None]
    assert [one.phone for one in shown] == ["0571-88880012", "", "", "0571-88880011"]
    assert [one.phone for one in hidden] == ["", "", "", "0571-88880011"]
