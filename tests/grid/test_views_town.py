import pytest
from sqlalchemy.orm import Session

from grid.rules import State
from kernel.access import Actor
from kernel.grants import Role
from tests.factories import TOWN, VILLAGE, make_staff
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
