"""Lists of departments, outside units and exports, and what strangers get from them."""

import pytest
from sqlalchemy.orm import Session

from grid import queries, service
from grid.queries import Filters, departments, external, outside
from grid.queries.departments import Part
from grid.rules import Move, Privacy, State
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import DISTRICT, GRID, NEXT_TOWN, NEXT_VILLAGE, TOWN, VILLAGE, make_staff
from tests.fakes import NOON
from tests.grid.departments import MUNICIPAL, URBAN, errand, given_to, handler, in_hand
from tests.grid.factories import do, handle, make_case, make_station


def parts(session: Session, by: Actor) -> dict[Part, int]:
    """Return how many cases each part lists; the counts must say the same."""
    listed = {
        part: len(departments.department_cases(session, by=by, now=NOON, part=part).cards)
        for part in Part
    }
    assert dict(departments.department_counts(session, by=by)) == listed
    return {part: number for part, number in listed.items() if number}


class TestDepartment:
    def test_a_case_goes_through_its_parts(self, work: Work) -> None:
        owner, other = handler(work), handler(work, URBAN)
        session = work.session
        case = given_to(work, owner)
        assert parts(session, owner) == {Part.TO_SIGN: 1}

        service.sign(work, case.id, by=owner, expected=case.state)
        assert parts(session, owner) == {Part.IN_HAND: 1}

        asked = service.ask_help(work, case.id, by=owner, to=URBAN, words="请来")
        assert parts(session, owner) == {Part.WAITING: 1}
        service.answer_help(work, asked, by=other, comes=True, words="来")
        assert parts(session, owner) == {Part.IN_HAND: 1}

        service.ask_handover(work, case.id, by=owner, to=URBAN, reason="归执法")
        assert parts(session, owner) == {Part.WAITING: 1}

        handle(work, case, owner)
        assert parts(session, owner) == {Part.WAITING: 1}
        verifier = make_staff(session, Role.GRID_FULL, area=GRID)
        do(work, case, Move.VERIFY, verifier, finding=case.proposed_finding)
        assert parts(session, owner) == {Part.DONE: 1}
        assert parts(session, other) == {}

    def test_what_was_in_hand_when_it_came_has_to_be_signed_for(self, work: Work) -> None:
        owner = handler(work)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session, state=State.HANDLING, department=MUNICIPAL)
        do(work, case, Move.REASSIGN, town, owner=owner.id, reason="归市政")

        assert parts(work.session, owner) == {Part.TO_SIGN: 1}

    @pytest.mark.parametrize(
        ("department", "area"),
        [(MUNICIPAL, NEXT_TOWN), (URBAN, TOWN), ("police_station", TOWN), ("police", DISTRICT)],
    )
    def test_strangers_see_nothing(self, work: Work, department: str, area: str) -> None:
        owner = handler(work)
        given_to(work, owner)
        in_hand(work, owner)

        assert parts(work.session, handler(work, department, area)) == {}

    def test_a_colleague_sees_the_same(self, work: Work) -> None:
        owner = handler(work)
        given_to(work, owner)

        assert parts(work.session, handler(work)) == {Part.TO_SIGN: 1}
        assert parts(work.session, handler(work, MUNICIPAL, DISTRICT)) == {Part.TO_SIGN: 1}

    def test_another_hat_does_not_widen_the_departments_list(self, work: Work) -> None:
        given_to(work, handler(work, URBAN))
        both = make_staff(
            work.session, Role.TOWN_ADMIN, Role.DEPT_HANDLER, area=TOWN, department=MUNICIPAL
        )

        assert parts(work.session, both) == {}

    def test_words_are_only_for_who_has_signed(self, work: Work) -> None:
        colleague = handler(work)
        case = given_to(work, handler(work))

        page = departments.department_cases(work.session, by=colleague, now=NOON, part=Part.TO_SIGN)

        assert page.cards[0].words == ""
        assert queries.detail(work.session, case.id, by=colleague, now=NOON).content is None

    def test_the_station_has_its_own(self, work: Work) -> None:
        station = make_station(work.session)
        values = {"privacy": Privacy.POLICE, "category": "0203", "department": "police_station"}
        case = make_case(work.session, state=State.RETURNED, **values)
        do(work, case, Move.ASSIGN, station, owner=station.id)

        assert parts(work.session, station) == {Part.TO_SIGN: 1}
        assert parts(work.session, handler(work)) == {}

    def test_a_list_is_one_statement_and_so_are_its_counts(
        self, work: Work, statements: list[str]
    ) -> None:
        owner = handler(work)
        for _ in range(3):
            given_to(work, owner)
        work.session.flush()
        statements.clear()

        departments.department_cases(work.session, by=owner, now=NOON, part=Part.TO_SIGN)
        departments.department_counts(work.session, by=owner)

        assert len(statements) == 2


class TestAsked:
    def test_only_who_was_asked_reads_it(self, work: Work) -> None:
        owner, other = handler(work), handler(work, URBAN)
        case = in_hand(work, owner)
        service.ask_help(work, case.id, by=owner, to=URBAN, words="请来封路")

        assert [one.words for one in departments.helps_asked(work.session, by=other)] == [
            "请来封路"
        ]
        for stranger in (
            owner,
            handler(work, URBAN, NEXT_TOWN),
            handler(work, "greening"),
            make_staff(work.session, Role.TOWN_ADMIN, area=TOWN),
            make_staff(work.session, Role.AUDITOR, area=DISTRICT),
        ):
            assert departments.helps_asked(work.session, by=stranger) == ()

    def test_the_towns_desk_reads_what_the_town_is_asked(self, work: Work) -> None:
        owner = handler(work)
        case = in_hand(work, owner)
        service.ask_help(work, case.id, by=owner, to="town", words="请协调")
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        assert len(departments.helps_asked(work.session, by=town)) == 1
        next_town = make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN)
        assert departments.helps_asked(work.session, by=next_town) == ()

    def test_what_the_police_ask_the_town_never_hears(self, work: Work) -> None:
        station, bureau = make_station(work.session), handler(work, "police")
        values = {"privacy": Privacy.POLICE, "category": "0203", "department": "police_station"}
        case = make_case(work.session, state=State.RETURNED, **values)
        do(work, case, Move.ASSIGN, station, owner=station.id)
        service.sign(work, case.id, by=station, expected=case.state)
        service.ask_help(work, case.id, by=station, to="police", words="请来")

        assert len(departments.helps_asked(work.session, by=bureau)) == 1
        for role in (Role.TOWN_ADMIN, Role.DISTRICT_CMD):
            desk = make_staff(work.session, role, area=DISTRICT)
            assert departments.helps_asked(work.session, by=desk) == ()

    def test_handovers_wait_at_the_desk_there(self, work: Work) -> None:
        owner, other = handler(work), handler(work, URBAN)
        case = in_hand(work, owner)
        service.ask_handover(work, case.id, by=owner, to=URBAN, reason="归执法")
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        assert len(departments.handovers_to_decide(work.session, by=town)) == 1
        for stranger in (
            owner,
            other,
            make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN),
            make_staff(work.session, Role.GRID_LEADER, area=VILLAGE),
        ):
            assert departments.handovers_to_decide(work.session, by=stranger) == ()
        do(work, case, Move.RETURN, owner, reason="算了")
        assert departments.handovers_to_decide(work.session, by=town) == ()


class TestOutside:
    def test_the_town_sees_what_lies_with_units_and_the_next_town_does_not(
        self, work: Work
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)
        service.give_link(work, case.id, errand(), by=worker)
        session = work.session

        for by in (worker, make_staff(session, Role.TOWN_ADMIN, area=TOWN)):
            assert [one.number for one in outside.outside_open(session, by=by, now=NOON)] == [
                case.number
            ]
        for role, area in (
            (Role.TOWN_ADMIN, NEXT_TOWN),
            (Role.GRID_LEADER, NEXT_VILLAGE),
            (Role.MEDIATOR, VILLAGE),
        ):
            stranger = make_staff(session, role, area=area)
            assert outside.outside_open(session, by=stranger, now=NOON) == ()
        assert outside.outside_open(session, by=handler(work), now=NOON) == ()


class TestExport:
    def test_one_gets_what_one_reads_without_words(self, work: Work) -> None:
        case = make_case(work.session)
        make_case(work.session, area_code=NEXT_TOWN, owner_id=handler(work).id)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        found = list(external.exported(work.session, by=town, now=NOON, filters=Filters()))

        assert [line.card.number for line in found] == [case.number]
        assert "纸箱" not in repr(found)

    @pytest.mark.parametrize(
        ("role", "area"),
        [
            (Role.GRID_LEADER, NEXT_VILLAGE),
            (Role.TOWN_ADMIN, NEXT_TOWN),
            (Role.MEDIATOR, VILLAGE),
            (Role.SYSADMIN, DISTRICT),
        ],
    )
    def test_the_wrong_village_gets_nothing(self, work: Work, role: Role, area: str) -> None:
        make_case(work.session)
        stranger = make_staff(work.session, role, area=area)

        assert list(external.exported(work.session, by=stranger, now=NOON, filters=Filters())) == []

    def test_all_pieces_come_in_order_and_few_statements(
        self, work: Work, statements: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(external, "AT_ONCE", 2)
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        ids = [make_case(work.session, owner_id=worker.id).id for _ in range(5)]
        work.session.flush()
        statements.clear()

        found = list(external.exported(work.session, by=worker, now=NOON, filters=Filters()))

        assert [line.card.case_id for line in found] == ids[::-1]
        assert len(statements) == 6

    def test_no_more_than_can_be_opened(self, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(external, "MOST_EXPORTED", 3)
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        for _ in range(5):
            make_case(work.session, owner_id=worker.id)

        found = external.exported(work.session, by=worker, now=NOON, filters=Filters())

        assert len(list(found)) == 3

    def test_the_desk_finds_a_case_by_its_outside_number(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)
        make_case(work.session, owner_id=worker.id)
        service.set_number(work, case.id, by=worker, system="12345 热线", number="杭-2026 0417")
        work.session.flush()

        def found(typed: str) -> list[str]:
            page = queries.listed(work.session, by=worker, now=NOON, filters=Filters(number=typed))
            return [card.number for card in page.cards]

        assert found("2026-0417") == []  # it begins with the other system's own letters
        assert found("杭 2026") == [case.number]
        service.set_number(work, case.id, by=worker, system="12345 热线", number="U2026-0417")
        work.session.flush()
        assert found("u2026 04") == [case.number]
        assert found("u20") == []
        assert found("U2027") == []
        assert found("\0U2026") == [case.number]
