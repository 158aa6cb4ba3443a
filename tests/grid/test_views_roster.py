"""The pages of duty, night and handing over, used as people use them."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid.models import DeskAlarm
from grid.rules import Level, State
from grid.rules.roster import Kind
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
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
from tests.fakes import FixedClock
from tests.grid.factories import make_case, make_team, opened
from tests.grid.pages import Desk, plain
from tests.grid.rosters import THREE, lines, make_duty

DUTY = "/staff/duty"


@pytest.fixture
def leader(session: Session) -> Actor:
    return make_staff(session, Role.GRID_LEADER, area=VILLAGE)


@pytest.fixture
def worker(session: Session) -> Actor:
    return make_staff(session, Role.GRID_FULL, area=GRID)


def form(who: Actor, **more: str) -> dict[str, str]:
    known = {
        "area": GRID,
        "week": "2026-03-02",
        "kind": "night",
        "person": str(who.id),
        "stands_for": "",
        "first_day": "2026-03-05",
        "last_day": "",
        "opens": "",
        "closes": "",
    }
    return {**known, **more}


class TestDuty:
    def test_a_leader_puts_a_night_in_changes_it_and_takes_it_out(
        self, desk: Desk, session: Session, leader: Actor, worker: Actor
    ) -> None:
        desk.sits(leader)
        assert re.search(rf'value="{VILLAGE}"[^>]* selected', desk.read(DUTY))  # all of it first
        assert "3月5日夜里没有人值班" in desk.read(f"{DUTY}?area={GRID}&week=2026-03-05")

        added = desk.post(DUTY, **form(worker))

        assert (added.status_code, added.location) == (
            303,
            f"{DUTY}?area={GRID}&week=2026-03-02",
        )
        page = plain(desk.read(added.location))
        assert "22:00–次日7:00" in page
        assert "3月5日夜里没有人值班" not in page
        assert "3月6日夜里没有人值班" in page
        (row,) = lines(session)

        changed = desk.post(f"{DUTY}/{row.id}", **form(worker, last_day="2026-03-06"))
        assert changed.status_code == 303
        page = plain(desk.read(f"{DUTY}?area={GRID}&week=2026-03-05"))
        assert "3月6日夜里没有人值班" not in page

        gone = desk.post(f"{DUTY}/{row.id}/remove", week="2026-03-02")
        assert gone.status_code == 303
        assert lines(session) == []
        assert "3月5日夜里没有人值班" in desk.read(gone.location)

    def test_of_a_village_it_is_said_in_how_many_grids(
        self, desk: Desk, session: Session, leader: Actor, worker: Actor
    ) -> None:
        make_area(session, NEXT_GRID)
        make_duty(session, Kind.NIGHT, worker)
        desk.sits(leader)

        page = plain(desk.read(f"{DUTY}?area={VILLAGE}&week=2026-03-02"))

        assert "3月2日夜里有 1 个网格没有人值班" in page
        assert "3月3日夜里有 2 个网格没有人值班" in page

    def test_what_was_typed_stays_when_it_is_refused(
        self, desk: Desk, session: Session, leader: Actor, worker: Actor
    ) -> None:
        desk.sits(leader)

        answer = desk.post(DUTY, **form(worker, first_day="2026-03-01", opens="21:30"))

        assert answer.status_code == 422
        assert "已经过去" in answer.text
        assert 'value="21:30"' in answer.text
        assert f'<option selected value="{worker.id}">' in answer.text
        assert lines(session) == []

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"person": ""}, "请选谁值班"),
            ({"person": "999999999999"}, "请选谁值班"),
            ({"person": "x"}, "请选谁值班"),
            ({"first_day": ""}, "从哪天"),
            ({"first_day": "2026-02-30"}, "2026-10-01 这样"),
            ({"opens": "25:00"}, "8:00"),
            ({"kind": "king"}, "请选哪种班"),
            ({"kind": "stand_in"}, "替谁"),
            ({"kind": "desk"}, "镇街"),
            ({"last_day": "9999-12-31"}, "一年"),
            ({"first_day": "0001-01-01"}, "一年|过去"),
            ({"person": "987654321"}, "身份"),
        ],
    )
    def test_what_makes_no_sense_is_said_and_nothing_is_written(
        self, desk: Desk, session: Session, leader: Actor, worker: Actor,
        more: dict[str, str], said: str,
    ) -> None:  # fmt: skip
        desk.sits(leader)

        answer = desk.post(DUTY, **form(worker, **more))

        assert answer.status_code == 422
        assert re.search(said, answer.text, re.IGNORECASE)
        assert lines(session) == []

    @pytest.mark.parametrize("query", ["area=x", "week=never", "week=0001-01-01", "area=%00", ""])
    def test_odd_addresses_are_no_fault(self, desk: Desk, leader: Actor, query: str) -> None:
        desk.sits(leader)

        assert desk.get(f"{DUTY}?{query}").status_code in {200, 404}

    def test_last_week_once_more(
        self, desk: Desk, session: Session, leader: Actor, worker: Actor
    ) -> None:
        make_duty(session, Kind.NIGHT, worker)
        desk.sits(leader)

        for area, said in ((f"{GRID}\x00", "照上一周排了 1 班"), (GRID, "没有可以照排的班")):
            answer = desk.post(f"{DUTY}/copy", area=area, week="2026-03-09")
            assert answer.status_code == 303
            assert said in desk.read(answer.location)

    @pytest.mark.parametrize(
        ("role", "area", "status"),
        [
            (Role.GRID_FULL, GRID, 403),
            (Role.VILLAGE_ADMIN, VILLAGE, 403),
            (Role.GRID_LEADER, NEXT_GRID, 404),
            (Role.GRID_LEADER, NEXT_VILLAGE, 404),
            (Role.TOWN_ADMIN, NEXT_TOWN, 404),
        ],
    )
    def test_others_cannot(
        self, desk: Desk, session: Session, worker: Actor, role: Role, area: str, status: int
    ) -> None:
        there = make_duty(session, Kind.NIGHT, worker)
        desk.sits(make_staff(session, role, area=area))

        answers = [
            desk.get(f"{DUTY}/{there.id}"),
            desk.post(f"{DUTY}/{there.id}", **form(worker)),
            desk.post(f"{DUTY}/{there.id}/remove"),
        ]
        assert {one.status_code for one in answers} == {status}
        assert desk.post(DUTY, **form(worker, first_day="2026-03-07")).status_code in {403, 404}
        assert desk.post(f"{DUTY}/copy", area=GRID, week="2026-03-09").status_code == 403
        assert len(lines(session)) == 1

    def test_a_worker_reads_it_and_is_offered_nothing(
        self, desk: Desk, session: Session, worker: Actor
    ) -> None:
        make_duty(session, Kind.NIGHT, worker)
        desk.sits(worker)

        page = desk.read(DUTY)

        assert "22:00–次日7:00" in plain(page)
        assert "排一班" not in page
        assert desk.get(f"{DUTY}?area={NEXT_GRID}").status_code == 404

    def test_the_page_takes_a_bounded_number_of_statements(
        self, desk: Desk, session: Session, leader: Actor, statements: list[str]
    ) -> None:
        for _ in range(20):
            make_duty(session, Kind.HOLIDAY, make_staff(session, Role.GRID_FULL, area=GRID))
        desk.sits(leader)
        statements.clear()

        desk.read(f"{DUTY}?area={GRID}")

        assert len(statements) <= 16


class TestTheDesksPage:
    def test_a_leader_is_told_of_tonight_and_a_worker_is_not(
        self, desk: Desk, session: Session, leader: Actor, worker: Actor
    ) -> None:
        make_area(session, NEXT_GRID)
        make_duty(session, Kind.NIGHT, worker)
        desk.sits(leader)
        page = plain(desk.read("/staff/desk"))
        assert "今晚没有人值班的网格" in page
        assert "区域002" in page
        assert "区域001 · 区域001" not in page.partition("今晚")[2].partition("值班表")[0]

        desk.sits(worker)

        assert "今晚没有人值班" not in desk.read("/staff/desk")


class TestNight:
    def test_the_desk_sees_the_call_and_goes(
        self, desk: Desk, session: Session, clock: FixedClock
    ) -> None:
        clock.moment = THREE
        team = make_team(session)
        session.get_one(Area, TOWN).night_phone = "0571-88880110"
        session.commit()
        with transaction() as work:
            case = opened(work, submitted_at=THREE, danger=True)
            number = case.number
        desk.sits(team[Role.TOWN_ADMIN])
        assert number in desk.read("/staff/night")

        knows = desk.post(f"/staff/case/{number}/desk-knows")
        assert knows.status_code == 303
        assert "值班室知道了" in plain(desk.read("/staff/night"))
        goes = desk.post(f"/staff/case/{number}/desk-goes")

        assert goes.location == f"/staff/case/{number}"
        assert "没有要管的急事" in desk.read("/staff/night")
        assert session.scalars(select(DeskAlarm.answered_by)).all() == [team[Role.TOWN_ADMIN].id]

    @pytest.mark.parametrize(
        ("role", "area", "status"),
        [(Role.GRID_LEADER, VILLAGE, 403), (Role.TOWN_ADMIN, NEXT_TOWN, 404)],
    )
    def test_others_cannot(
        self, desk: Desk, session: Session, role: Role, area: str, status: int
    ) -> None:
        case = make_case(session)
        desk.sits(make_staff(session, role, area=area))

        for what in ("desk-knows", "desk-goes"):
            assert desk.post(f"/staff/case/{case.number}/{what}").status_code == status


class TestHandingOver:
    def test_a_leader_hands_over_what_somebody_has(
        self, desk: Desk, session: Session, leader: Actor, worker: Actor
    ) -> None:
        well = make_staff(session, Role.GRID_PART, area=GRID)
        cases = [make_case(session, owner_id=worker.id, state=State.HANDLING) for _ in range(3)]
        desk.sits(leader)
        name = session.get_one(Person, worker.id).public_name
        assert name in desk.read("/staff/handover")
        page = desk.read(f"/staff/handover/{worker.id}")
        assert all(case.number[:4] in page for case in cases)

        answer = desk.post(
            f"/staff/handover/{worker.id}",
            case=[str(case.id) for case in cases],
            owner=str(well.id),
            reason="请病假",
        )

        assert answer.status_code == 303
        session.expire_all()
        assert {case.owner_id for case in cases} == {well.id}
        assert desk.get(answer.location).location == "/staff/handover"

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"case": []}, "至少选一件"),
            ({"owner": ""}, "交给谁"),
            ({"reason": ""}, "原因"),
            ({"case": ["x", "99999999999999"]}, "至少选一件"),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_chosen_stays(
        self, desk: Desk, session: Session, leader: Actor, worker: Actor,
        more: dict[str, object], said: str,
    ) -> None:  # fmt: skip
        case = make_case(session, owner_id=worker.id, state=State.HANDLING)
        desk.sits(leader)
        known = {"case": [str(case.id)], "owner": str(leader.id), "reason": "离岗"}

        answer = desk.post(f"/staff/handover/{worker.id}", **{**known, **more})

        assert answer.status_code == 422
        assert said in answer.text
        session.expire_all()
        assert case.owner_id == worker.id

    def test_others_see_nothing(self, desk: Desk, session: Session, worker: Actor) -> None:
        case = make_case(session, owner_id=worker.id, state=State.HANDLING)
        desk.sits(make_staff(session, Role.GRID_LEADER, area=NEXT_VILLAGE))
        assert case.number not in desk.read("/staff/handover")
        assert desk.get(f"/staff/handover/{worker.id}").status_code == 303
        sent = desk.post(
            f"/staff/handover/{worker.id}", case=[str(case.id)], owner="1", reason="离岗"
        )
        assert sent.status_code in {303, 404}

        desk.sits(make_staff(session, Role.GRID_PART, area=GRID))

        assert desk.get("/staff/handover").status_code == 403

    def test_closing_an_account_asks_for_it_first(
        self, desk: Desk, session: Session, worker: Actor
    ) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        page = desk.read(f"/staff/people/{worker.id}/close")
        assert f"/staff/handover?person_id={worker.id}" in page

        desk.sits(make_staff(session, Role.SYSADMIN, area=DISTRICT))

        assert "handover" not in desk.read(f"/staff/people/{worker.id}/close")


class TestLanguage:
    def test_staff_say_what_they_speak_and_the_owner_reads_what_is_wanted(
        self, desk: Desk, session: Session, worker: Actor
    ) -> None:
        session.commit()
        with transaction() as work:
            case = opened(
                work, caller_phone="13812345678", dialect="wu_wenzhou", call_hours="晚上 6 点以后"
            )
            case.owner_id, case.state = worker.id, State.HANDLING
            case.owner_level = Level.GRID
            number = case.number
        desk.sits(worker)

        said = desk.post("/staff/account/dialects", dialect=["wu_wenzhou", "mandarin"])

        assert said.status_code == 303
        assert "普通话、温州话" in plain(desk.read("/staff/account"))
        page = plain(desk.read(f"/staff/case/{number}"))
        assert "讲温州话" in page
        assert "晚上 6 点以后" in page

    def test_an_unknown_dialect_is_refused(self, desk: Desk, worker: Actor) -> None:
        desk.sits(worker)

        assert desk.post("/staff/account/dialects", dialect="klingon").status_code == 400

    def test_whoever_looks_after_people_may_write_it_down(
        self, desk: Desk, session: Session, worker: Actor
    ) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        path = f"/staff/people/{worker.id}"

        assert desk.post(f"{path}/dialects", dialect="hakka").status_code == 303
        assert "客家话" in plain(desk.read(path))
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN))
        assert desk.post(f"{path}/dialects", dialect="hakka").status_code == 404


def test_a_town_sets_its_night_phone_and_an_import_leaves_it(desk: Desk, session: Session) -> None:
    make_area(session, TOWN)
    desk.sits(make_staff(session, Role.DISTRICT_CMD, area=DISTRICT))
    known = {"code": TOWN, "name": "清溪街道", "shows_phones": "y"}

    desk.post(f"/staff/areas/{TOWN}", night_phone="0571-88880110", **known)
    desk.post(f"/staff/areas/{TOWN}", **known)

    session.expire_all()
    assert session.get_one(Area, TOWN).night_phone == "0571-88880110"
