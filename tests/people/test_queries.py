"""Every query, and what somebody from the next town gets from it."""

import inspect
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from kernel import audit
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.work import Work
from people import queries
from people.errors import NoSuchArea, NoSuchPerson
from people.models import Account, Area, Household, Membership, Person
from people.queries import AuditFilter, scoped
from people.rules import HatWanted, Level
from tests.factories import (
    DISTRICT,
    GRID,
    MICRO_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_household,
    make_person,
    make_staff,
)
from tests.fakes import NOON, FixedClock

Read = Callable[[Session, int, Actor], Sequence[object]]


def _detail(session: Session, person_id: int, by: Actor) -> Sequence[object]:
    try:
        return [queries.staff_detail(session, person_id, by=by)]
    except NoSuchPerson:
        return []


def _area(session: Session, _: int, by: Actor) -> Sequence[object]:
    try:
        return [queries.managed_area(session, GRID, by=by)]
    except NoSuchArea:
        return []


SCOPED: dict[Callable[..., Any], Read] = {
    queries.staff_page: lambda session, _, by: queries.staff_page(session, by=by, area=GRID),
    queries.staff_detail: _detail,
    queries.managed_area: _area,
    queries.managed_areas: lambda session, _, by: queries.managed_areas(session, VILLAGE, by=by),
    queries.audit_page: lambda session, _, by: (
        queries.audit_page(session, AuditFilter(), by=by).lines
    ),
    queries.audit_rows: lambda session, _, by: list(
        queries.audit_rows(session, AuditFilter(), by=by)
    ),
}
WHOLE_OR_NOT = {queries.audit_page, queries.audit_rows}  # of the log
OPEN: dict[Callable[..., Any], str] = {
    queries.account_of: "asked about oneself only",
    queries.actor_of: "asked by the sign-in, about oneself",
    queries.area_ranges: "is the scope",
    queries.children: "names of areas are public",
    queries.desk_for: "which desk takes what is wrong there is public",
    queries.dialects_of: "asked about oneself, or about whom one may change",
    queries.find_area: "names of areas are public",
    queries.hats_of: "asked about oneself, or to decide whether one may change somebody",
    queries.home_of: "asked about oneself only",
    queries.household_detail: "tried in test_queries_households.py",
    queries.household_import: "tried in test_queries_households.py",
    queries.household_member: "tried in test_queries_households.py",
    queries.household_pin: "tried in service/test_pins.py",
    queries.own_code: "asked about oneself only",
    queries.own_pin: "asked about oneself only",
    queries.household_page: "tried in test_queries_households.py",
    queries.join_requests: "tried in test_queries_households.py",
    queries.joined_themselves: "of a household whose head asks",
    queries.last_request: "asked about oneself only",
    queries.lies_in: "is the scope",
    queries.places_for: "tried in test_queries_households.py",
    queries.profile_of: "asked about oneself only",
    queries.wardens: "whom to turn to is no secret",
    queries.known_areas: "codes are public; an import is checked against them",
    queries.path_of: "names of areas are public",
    queries.paths_of: "names of areas are public",
    queries.with_places: "of people that its caller has found",
    queries.card_holders: "what is printed on cards that somebody may print",
    queries.reaches: "is the scope",
    queries.scoped: "is the scope",
    queries.public_names: "the name everybody may read",
    queries.signed_in: "the session is the permission",
    queries.villages: "names of areas are public",
    queries.within: "is the scope",
}


def test_every_query_is_listed() -> None:
    found = {one for _, one in inspect.getmembers(queries, inspect.isfunction)}

    assert found == {*SCOPED, *OPEN}


@pytest.mark.parametrize("query", list(SCOPED), ids=lambda query: str(query.__name__))
class TestScope:
    def test_shows_what_lies_within_ones_reach(
        self, session: Session, query: Callable[..., Any]
    ) -> None:
        worker = self.worker(session)
        role = Role.SYSADMIN if query in WHOLE_OR_NOT else Role.TOWN_ADMIN
        by = make_staff(session, role, area=DISTRICT if role is Role.SYSADMIN else TOWN)

        assert len(SCOPED[query](session, worker, by)) == 1

    @pytest.mark.parametrize(
        ("role", "area"),
        [
            (Role.TOWN_ADMIN, NEXT_TOWN),
            (Role.VILLAGE_ADMIN, VILLAGE),
            (Role.GRID_LEADER, GRID),
            (Role.DISTRICT_CMD, "330107"),
        ],
    )
    def test_shows_nothing_beyond_it(
        self, session: Session, query: Callable[..., Any], role: Role, area: str
    ) -> None:
        worker = self.worker(session)
        stranger = make_staff(session, role, area=area)

        assert not SCOPED[query](session, worker, stranger)

    def test_shows_nothing_to_someone_without_a_hat(
        self, session: Session, query: Callable[..., Any]
    ) -> None:
        worker = self.worker(session)

        assert not SCOPED[query](session, worker, make_staff(session))

    def worker(self, session: Session) -> int:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        session.add(AuditLine(at=NOON, actor_id=worker.id, action="test", subject="x", area=GRID))
        session.flush()
        return worker.id


class TestReach:
    def test_two_hats_in_two_places_do_not_mix(self, session: Session) -> None:
        household = make_household(session, VILLAGE)
        reader = make_staff(session, Role.GRID_FULL, area=GRID)
        editor = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
        both = Actor(reader.id, reader.hats | editor.hats)
        household.area_code = GRID
        session.flush()

        def found(permission: Permission) -> Sequence[Household]:
            return session.scalars(scoped(select(Household), both, permission)).all()

        assert found(Permission.HOUSEHOLD_READ) == [household]
        assert found(Permission.HOUSEHOLD_EDIT) == []

    def test_a_statement_without_a_place_is_refused(self) -> None:
        with pytest.raises(TypeError):
            scoped(select(Area), Actor(1), Permission.CASE_READ)

    def test_reaching_down_is_not_reaching_up(self, session: Session) -> None:
        by = make_staff(session, Role.TOWN_ADMIN, area=TOWN)

        assert queries.reaches(by, Permission.SYSTEM_AREA_EDIT, GRID)
        assert queries.reaches(by, Permission.SYSTEM_AREA_EDIT, TOWN)
        assert not queries.reaches(by, Permission.SYSTEM_AREA_EDIT, DISTRICT)
        assert not queries.reaches(by, Permission.SYSTEM_AREA_EDIT, NEXT_TOWN)


class TestAreas:
    def test_children_are_the_next_level_only(self, session: Session) -> None:
        make_area(session, MICRO_GRID)
        make_area(session, NEXT_VILLAGE).closed_at = NOON
        session.flush()

        def codes(code: str | None) -> list[str]:
            return [area.code for area in queries.children(session, code)]

        assert codes(None) == [DISTRICT]
        assert codes(TOWN) == [VILLAGE]
        assert codes(GRID) == [MICRO_GRID]
        assert codes(MICRO_GRID) == []
        with pytest.raises(NoSuchArea):
            codes("nonsense")

    def test_a_path_begins_at_the_village(self, session: Session) -> None:
        make_area(session, GRID).name = "第3网格"
        make_area(session, VILLAGE).name = "清溪村"
        make_area(session, TOWN).name = "清溪镇"
        session.flush()

        assert queries.path_of(session, GRID) == "清溪村 · 第3网格"
        assert queries.path_of(session, GRID, top=Level.TOWN) == "清溪镇 · 清溪村 · 第3网格"
        assert queries.path_of(session, TOWN) == "清溪镇"
        assert queries.path_of(session, "999999") == ""
        assert queries.paths_of(session, [GRID, VILLAGE, "1"]) == {
            GRID: "清溪村 · 第3网格",
            VILLAGE: "清溪村",
        }

    def test_two_people_of_one_name_are_told_apart_by_where_they_work(
        self, session: Session
    ) -> None:
        make_area(session, GRID).name = "第3网格"
        make_area(session, VILLAGE).name = "清溪村"
        session.flush()

        found = [(1, "王师傅", GRID), (1, "王师傅", VILLAGE), (2, "王师傅", VILLAGE)]
        assert queries.with_places(session, [*found, (3, "李师傅", "999999")]) == [
            (1, "王师傅（清溪村 · 第3网格、清溪村）"),
            (2, "王师傅（清溪村）"),
            (3, "李师傅"),
        ]

    def test_a_closed_area_is_not_found_but_kept(self, session: Session) -> None:
        make_area(session, GRID).closed_at = NOON
        session.flush()

        assert queries.find_area(session, GRID) is None
        assert queries.find_area(session, "\0") is None
        assert queries.find_area(session, VILLAGE) is not None
        assert queries.known_areas(session).closed == {GRID}

    def test_the_highest_areas_come_first(self, session: Session) -> None:
        make_area(session, NEXT_TOWN)
        by = make_staff(session, Role.TOWN_ADMIN, area=TOWN)

        assert [area.code for area in queries.managed_areas(session, None, by=by)] == [TOWN]


class TestStaff:
    def test_a_list_masks_private_numbers(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        session.get_one(Person, worker.id).phone = "13812345678"
        by = make_staff(session, Role.SYSADMIN, area=DISTRICT)

        lines = {line.person_id: line for line in queries.staff_page(session, by=by)}

        assert lines[worker.id].phone == "138****5678"
        assert lines[worker.id].hats == (HatWanted(Role.GRID_FULL, GRID),)

    def test_hats_beyond_ones_reach_are_not_shown(self, session: Session) -> None:
        make_area(session, NEXT_TOWN)
        worker = make_staff(session, Role.POLICE_AUX, area=VILLAGE)
        session.add(Membership(person_id=worker.id, role=Role.POLICE_AUX, area_code=NEXT_TOWN))
        by = make_staff(session, Role.TOWN_ADMIN, area=TOWN)

        assert queries.staff_detail(session, worker.id, by=by).hats == (
            HatWanted(Role.POLICE_AUX, VILLAGE),
        )

    def test_a_search_takes_percent_signs_literally(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        session.get_one(Account, worker.id).login = "a_%b"
        by = make_staff(session, Role.SYSADMIN, area=DISTRICT)

        def found(login: str) -> list[int]:
            return [one.person_id for one in queries.staff_page(session, by=by, login=login)]

        assert found("A_%") == [worker.id]
        assert found("%") == []

    def test_pages_follow_each_other(self, session: Session) -> None:
        for _ in range(queries.STAFF_PAGE + 1):
            make_staff(session, Role.GRID_FULL, area=GRID)
        by = make_staff(session, Role.TOWN_ADMIN, area=TOWN)

        first = queries.staff_page(session, by=by)
        second = queries.staff_page(session, by=by, after=first[-1].person_id)

        assert (len(first), len(second)) == (queries.STAFF_PAGE, 2)


class TestSignedIn:
    def test_staff_wear_their_hats_in_two_statements(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, Role.GRID_LEADER, area=GRID)
        session.expire_all()
        said: list[str] = []
        engine = session.get_bind().engine
        assert isinstance(engine, Engine)

        def note(*args: Any) -> None:  # noqa: ANN401 - SQLAlchemy's signature
            said.append(args[2])

        event.listen(engine, "before_cursor_execute", note)
        try:
            signed = queries.signed_in(session, worker.id, 0)
        finally:
            event.remove(engine, "before_cursor_execute", note)

        assert signed is not None
        assert signed.actor == worker
        assert len(said) <= 2

    def test_a_stale_epoch_is_nobody(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        session.get_one(Account, worker.id).epoch = 3
        session.flush()

        assert queries.signed_in(session, worker.id, 2) is None
        assert queries.signed_in(session, worker.id, 4) is None
        assert queries.signed_in(session, worker.id, 3) is not None

    def test_a_closed_account_is_nobody(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        session.get_one(Account, worker.id).closed_at = NOON
        session.flush()

        assert queries.signed_in(session, worker.id, 0) is None
        assert queries.actor_of(session, worker.id) is None

    def test_an_issued_password_gives_no_hats_yet(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        session.get_one(Account, worker.id).must_change = True
        session.flush()

        signed = queries.signed_in(session, worker.id, 0)

        assert signed is not None
        assert (signed.must_change, signed.actor.hats) == (True, frozenset())

    def test_staff_who_come_as_residents_wear_no_hats(self, session: Session) -> None:
        worker = make_staff(session, Role.SYSADMIN, area=DISTRICT)

        signed = queries.signed_in(session, worker.id, None)

        assert signed is not None
        assert (signed.is_staff, signed.actor.hats) == (False, frozenset())

    def test_a_resident_has_no_epoch_and_nobody_is_nobody(self, session: Session) -> None:
        resident = make_person(session)

        assert queries.signed_in(session, resident.id, 0) is None
        assert queries.signed_in(session, resident.id + 1, None) is None

    def test_an_actor_wears_the_hats_in_the_table(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, Role.GRID_LEADER, area=GRID)

        assert queries.actor_of(session, worker.id) == worker


class TestAudit:
    def test_filters_by_what_where_and_when(self, work: Work, clock: FixedClock) -> None:
        by = make_staff(work.session, Role.AUDITOR, area=DISTRICT)
        for action, area, moment in [
            ("area.add", GRID, datetime(2026, 3, 1, 15, 59, tzinfo=UTC)),  # 23:59 in Shanghai
            ("area.close", NEXT_TOWN, datetime(2026, 3, 1, 16, tzinfo=UTC)),  # the day after
            ("staff.add", GRID, NOON),
        ]:
            clock.moment = moment
            audit.note(work, by=by, action=action, subject="x", area=area)
        work.session.flush()

        def found(wanted: AuditFilter) -> list[str]:
            page = queries.audit_page(work.session, wanted, by=by)
            return [line.action for line in page.lines]

        assert found(AuditFilter()) == ["staff.add", "area.close", "area.add"]
        assert found(AuditFilter(action="area.")) == ["area.close", "area.add"]
        assert found(AuditFilter(area=VILLAGE)) == ["staff.add", "area.add"]
        assert found(AuditFilter(first=date(2026, 3, 2))) == ["staff.add", "area.close"]
        assert found(AuditFilter(last=date(2026, 3, 1))) == ["area.add"]
        with pytest.raises(NoSuchArea):
            found(AuditFilter(area="x"))

    def test_pages_of_fifty_follow_each_other(self, work: Work) -> None:
        by = make_staff(work.session, Role.AUDITOR, area=DISTRICT)
        for n in range(51):
            audit.note(work, by=by, action="test", subject=f"x:{n}")
        work.session.flush()

        first = queries.audit_page(work.session, AuditFilter(), by=by)
        second = queries.audit_page(work.session, AuditFilter(before=first.before), by=by)

        assert (len(first.lines), len(second.lines), second.before) == (50, 1, None)
        assert second.lines[0].subject == "x:0"
        assert f"staff{by.id}" in first.staff[by.id]
