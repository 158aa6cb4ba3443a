import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid import service
from grid.models import Case
from grid.rules import State
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import transaction
from tests.factories import NEXT_TOWN, NEXT_VILLAGE, TOWN, make_staff
from tests.fakes import FixedClock
from tests.grid.factories import make_case
from tests.grid.given import give, stranger
from tests.grid.pages import Desk, url


@pytest.fixture
def case(session: Session, worker: Actor) -> Case:
    return make_case(session, state=State.HANDLING, owner_id=worker.id, category="0103")


class TestCopyOut:
    def test_the_text_has_no_name_and_no_number(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(
            session, state=State.HANDLING, owner_id=worker.id, words="打13900139000找我"
        )
        desk.sits(worker)

        page = desk.read(url(case)).partition('id="copy-text"')[2].partition("</textarea>")[0]

        assert "打〔号码〕找我" in page
        assert "张三" not in page
        assert "13800138000" not in page

    def test_with_the_phone_it_is_written_down(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)

        plainly = desk.post(url(case, "copy"))
        ticked = desk.post(url(case, "copy"), contact="y")

        assert "13800138000" not in plainly.text
        assert "13800138000" in ticked.text
        actions = session.scalars(select(AuditLine.action)).all()
        assert actions.count("case.contact-copy") == 1

    def test_the_town_does_not_copy_a_phone(self, session: Session, desk: Desk, case: Case) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        answer = desk.post(url(case, "copy"), contact="y")

        assert answer.status_code == 404
        assert "13800138000" not in answer.text
        assert session.scalars(select(AuditLine.action)).all() == []

    def test_a_number_is_noted_shown_and_found(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        fields = {"system": "12345 热线", "number": "ZJ2026-88"}

        empty = desk.post(url(case, "external"), system="12345 热线", number="")
        answer = desk.post(url(case, "external"), **fields)

        assert (empty.status_code, answer.status_code) == (422, 303)
        assert "ZJ2026-88" in desk.read(url(case))
        assert case.number in desk.read("/staff/desk?state=all&q=zj2026")
        assert case.number not in desk.read("/staff/desk?state=all&q=zj2027")

    def test_the_names_of_systems_are_the_towns(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        good = desk.post("/staff/systems", area=TOWN, names="县平台\n数字城管")
        foreign = desk.post("/staff/systems", area=NEXT_TOWN, names="x")
        long = desk.post("/staff/systems", area=TOWN, names="长" * 21)

        assert (good.status_code, foreign.status_code, long.status_code) == (303, 422, 422)
        assert "数字城管" in desk.read("/staff/systems")
        desk.sits(worker)
        assert desk.get("/staff/systems").status_code == 403


class TestExport:
    def rows(self, desk: Desk, **fields: str) -> list[list[str]]:
        answer = desk.post("/staff/desk/export", **fields)
        assert answer.status_code == 200
        assert answer.text.startswith("\ufeff")
        return list(csv.reader(io.StringIO(answer.text[1:])))

    def test_the_list_as_it_is_narrowed(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        closed = make_case(session, state=State.CLOSED, owner_id=worker.id)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        open_ones, closed_ones = self.rows(desk), self.rows(desk, state="closed")
        self.rows(desk, q=case.number, category="0103", overdue="y", area="\x00", urgency="x")

        assert [row[0].replace("-", "") for row in open_ones[1:]] == [case.number]
        assert [row[0].replace("-", "") for row in closed_ones[1:]] == [closed.number]
        assert "13800138000" not in str(open_ones)
        assert "纸箱" not in str(open_ones)
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "case.export")).all()
        asked = ["", "状态：已办结", "类目：电线下垂、裸露或漏电；超时：只看超时的；编号：（不记）"]
        assert [line.detail for line in lines] == asked
        assert not any(case.number in line.detail for line in lines)

    def test_no_cell_is_a_formula(self, session: Session, desk: Desk, worker: Actor) -> None:
        case = make_case(session, owner_id=worker.id, place_name='=HYPERLINK("http://evil")')
        session.commit()
        with transaction() as work:
            service.set_number(work, case.id, by=worker, system="12345 热线", number="=1+1")
        desk.sits(worker)

        cells = self.rows(desk)[1]

        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
        assert any("HYPERLINK" in cell for cell in cells)

    @pytest.mark.parametrize("area", [NEXT_TOWN, NEXT_VILLAGE])
    def test_the_wrong_village_gets_a_heading(
        self, session: Session, desk: Desk, case: Case, area: str
    ) -> None:
        role = Role.TOWN_ADMIN if area == NEXT_TOWN else Role.GRID_LEADER
        desk.sits(make_staff(session, role, area=area))

        assert len(self.rows(desk, state="all")) == 1
        assert len(self.rows(desk, state="all", area=TOWN)) == 1

    def test_it_is_not_taken_by_a_link(self, session: Session, desk: Desk, worker: Actor) -> None:
        desk.sits(worker)

        assert desk.get("/staff/desk/export").status_code == 405
        assert desk.client.post("/staff/desk/export").status_code == 400  # without a token

    @pytest.mark.parametrize(
        "fields", [{"state": "x"}, {"area": "'"}, {"q": "\0"}, {"category": "x" * 3000}]
    )
    def test_odd_filters_are_no_fault(
        self, session: Session, desk: Desk, worker: Actor, fields: dict[str, str]
    ) -> None:
        desk.sits(worker)

        assert self.rows(desk, **fields)


def test_time_passes_for_the_link_and_not_for_the_staff(
    session: Session, desk: Desk, worker: Actor, case: Case, clock: FixedClock
) -> None:
    desk.sits(worker)
    path = give(desk, case)
    clock.moment += timedelta(days=6, hours=23)
    assert stranger(desk).get(path).status_code == 200

    clock.moment += timedelta(hours=2)
    desk.sits(worker)

    assert "过期了" in desk.read(url(case))
