"""What reporters and passers-by read."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from grid import queries, service
from grid.errors import NoSuchCase
from grid.rules import Finding, Move, State, Urgency
from kernel.grants import Role
from kernel.work import Work
from people.models import Area, Person
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_TOWN,
    TOWN,
    VILLAGE,
    make_area,
    make_staff,
)
from tests.fakes import NOON
from tests.grid.factories import do, make_case, opened

SQUARE = [[120.0, 30.0], [120.1, 30.0], [120.1, 30.1], [120.0, 30.1], [120.0, 30.0]]
HOLE = [[120.04, 30.04], [120.06, 30.04], [120.06, 30.06], [120.04, 30.06], [120.04, 30.04]]
FAR = [[121.0, 30.0], [121.1, 30.0], [121.1, 30.1], [121.0, 30.1], [121.0, 30.0]]


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
            (State.REJECTED, Urgency.NORMAL, {"object"}),
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
        service.supplement(work, child.id, words="我叫王五", attachments=())
        do(work, main, Move.ACCEPT, worker)

        seen = queries.progress(work.session, child.id)

        assert (seen.state, seen.merged_into) == (State.MERGED, main.number)
        assert seen.headline == "正在处理"
        assert [step.title for step in seen.steps] == ["合并", "您补充了情况", "接单，开始办理"]
        assert "李四" not in repr(seen)
        assert "王五" not in repr(queries.progress(work.session, main.id))

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
