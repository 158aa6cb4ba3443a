from io import BytesIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid.models import Case, Hours
from kernel.access import Actor
from kernel.grants import Role
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_staff,
)
from tests.grid.pages import Desk, plain, value

SEEN = {"words": "井盖翘起来了", "where": "三号楼下", "danger": "no", "area": GRID}


class TestPatrol:
    def test_what_is_seen_becomes_a_case_for_somebody_else(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        other = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        desk.sits(worker)
        page = desk.read("/staff/patrol")

        answer = desk.post("/staff/patrol", submission_key=value(page, "submission_key"), **SEEN)

        case = session.scalars(select(Case)).one()
        assert answer.status_code == 303
        assert (case.staff_reporter, case.owner_id) == (worker.id, other.id)
        assert "不算绿币" in plain(page)

    def test_a_double_tap_is_one_case_and_a_new_page_another(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        desk.sits(worker)
        key = value(desk.read("/staff/patrol"), "submission_key")
        other = value(desk.read("/staff/patrol"), "submission_key")

        for sent in (key, key, other):
            assert desk.post("/staff/patrol", submission_key=sent, **SEEN).status_code == 303

        assert session.scalar(select(func.count(Case.id))) == 2

    @pytest.mark.parametrize("lacking", ["where", "danger", "area", "words"])
    def test_what_is_missing_is_said_and_the_rest_kept(
        self, session: Session, desk: Desk, worker: Actor, lacking: str
    ) -> None:
        desk.sits(worker)

        answer = desk.post("/staff/patrol", submission_key="k", **{**SEEN, lacking: ""})

        assert answer.status_code == 422
        kept = "井盖翘起来了" if lacking != "words" else "三号楼下"
        assert kept in answer.text
        assert value(answer.text, "submission_key") == "k"
        assert session.scalar(select(func.count(Case.id))) == 0

    @pytest.mark.parametrize("area", [NEXT_GRID, f"{NEXT_VILLAGE}001", "330106", "x"])
    def test_other_peoples_grids_are_no_choice(
        self, session: Session, desk: Desk, worker: Actor, area: str
    ) -> None:
        make_area(session, NEXT_GRID)
        desk.sits(worker)

        answer = desk.post("/staff/patrol", submission_key="k", **{**SEEN, "area": area})

        assert answer.status_code == 422

    def test_whoever_walks_several_grids_chooses(self, session: Session, desk: Desk) -> None:
        make_area(session, GRID)
        make_area(session, NEXT_GRID)
        desk.sits(make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE))

        page = desk.read("/staff/patrol")

        assert f'value="{GRID}"' in page
        assert f'value="{NEXT_GRID}"' in page

    def test_a_broken_picture_costs_no_words(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        desk.sits(worker)

        answer = desk.post(
            "/staff/patrol", submission_key="k", photos=[(BytesIO(b"no"), "a.jpg")], **SEEN
        )

        assert answer.status_code == 422
        assert "井盖翘起来了" in answer.text
        assert session.scalar(select(func.count(Case.id))) == 0

    def test_the_desk_does_not_walk_rounds(self, session: Session, desk: Desk) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        assert desk.get("/staff/patrol").status_code == 403


class TestHours:
    def add(self, desk: Desk, **fields: object) -> int:
        form = {
            "area": TOWN,
            "role": "grid_full",
            "days": ["0", "1"],
            "opens": "8:00",
            "closes": "17：30",
            **fields,
        }
        return desk.post("/staff/hours", **form).status_code

    def test_the_town_adds_and_takes_out(self, session: Session, desk: Desk) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        assert self.add(desk) == 303
        rows = session.scalars(select(Hours)).all()
        spans = [(row.weekday, row.opens, row.closes) for row in rows]
        page = plain(desk.read("/staff/hours"))
        taken = desk.post("/staff/hours/remove", row=[str(row.id) for row in rows])

        assert spans == [(0, 480, 1050), (1, 480, 1050)]
        assert "周一、周二 8:00–17:30" in page
        assert taken.status_code == 303
        assert session.scalar(select(func.count(Hours.id))) == 0

    @pytest.mark.parametrize(
        "wrong",
        [
            {"opens": "25:00"},
            {"closes": "7:00"},
            {"opens": "早上"},
            {"days": []},
            {"days": ["9"]},
            {"area": "330106002"},
            {"role": "town_admin"},
        ],
    )
    def test_bad_hours_are_refused_and_kept(
        self, session: Session, desk: Desk, wrong: dict[str, object]
    ) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        assert self.add(desk, **wrong) == 422
        assert session.scalar(select(func.count(Hours.id))) == 0

    def test_every_day_is_said_in_one_word(self, session: Session, desk: Desk) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        self.add(desk, days=[str(day) for day in range(7)])

        assert "每天 8:00–17:30" in plain(desk.read("/staff/hours"))

    def test_overlapping_hours_are_refused(self, session: Session, desk: Desk) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        assert [self.add(desk), self.add(desk, opens="9:00"), self.add(desk)] == [303, 422, 303]
        assert session.scalar(select(func.count(Hours.id))) == 2

    def test_workers_read_them_and_others_cannot_change_them(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        self.add(desk)
        desk.sits(worker)

        page = desk.read("/staff/hours")

        assert "8:00–17:30" in page
        assert "去掉" not in page
        assert self.add(desk) == 403

    def test_the_next_towns_hours_cannot_be_taken_out(self, session: Session, desk: Desk) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        self.add(desk)
        row = session.scalars(select(Hours)).first()
        assert row is not None
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area="330106002"))

        answer = desk.post("/staff/hours/remove", row=str(row.id))

        assert answer.status_code == 403
        assert session.scalar(select(func.count(Hours.id))) == 2

    def test_the_district_reads_every_towns(self, session: Session, desk: Desk) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        self.add(desk)
        desk.sits(make_staff(session, Role.DISTRICT_CMD, area=DISTRICT))

        assert "8:00–17:30" in desk.read("/staff/hours")
