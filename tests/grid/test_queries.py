"""Every query, what strangers get from it, and how many statements it takes."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

import grid.queries
from grid import queries, service
from grid.errors import NoSuchCase
from grid.models import Act, Case
from grid.queries import Filters, Page
from grid.rules import Colour, Finding, Level, Move, Privacy, State, Urgency
from kernel import crockford
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from people.models import Area, Person
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_staff,
)
from tests.fakes import NOON
from tests.grid.factories import do, make_case, make_station, opened

Query = Callable[..., Any]
Sees = Callable[[Session, Case, Actor], bool]


def holds(page: Page, case: Case) -> bool:
    return case.id in {card.case_id for card in page.cards}


def found(query: Query, session: Session, case: Case, by: Actor) -> bool:
    """Whether a query that refuses or answers about one case answers."""
    try:
        query(session, case.id, by=by, now=NOON)
    except NoSuchCase:
        return False
    return True


SCOPED: dict[Query, Sees] = {
    queries.queue: lambda session, case, by: holds(queries.queue(session, by=by, now=NOON), case),
    queries.queue_version: lambda session, _, by: (
        queries.queue_version(session, by=by) != "0-0-0-0"
    ),
    queries.to_verify: lambda session, case, by: holds(
        queries.to_verify(session, by=by, now=NOON), case
    ),
    queries.listed: lambda session, case, by: holds(queries.listed(session, by=by, now=NOON), case),
    queries.counts: lambda session, _, by: queries.counts(session, by=by, now=NOON).open > 0,
    queries.detail: lambda session, case, by: found(queries.detail, session, case, by),
    queries.candidates: lambda session, case, by: found(queries.candidates, session, case, by),
}
OPEN: dict[Query, str] = {
    queries.progress: "the receipt is the permission, which citizen checks",
    queries.responsible_for: "what every printed code tells whoever scans it",
    queries.area_for: "where a point lies is no secret",
}
# Who sees a case that waits to be verified, in which query.  One row per query.
WHO: dict[Query, frozenset[Role]] = {
    queries.queue: frozenset({Role.GRID_LEADER, Role.TOWN_ADMIN}),
    queries.queue_version: frozenset({Role.GRID_LEADER, Role.TOWN_ADMIN}),
    queries.to_verify: frozenset({Role.GRID_LEADER, Role.TOWN_ADMIN}),
    queries.listed: frozenset(
        {Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.AUDITOR}
    ),
    queries.counts: frozenset(
        {Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.AUDITOR}
    ),
    queries.detail: frozenset(
        {Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.AUDITOR}
    ),
    queries.candidates: frozenset({Role.GRID_LEADER, Role.TOWN_ADMIN}),
}
AREAS = {
    Role.GRID_LEADER: VILLAGE,
    Role.VILLAGE_ADMIN: VILLAGE,
    Role.TOWN_ADMIN: TOWN,
    Role.AUDITOR: DISTRICT,
}


def test_every_query_is_listed() -> None:
    there = {
        function
        for name, function in inspect.getmembers(grid.queries, inspect.isfunction)
        if not name.startswith("_")
    }
    assert there == {*SCOPED, *OPEN}


@pytest.mark.parametrize("query", list(SCOPED), ids=lambda query: query.__name__)
class TestScope:
    @pytest.mark.parametrize("role", AREAS)
    def test_who_is_at_the_place_sees_what_their_hat_allows(
        self, session: Session, query: Query, role: Role
    ) -> None:
        case = make_case(session, state=State.TO_VERIFY)
        reader = make_staff(session, role, area=AREAS[role])

        assert SCOPED[query](session, case, reader) == (role in WHO[query])

    @pytest.mark.parametrize(
        ("role", "area"),
        [
            (Role.GRID_LEADER, NEXT_VILLAGE),
            (Role.GRID_FULL, NEXT_GRID),
            (Role.VILLAGE_ADMIN, NEXT_VILLAGE),
            (Role.TOWN_ADMIN, NEXT_TOWN),
            (Role.POLICE_AUX, NEXT_VILLAGE),
            (Role.MEDIATOR, VILLAGE),
            (Role.SYSADMIN, DISTRICT),
        ],
    )
    def test_shows_nothing_to_the_next_village_or_town_or_another_hat(
        self, session: Session, query: Query, role: Role, area: str
    ) -> None:
        case = make_case(session, state=State.TO_VERIFY)
        stranger = make_staff(session, role, area=area)

        assert not SCOPED[query](session, case, stranger)

    def test_shows_nothing_to_someone_without_a_hat(self, session: Session, query: Query) -> None:
        case = make_case(session, state=State.TO_VERIFY)

        assert not SCOPED[query](session, case, make_staff(session))

    @pytest.mark.parametrize("role", [*AREAS, Role.DISTRICT_CMD, Role.GRID_FULL, Role.GRID_PART])
    @pytest.mark.parametrize("state", [State.ACCEPTED, State.TO_VERIFY, State.RETURNED])
    def test_a_police_case_is_there_for_nobody_else(
        self, session: Session, query: Query, role: Role, state: State
    ) -> None:
        case = make_police_case(session, state=state)
        area = {**AREAS, Role.DISTRICT_CMD: DISTRICT}.get(role, GRID)

        assert not SCOPED[query](session, case, make_staff(session, role, area=area))

    def test_two_hats_in_two_places_do_not_open_police_cases(
        self, session: Session, query: Query
    ) -> None:
        case = make_police_case(session, state=State.TO_VERIFY)
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        aux = make_staff(session, Role.POLICE_AUX, area=NEXT_VILLAGE)

        assert not SCOPED[query](session, case, Actor(town.id, town.hats | aux.hats))

    def test_the_station_sees_a_police_case(self, session: Session, query: Query) -> None:
        case = make_police_case(session, state=State.TO_VERIFY)

        assert SCOPED[query](session, case, make_station(session))

    def test_the_next_towns_station_does_not(self, session: Session, query: Query) -> None:
        case = make_police_case(session, state=State.TO_VERIFY)

        assert not SCOPED[query](session, case, make_station(session, NEXT_TOWN))


def make_police_case(session: Session, *, state: State) -> Case:
    return make_case(
        session,
        state=state,
        privacy=Privacy.POLICE,
        department="police_station",
        category="0601",
        owner_level=Level.POLICE_AUX if state is State.TO_VERIFY else None,
    )


class TestQueue:
    def test_what_burns_first_is_on_top(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        later, sooner, urgent, silent = (
            make_case(session, owner_id=worker.id, **values)
            for values in (
                {"burns_at": NOON + timedelta(hours=2)},
                {"burns_at": NOON + timedelta(hours=1)},
                {"burns_at": NOON + timedelta(hours=9), "urgency": Urgency.URGENT},
                {"burns_at": None},
            )
        )

        cards = queries.queue(session, by=worker, now=NOON).cards

        assert [card.case_id for card in cards] == [urgent.id, sooner.id, later.id, silent.id]
        assert cards[0].colour is Colour.RED

    def test_it_takes_one_statement_however_long_and_fifty_a_page(
        self, session: Session, statements: list[str]
    ) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        for _ in range(53):
            make_case(session, owner_id=worker.id)
        session.flush()
        session.expunge_all()
        statements.clear()

        page = queries.queue(session, by=worker, now=NOON)

        assert len(statements) == 1
        assert (len(page.cards), page.more) == (50, True)
        rest = queries.queue(session, by=worker, now=NOON, page=2)
        assert (len(rest.cards), rest.more) == (3, False)

    def test_the_handler_does_not_find_it_among_what_to_verify(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        case = make_case(session, state=State.TO_VERIFY, owner_id=worker.id)

        assert holds(queries.queue(session, by=worker, now=NOON), case)
        assert not holds(queries.to_verify(session, by=worker, now=NOON), case)

    def test_a_part_timer_is_not_offered_what_is_urgent(self, session: Session) -> None:
        part = make_staff(session, Role.GRID_PART, area=f"{GRID}01")
        urgent = make_case(session, state=State.TO_VERIFY, urgency=Urgency.URGENT)
        normal = make_case(session, state=State.TO_VERIFY)

        page = queries.to_verify(session, by=part, now=NOON)

        assert holds(page, normal)
        assert not holds(page, urgent)

    @pytest.mark.parametrize("role", [Role.TOWN_ADMIN, Role.GRID_LEADER])
    def test_what_nobody_owns_lies_on_the_towns_desk(self, session: Session, role: Role) -> None:
        case = make_case(session, state=State.RETURNED)
        reader = make_staff(session, role, area=AREAS[role])

        page = queries.queue(session, by=reader, now=NOON)

        assert holds(page, case) == (role is Role.TOWN_ADMIN)

    def test_its_version_changes_with_every_step_and_only_then(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)
        other = make_case(work.session)
        seen = [queries.queue_version(work.session, by=worker)]

        service.urge(work, other.id)
        assert queries.queue_version(work.session, by=worker) == seen[0]
        service.urge(work, case.id)
        seen.append(queries.queue_version(work.session, by=worker))
        do(work, case, Move.RETURN, worker, reason="不归我")
        seen.append(queries.queue_version(work.session, by=worker))

        assert len(set(seen)) == 3

    def test_it_takes_one_statement(self, session: Session, statements: list[str]) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        statements.clear()

        queries.queue_version(session, by=worker)

        assert len(statements) == 1


class TestListed:
    def test_it_is_masked_even_for_the_owner(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        make_case(session, owner_id=worker.id, where="三单元401张三家", voice_line="张三说")

        (card,) = queries.listed(session, by=worker, now=NOON).cards

        assert (card.words, card.where, card.voice_line) == ("", "", "")

    @pytest.mark.parametrize(
        "filters",
        [
            Filters(state=State.RETURNED),
            Filters(area=NEXT_GRID),
            Filters(urgency=Urgency.URGENT),
            Filters(category="0201"),
            Filters(overdue=True),
        ],
    )
    def test_each_filter_leaves_what_it_says(self, session: Session, filters: Filters) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_case(session, burns_at=NOON + timedelta(hours=1))
        one = make_case(
            session,
            state=State.RETURNED,
            area_code=NEXT_GRID,
            urgency=Urgency.URGENT,
            category="0201",
            burns_at=NOON,
        )

        page = queries.listed(session, by=town, now=NOON, filters=filters)

        assert ([card.case_id for card in page.cards], page.total) == ([one.id], 1)

    def test_a_number_is_found_as_people_type_it(self, session: Session) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_case(session)
        case = make_case(session)
        typed = crockford.grouped(case.number, (4, 4, 4)).lower().replace("0", "o")

        page = queries.listed(session, by=town, now=NOON, filters=Filters(number=typed))

        assert [card.case_id for card in page.cards] == [case.id]

    @pytest.mark.parametrize("text", ["%", "5_", "' OR 1=1", "\0", "八", "9" * 500])
    def test_nonsense_finds_nothing_and_breaks_nothing(self, session: Session, text: str) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_case(session)

        page = queries.listed(session, by=town, now=NOON, filters=Filters(number=text))

        assert page.cards == ()

    def test_two_statements_however_many(self, session: Session, statements: list[str]) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        for _ in range(4):
            make_case(session)
        session.flush()
        session.expunge_all()
        statements.clear()

        page = queries.listed(session, by=town, now=NOON, page=10**9)

        assert len(statements) == 2
        assert (page.cards, page.total) == ((), 4)

    def test_counts_by_state_and_what_is_late(self, session: Session) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_case(session, burns_at=NOON)
        make_case(session, urgency=Urgency.URGENT)
        make_case(session, state=State.CLOSED, urgency=Urgency.URGENT)

        counts = queries.counts(session, by=town, now=NOON)

        assert counts.by_state == {State.DISPATCHED: 2, State.CLOSED: 1}
        assert (counts.open, counts.overdue, counts.urgent) == (2, 1, 1)


class TestDetail:
    def test_who_is_at_it_reads_all_in_a_handful_of_statements(
        self, work: Work, make_attachment: int, statements: list[str]
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id, where="三单元")
        service.attach(work, case.id, attachment_id=make_attachment)
        for _ in range(5):
            service.supplement(work, case.id, words="又来了", attachments=())
        case_id = case.id
        work.session.flush()
        work.session.expunge_all()
        statements.clear()

        seen = queries.detail(work.session, case_id, by=worker, now=NOON)

        assert len(statements) <= 4
        assert seen.content is not None
        assert (seen.content.words, seen.content.where) == ("楼道里堆满了纸箱。", "三单元")
        assert [file.attachment_id for file in seen.content.files] == [make_attachment]
        assert seen.may_read_contact
        assert [step.note for step in seen.steps] == ["又来了"] * 5
        assert {offer.move for offer in seen.offers} == {
            Move.ACCEPT,
            Move.RETURN,
            Move.ESCALATE,
        }
        assert Act.CALLED in seen.acts

    def test_who_only_reads_gets_no_word_of_the_resident(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id, where="三单元")
        service.supplement(work, case.id, words="我叫张三", attachments=())
        service.write_voice_line(work, case.id, by=worker, line="张三说纸箱")
        auditor = make_staff(work.session, Role.AUDITOR, area=DISTRICT)

        seen = queries.detail(work.session, case.id, by=auditor, now=NOON)

        assert seen.content is None
        assert not seen.may_read_contact
        assert (seen.offers, seen.acts) == ((), frozenset())
        assert "张三" not in repr(seen)
        assert "三单元" not in repr(seen)

    @pytest.mark.parametrize("handled", [True, False])
    def test_whoever_handled_it_is_not_offered_to_verify(
        self, session: Session, *, handled: bool
    ) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        owner = {"owner_id": worker.id} if handled else {}
        case = make_case(session, state=State.TO_VERIFY, **owner)

        seen = queries.detail(session, case.id, by=worker, now=NOON)

        offered = {offer.move for offer in seen.offers}
        assert offered == (set() if handled else {Move.VERIFY, Move.SEND_BACK})


class TestCandidates:
    def test_the_nearest_first_with_what_they_have_to_do(self, session: Session) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        busy, free = (make_staff(session, Role.GRID_FULL, area=GRID) for _ in range(2))
        make_case(session, owner_id=busy.id)
        case = make_case(session, state=State.RETURNED, staff_reporter=leader.id)

        found = queries.candidates(session, case.id, by=town, now=NOON)

        people = [one.person_id for one in found]
        assert people == [free.id, busy.id, town.id]
        assert [one.open_cases for one in found] == [0, 1, 0]


class TestProgress:
    def test_a_parcels_timeline_in_three_statements(
        self, work: Work, statements: list[str]
    ) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        person = work.session.get_one(Person, leader.id)
        person.public_name, person.work_phone = "王师傅", "0571-1234567"
        case = opened(work)
        service.supplement(work, case.id, words="在三楼", attachments=())
        service.read_contact(work, case.id, by=leader)
        do(work, case, Move.ACCEPT, leader)
        case_id = case.id
        work.session.flush()
        work.session.expunge_all()
        statements.clear()

        seen = queries.progress(work.session, case_id)

        assert len(statements) <= 3
        assert (seen.owner_name, seen.owner_phone) == ("网格长 王师傅", "0571-1234567")
        assert [step.title for step in seen.steps] == [
            "已提交",
            "受理",
            "派遣",
            "您补充了情况",
            "接单，开始办理",
        ]
        assert seen.may == {"supplement", "urge", "withdraw"}
        assert seen.headline == "正在处理"

    def test_the_village_decides_whether_the_number_is_shown(self, work: Work) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        work.session.get_one(Person, leader.id).work_phone = "0571-1234567"
        work.session.get_one(Area, VILLAGE).shows_phones = False
        case = opened(work)

        assert queries.progress(work.session, case.id).owner_phone is None
        assert queries.responsible_for(work.session, GRID).phone is None

    @pytest.mark.parametrize(
        ("state", "urgency", "may"),
        [
            (State.TO_VERIFY, Urgency.NORMAL, {"supplement", "urge", "confirm"}),
            (State.TO_VERIFY, Urgency.URGENT, {"supplement", "urge"}),
            (State.CLOSED, Urgency.NORMAL, {"reopen"}),
            (State.WITHDRAWN, Urgency.NORMAL, set()),
            (State.REJECTED, Urgency.NORMAL, set()),
        ],
    )
    def test_what_may_be_asked_for(
        self, session: Session, state: State, urgency: Urgency, may: set[str]
    ) -> None:
        case = make_case(session, state=state, urgency=urgency)

        assert queries.progress(session, case.id).may == may

    def test_after_a_week_rework_is_not_offered(self, session: Session) -> None:
        case = make_case(session, state=State.CLOSED)

        late = queries.progress(session, case.id, now=NOON + timedelta(days=9))

        assert late.may == set()

    def test_what_was_merged_follows_the_main_case_and_reads_none_of_its_words(
        self, work: Work
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        main = make_case(work.session, owner_id=worker.id)
        child = make_case(work.session)
        service.supplement(work, main.id, words="我叫李四", attachments=())
        do(work, child, Move.MERGE, town, main_case=main.id, reason="同一件")
        service.supplement(work, main.id, words="我叫李四", attachments=())
        do(work, main, Move.ACCEPT, worker)

        seen = queries.progress(work.session, child.id)

        assert (seen.state, seen.merged_into) == (State.MERGED, main.number)
        assert seen.headline == "和另一件合并办理：正在处理"
        assert [step.title for step in seen.steps] == ["合并", "接单，开始办理"]
        assert "李四" not in repr(seen)

    def test_a_refusal_says_why_and_whom_to_ask(self, work: Work) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(work.session)
        do(work, case, Move.REJECT, town, reason="归物业管", responsible_channel="物业")

        seen = queries.progress(work.session, case.id)

        assert (seen.steps[-1].note, seen.responsible_channel) == ("归物业管", "物业")

    def test_inner_reasons_stay_inside(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)
        do(work, case, Move.RETURN, worker, reason="这人天天报")

        assert "天天" not in repr(queries.progress(work.session, case.id))

    def test_what_is_not_there(self, session: Session) -> None:
        with pytest.raises(NoSuchCase):
            queries.progress(session, 404)

    def test_the_result_is_shown_with_its_finding(self, session: Session) -> None:
        case = make_case(session, state=State.CLOSED)

        seen = queries.progress(session, case.id)

        assert (seen.finding, seen.result_text) == (Finding.TRUE, "已清走。")


class TestResponsible:
    def test_the_worker_of_the_grid_in_two_statements(
        self, session: Session, statements: list[str]
    ) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        session.get_one(Person, worker.id).public_name = "王师傅"
        session.get_one(Area, VILLAGE).name = "清溪村"
        session.get_one(Area, GRID).name = "第3网格"
        session.flush()
        statements.clear()

        found = queries.responsible_for(session, GRID)

        assert len(statements) == 2
        assert (found.name, found.area_line) == ("网格员 王师傅", "清溪村 · 第3网格")

    def test_without_one_the_nearest_desk_that_can_be_rung(self, session: Session) -> None:
        make_area(session, GRID)
        town = session.get_one(Area, TOWN)
        town.name, town.desk_phone = "东溪镇", "0571-7654321"

        found = queries.responsible_for(session, GRID)

        assert (found.name, found.phone) == ("东溪镇值班室", "0571-7654321")

    @pytest.mark.parametrize("code", ["", "x", "999999"])
    def test_a_place_nobody_knows(self, session: Session, code: str) -> None:
        assert queries.responsible_for(session, code).name == "值班室"


SQUARE = [[120.0, 30.0], [120.1, 30.0], [120.1, 30.1], [120.0, 30.1], [120.0, 30.0]]
HOLE = [[120.04, 30.04], [120.06, 30.04], [120.06, 30.06], [120.04, 30.06], [120.04, 30.04]]
FAR = [[121.0, 30.0], [121.1, 30.0], [121.1, 30.1], [121.0, 30.1], [121.0, 30.0]]


class TestAreaFor:
    @pytest.mark.parametrize(
        ("boundary", "lat", "lng", "inside"),
        [
            ({"type": "Polygon", "coordinates": [SQUARE]}, 30.05, 120.05, True),
            ({"type": "Polygon", "coordinates": [SQUARE]}, 30.05, 120.15, False),
            ({"type": "Polygon", "coordinates": [SQUARE, HOLE]}, 30.05, 120.05, False),
            ({"type": "MultiPolygon", "coordinates": [[SQUARE], [FAR]]}, 30.05, 121.05, True),
            (
                {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
                30.05,
                120.05,
                True,
            ),
            ({"type": "Point", "coordinates": [120.05, 30.05]}, 30.05, 120.05, False),
            ({"type": "Polygon", "coordinates": [[["a", "b"]]]}, 30.05, 120.05, False),
            ({"type": "Polygon"}, 30.05, 120.05, False),
            ([], 30.05, 120.05, False),
        ],
    )
    def test_a_point_and_a_boundary(
        self, session: Session, *, boundary: object, lat: float, lng: float, inside: bool
    ) -> None:
        make_area(session, GRID).boundary = boundary
        session.flush()

        assert queries.area_for(session, lat, lng, VILLAGE) == (GRID if inside else None)

    def test_another_town_is_not_asked(self, session: Session) -> None:
        make_area(session, GRID).boundary = {"type": "Polygon", "coordinates": [SQUARE]}
        make_area(session, NEXT_TOWN)
        session.flush()

        assert queries.area_for(session, 30.05, 120.05, NEXT_TOWN) is None
        assert queries.area_for(session, 30.05, 120.05, DISTRICT) == GRID
