from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from grid.rules import State
from kernel.access import Actor
from kernel.calendar import LoadedDay
from kernel.grants import Role
from kernel.workdays import DayKind
from tests.factories import DISTRICT, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.factories import make_case
from tests.grid.pages import Desk, seen, url


class TestTown:
    def test_it_gives_a_returned_case_to_somebody_else(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.RETURNED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        page = desk.read(url(case, "assign"))
        answer = desk.post(url(case, "assign"), owner=str(worker.id), **seen(case))

        assert f'value="{worker.id}"' in page
        session.refresh(case)
        assert (answer.status_code, case.owner_id, case.state) == (
            303,
            worker.id,
            State.DISPATCHED,
        )

    def test_reassigning_wants_a_reason_and_keeps_who_was_chosen(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING)
        desk.sits(make_staff(session, Role.GRID_LEADER, area=VILLAGE))

        silent = desk.post(url(case, "assign"), owner=str(worker.id), **seen(case))
        told = desk.post(url(case, "assign"), owner=str(worker.id), reason="忙", **seen(case))

        assert silent.status_code == 422
        assert f'value="{worker.id}" checked' in silent.text
        session.refresh(case)
        assert (told.status_code, case.owner_id) == (303, worker.id)

    @pytest.mark.parametrize("owner", ["", "0", "x", "999999", "99999999999999"])
    def test_nobody_is_not_somebody(self, session: Session, desk: Desk, owner: str) -> None:
        case = make_case(session, state=State.RETURNED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        answer = desk.post(url(case, "assign"), owner=owner, **seen(case))

        assert answer.status_code == 422

    def test_a_closed_case_is_nobodys_to_give(self, session: Session, desk: Desk) -> None:
        case = make_case(session, state=State.CLOSED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        assert desk.get(url(case, "assign")).status_code == 403
        assert desk.get(url(case, "merge")).status_code == 403

    def test_it_refuses_a_case_and_says_whose_it_is(self, session: Session, desk: Desk) -> None:
        case = make_case(session, state=State.RETURNED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        half = desk.post(url(case, "reject"), reason="不归镇里管", **seen(case))
        whole = desk.post(
            url(case, "reject"),
            reason="不归镇里管",
            responsible_channel="供电所 95598",
            **seen(case),
        )

        assert half.status_code == 422
        assert "不归镇里管" in half.text
        session.refresh(case)
        assert (whole.status_code, case.responsible_channel) == (303, "供电所 95598")

    def test_it_finds_the_main_case_and_merges(self, session: Session, desk: Desk) -> None:
        case, main = make_case(session), make_case(session, place_name="主件在这")
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        found = desk.read(url(case, "merge") + f"?q={main.number[:12]}")
        answer = desk.post(url(case, "merge"), main=main.number, reason="同一件", **seen(case))

        assert "主件在这" in found
        session.refresh(case)
        assert (answer.status_code, case.main_id) == (303, main.id)
        assert main.number in desk.read(url(case))

    def test_merging_into_itself_or_nothing_keeps_the_reason(
        self, session: Session, desk: Desk
    ) -> None:
        case, other = make_case(session), make_case(session, state=State.CLOSED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        for main in (case.number, other.number, "000", ""):
            make_case(session)  # something to choose from
            answer = desk.post(url(case, "merge"), main=main, reason="同一件事", **seen(case))
            assert answer.status_code in {404, 422}
            assert "同一件事" in answer.text

    @pytest.mark.parametrize("verb", ["reject", "merge", "assign", "admit"])
    def test_a_worker_may_do_none_of_it(
        self, session: Session, desk: Desk, worker: Actor, verb: str
    ) -> None:
        case = make_case(session, owner_id=worker.id)
        desk.sits(worker)

        assert desk.post(url(case, verb), reason="x", **seen(case)).status_code == 403

    def test_two_desks_at_once_are_told_apart(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case, main = make_case(session, state=State.RETURNED), make_case(session)
        page = seen(case)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        desk.post(url(case, "assign"), owner=str(worker.id), **page)

        given = desk.post(url(case, "assign"), owner=str(worker.id), reason="给老王", **page)
        merged = desk.post(url(case, "merge"), main=main.number, reason="同一件", **page)

        assert [given.status_code, merged.status_code] == [409, 409]
        assert "重派" in given.text
        assert "给老王" in given.text
        assert "同一件" in merged.text

    def test_a_made_up_turn_tells_nobody_anything(self, session: Session, desk: Desk) -> None:
        case = make_case(session, state=State.HANDLING)
        desk.sits(make_staff(session, Role.AUDITOR, Role.GRID_FULL, area=TOWN))

        answer = desk.post(url(case, "contact"), state="handling", turn="77")

        assert answer.status_code == 404


class TestMissingCalendar:
    @pytest.mark.parametrize(
        ("role", "area", "links"),
        [(Role.TOWN_ADMIN, TOWN, False), (Role.DISTRICT_CMD, DISTRICT, True)],
    )
    def test_from_november_on_the_desks_are_told_that_next_year_is_unknown(
        self,
        session: Session,
        desk: Desk,
        clock: FixedClock,
        role: Role,
        area: str,
        *,
        links: bool,
    ) -> None:
        desk.sits(make_staff(session, role, area=area))
        clock.moment = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
        assert "放假安排" not in desk.read("/staff/desk")

        clock.advance(minutes=1)

        page = desk.read("/staff/desk")
        assert "2027 年的放假安排还没有载入" in page
        assert ("/staff/operator/calendar" in page) is links
        link = desk.get("/staff/operator/calendar")
        assert link.status_code == (200 if links else 403)

    def test_once_it_is_loaded_nobody_is_told(
        self, session: Session, desk: Desk, clock: FixedClock
    ) -> None:
        clock.moment = datetime(2026, 11, 2, 4, tzinfo=UTC)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        session.add_all(
            LoadedDay(day=date(2027, month, 1), kind=DayKind.OFF, name="节") for month in (1, 5, 10)
        )

        assert "放假安排" not in desk.read("/staff/desk")

    @pytest.mark.parametrize("role", [Role.GRID_FULL, Role.VILLAGE_ADMIN, Role.AUDITOR])
    def test_whoever_cannot_see_to_it_is_not_bothered(
        self, session: Session, desk: Desk, clock: FixedClock, role: Role
    ) -> None:
        clock.moment = datetime(2026, 12, 1, 4, tzinfo=UTC)
        desk.sits(make_staff(session, role, area=VILLAGE))

        assert "放假安排" not in desk.read("/staff/desk")

    def test_a_case_whose_deadline_is_estimated_says_so(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        sure, guessed = (
            make_case(session, state=State.HANDLING, owner_id=worker.id, estimated=estimated)
            for estimated in (False, True)
        )
        desk.sits(worker)

        assert "估算" not in desk.read(url(sure))
        assert "办结时限是估算的" in desk.read(url(guessed))
