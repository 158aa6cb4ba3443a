"""A town or the district says where a case really is, and hands it down to the people there."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid import queries, service
from grid.errors import Incomplete, NotThatWay, NotYours
from grid.events import CasePlaced
from grid.models import Case, Step
from grid.queries import placing
from grid.rules import Level, Move, Privacy, State
from grid.service import Values
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.errors import NotFound
from kernel.grants import Role
from kernel.outbound import Message
from kernel.work import Work
from people.models import Area, Person, RobotKind
from tests.citizen import factories as citizen
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
from tests.grid.factories import do, eavesdrop, make_case, make_station
from tests.grid.pages import Desk, plain, seen, url


@pytest.fixture
def town(session: Session) -> Actor:
    return make_staff(session, Role.TOWN_ADMIN, area=TOWN)


def at_the_town(session: Session, town: Actor, **values: object) -> Case:
    """Return a case that was reported elsewhere, without a position: the town's own has it."""
    row = {"state": State.HANDLING, "area_code": TOWN, "owner_level": Level.TOWN, **values}
    return make_case(session, owner_id=town.id, **row)


def reads(session: Session, case: Case, by: Actor) -> bool:
    try:
        queries.detail(session, case.id, by=by, now=NOON)
    except NotFound:
        return False
    return True


class TestHandingDown:
    def test_it_lies_with_the_people_there_and_nobody_elses_village_sees_it(
        self, work: Work, session: Session, town: Actor, worker: Actor
    ) -> None:
        work, heard = eavesdrop(work)
        due = NOON + timedelta(hours=5)
        case = at_the_town(session, town, close_by=due)
        village = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        next_door = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
        assert not reads(session, case, village)

        do(work, case, Move.REASSIGN, town, owner=worker.id, area=GRID, reason="就在你们那里")

        assert (case.area_code, case.owner_id, case.owner_level) == (GRID, worker.id, Level.GRID)
        assert (case.state, case.close_by) == (State.HANDLING, due)
        assert [reads(session, case, who) for who in (village, worker, town, next_door)] == [
            True,
            True,
            True,
            False,
        ]
        assert CasePlaced(case_id=case.id) in heard
        step = session.query(Step).filter_by(case_id=case.id).order_by(Step.number.desc()).first()
        assert step is not None
        assert (step.who, step.owner_id) == (town.id, worker.id)
        assert step.why.endswith("。就在你们那里")
        assert "区域001" in step.why
        line = session.query(AuditLine).filter_by(action="case.place").one()
        assert (line.area, line.detail) == (TOWN, f"{TOWN} → {GRID}")

    def test_whoever_had_it_hears_of_it_in_their_own_group(
        self, work: Work, session: Session, town: Actor, worker: Actor
    ) -> None:
        for code, key in ((TOWN, "town"), (VILLAGE, "village")):
            area = make_area(session, code)
            area.robot, area.robot_url = RobotKind.WECOM, f"https://qyapi.weixin.qq.com/{key}"
        case = at_the_town(session, town)

        do(work, case, Move.REASSIGN, town, owner=worker.id, area=GRID, reason="那里的")

        said = {
            one.recipient.rpartition("/")[2]: one.text for one in session.scalars(select(Message))
        }
        assert set(said) == {"town", "village"}
        assert "已交给别人办" in said["town"]
        assert "已派给网格员" in said["village"]

    def test_what_nobody_has_yet_needs_no_reason_and_says_the_place_all_the_same(
        self, work: Work, session: Session, town: Actor, worker: Actor
    ) -> None:
        case = make_case(session, state=State.RETURNED, area_code=TOWN)

        do(work, case, Move.ASSIGN, town, owner=worker.id, area=GRID)

        step = session.query(Step).filter_by(case_id=case.id, number=case.last_step).one()
        assert (case.state, step.why.startswith("地方是")) == (State.DISPATCHED, True)

    def test_a_place_is_no_reason(
        self, work: Work, session: Session, town: Actor, worker: Actor
    ) -> None:
        case = at_the_town(session, town)

        with pytest.raises(Incomplete):
            do(work, case, Move.REASSIGN, town, owner=worker.id, area=GRID, reason=" ")

    def test_the_district_hands_it_to_another_town_which_then_loses_it(
        self, work: Work, session: Session, town: Actor
    ) -> None:
        district = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
        other = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
        case = at_the_town(session, town)

        do(work, case, Move.REASSIGN, district, owner=other.id, area=NEXT_TOWN, reason="在那边")

        assert (case.area_code, case.owner_level) == (NEXT_TOWN, Level.TOWN)
        assert [reads(session, case, who) for who in (town, other)] == [False, True]

    def test_who_is_complained_of_there_does_not_get_it(
        self, work: Work, session: Session, town: Actor, worker: Actor
    ) -> None:
        case = at_the_town(session, town, category="9901")
        make_staff(session, Role.TOWN_ADMIN, area=TOWN)

        with pytest.raises(NotThatWay):
            do(work, case, Move.REASSIGN, town, owner=worker.id, area=GRID, reason="那里的")


class TestWrongPlaces:
    @pytest.mark.parametrize("area", ["x", "330106001009", "33010600100\x00", "9" * 15])
    def test_a_place_that_is_none_is_refused(
        self, work: Work, session: Session, town: Actor, area: str
    ) -> None:
        case = at_the_town(session, town)

        with pytest.raises(NotThatWay, match="没有这个地方"):
            do(work, case, Move.REASSIGN, town, owner=town.id, area=area, reason="试试")

    def test_nor_a_closed_one(
        self, work: Work, session: Session, town: Actor, worker: Actor
    ) -> None:
        case = at_the_town(session, town)
        session.get_one(Area, GRID).closed_at = NOON

        with pytest.raises(NotThatWay, match="没有这个地方"):
            do(work, case, Move.REASSIGN, town, owner=worker.id, area=GRID, reason="试试")

    @pytest.mark.parametrize("area", [NEXT_TOWN, DISTRICT])
    def test_nor_one_of_somebody_else(
        self, work: Work, session: Session, town: Actor, area: str
    ) -> None:
        make_area(session, NEXT_TOWN)
        case = at_the_town(session, town)

        with pytest.raises(NotYours, match="不归您管"):
            do(work, case, Move.REASSIGN, town, owner=town.id, area=area, reason="试试")

    def test_whoever_has_it_must_be_somebody_of_there(
        self, work: Work, session: Session, town: Actor, worker: Actor
    ) -> None:
        make_area(session, NEXT_VILLAGE)
        case = at_the_town(session, town)

        with pytest.raises(NotThatWay, match="接不了"):
            do(work, case, Move.REASSIGN, town, owner=worker.id, area=NEXT_VILLAGE, reason="试试")

    def test_village_and_grid_leader_say_no_place(
        self, work: Work, session: Session, worker: Actor
    ) -> None:
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        make_area(session, NEXT_GRID)
        case = make_case(session, state=State.HANDLING)

        with pytest.raises(NotYours, match="由镇里或区里来定"):
            do(work, case, Move.REASSIGN, leader, owner=worker.id, area=NEXT_GRID, reason="试试")

    def test_another_towns_desk_finds_no_case_at_all(
        self, work: Work, session: Session, town: Actor
    ) -> None:
        stranger = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
        case = at_the_town(session, town)

        with pytest.raises(NotFound):
            do(
                work,
                case,
                Move.REASSIGN,
                stranger,
                owner=stranger.id,
                area=NEXT_TOWN,
                reason="我的",
            )
        assert queries.places_for(session, case.id, by=stranger) == ()
        with pytest.raises(NotYours):
            placing.checked_place(session, case, NEXT_TOWN, by=stranger)

    def test_of_a_police_case_only_the_police_say_where_it_is(
        self, work: Work, session: Session, town: Actor
    ) -> None:
        station, aux = make_station(session), make_staff(session, Role.POLICE_AUX, area=VILLAGE)
        case = make_case(
            session,
            state=State.RETURNED,
            area_code=TOWN,
            privacy=Privacy.POLICE,
            department="police_station",
        )

        assert queries.places_for(session, case.id, by=town) == ()
        values = Values(owner=aux.id, area=VILLAGE)
        with pytest.raises(NotFound):
            service.move(
                work, case.id, Move.ASSIGN, by=town, expected=State.RETURNED, values=values
            )
        do(work, case, Move.ASSIGN, station, owner=aux.id, area=VILLAGE)
        assert (case.area_code, case.owner_level) == (VILLAGE, Level.POLICE_AUX)


class TestThePage:
    def test_the_town_chooses_the_place_and_then_somebody_there(
        self, session: Session, desk: Desk, town: Actor, worker: Actor
    ) -> None:
        make_area(session, NEXT_TOWN)
        case = at_the_town(session, town)
        desk.sits(town)

        before = desk.read(url(case, "assign"))
        there = desk.read(url(case, "assign") + f"?area={GRID}")
        answer = desk.post(
            url(case, "assign"), owner=str(worker.id), area=GRID, reason="那里的", **seen(case)
        )

        assert f'value="{worker.id}"' not in before
        assert f'value="{GRID}"' in before
        assert NEXT_TOWN not in before
        assert f'value="{worker.id}"' in there
        assert "这件事就归到" in plain(there)
        session.refresh(case)
        assert (answer.status_code, case.area_code, case.owner_id) == (303, GRID, worker.id)

    def test_what_is_missing_is_said_and_nothing_is_lost(
        self, session: Session, desk: Desk, town: Actor, worker: Actor
    ) -> None:
        case = at_the_town(session, town)
        desk.sits(town)

        nobody = desk.post(url(case, "assign"), area=GRID, reason="那里的", **seen(case))
        silent = desk.post(url(case, "assign"), area=GRID, owner=str(worker.id), **seen(case))

        assert [nobody.status_code, silent.status_code] == [422, 422]
        for page in (nobody.text, silent.text):
            assert f'name="area" value="{GRID}"' in page
            assert f'value="{worker.id}"' in page
        assert "那里的" in nobody.text
        session.refresh(case)
        assert case.area_code == TOWN

    @pytest.mark.parametrize(
        ("area", "status", "said"),
        [("没有", 422, "没有这个地方"), (NEXT_TOWN, 403, "那里不归您管"), ("1" * 99, 422, "没有")],
    )
    def test_a_wrong_place_is_said_whichever_way_it_comes(
        self, session: Session, desk: Desk, town: Actor, area: str, status: int, said: str
    ) -> None:
        make_area(session, NEXT_TOWN)
        case = at_the_town(session, town)
        desk.sits(town)

        asked = desk.get(url(case, "assign") + f"?area={area}")
        sent = desk.post(
            url(case, "assign"), owner=str(town.id), area=area, reason="写好的话", **seen(case)
        )

        assert [asked.status_code, sent.status_code] == [status, status]
        assert said in asked.text
        assert said in sent.text
        assert "写好的话" in sent.text

    def test_the_report_lies_there_too_and_its_receipt_names_who_has_it(
        self, session: Session, desk: Desk, town: Actor, worker: Actor
    ) -> None:
        report = citizen.make_case(session, TOWN)
        case = session.get_one(Case, report.case_id)
        desk.sits(town)

        sent = {"owner": str(worker.id), "area": GRID, "reason": "那里的", **seen(case)}
        assert desk.post(url(case, "assign"), **sent).status_code == 303
        citizen.deliver_all(session)

        session.refresh(report)
        assert report.area_code == GRID
        name = session.get_one(Person, worker.id).public_name
        assert f"网格员 {name}" in desk.read(f"/r/{report.number}")

    def test_whoever_may_not_say_it_is_not_asked(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING)
        desk.sits(make_staff(session, Role.GRID_LEADER, area=VILLAGE))

        assert "事情在哪里" not in desk.read(url(case, "assign"))
