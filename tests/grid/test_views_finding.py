"""A case is found by its number and told from others by its first words."""

import pytest
from sqlalchemy.orm import Session

from grid.rules import State
from kernel.crockford import grouped
from kernel.grants import Role
from tests.factories import DISTRICT, GRID, TOWN, make_staff
from tests.grid.factories import make_case
from tests.grid.pages import Desk, plain, seen, url

WORDS = "路灯坏了三天，晚上看不见。"


class TestNumber:
    @pytest.mark.parametrize("state", [State.CLOSED, State.REJECTED, State.DISPATCHED])
    def test_is_found_whatever_became_of_the_case(
        self, session: Session, desk: Desk, state: State
    ) -> None:
        case, other = make_case(session, state=state), make_case(session)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        page = desk.read(f"/staff/desk?q={case.number}")

        assert url(case) in page
        assert url(other) not in page

    def test_is_read_however_it_was_typed(self, session: Session, desk: Desk) -> None:
        case = make_case(session, state=State.CLOSED, number="10AB2CDE3FG4")
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        for typed in (
            "10AB-2CDE-3FG4",
            "10ab2cde3fg4",
            "loab-2cde-3fg4",
            " IOAB 2CDE 3FG4 ",
            "１０ＡＢ２ＣＤＥ",
            "10AB—2C",
        ):
            assert url(case) in desk.read(f"/staff/desk?q={typed}"), typed

    def test_a_state_that_was_chosen_still_narrows(self, session: Session, desk: Desk) -> None:
        case = make_case(session, state=State.CLOSED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        assert url(case) not in desk.read(f"/staff/desk?q={case.number}&state=dispatched")

    def test_without_one_the_list_is_of_what_is_open(self, session: Session, desk: Desk) -> None:
        case = make_case(session, state=State.CLOSED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        assert url(case) not in desk.read("/staff/desk")

    def test_of_the_next_town_it_finds_nothing(self, session: Session, desk: Desk) -> None:
        case = make_case(session, state=State.CLOSED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area="330122101"))

        assert url(case) not in desk.read(f"/staff/desk?q={case.number}")


class TestRows:
    def test_the_list_shows_the_number_to_all_and_the_words_to_who_handles_it(
        self, session: Session, desk: Desk
    ) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        case = make_case(session, owner_id=worker.id, words=WORDS)
        spoken, shown = grouped(case.number, (4, 4, 4)), {}

        for who, actor in (
            ("worker", worker),
            ("colleague", make_staff(session, Role.GRID_FULL, area=GRID)),
            ("town", make_staff(session, Role.TOWN_ADMIN, area=TOWN)),
            ("auditor", make_staff(session, Role.AUDITOR, area=DISTRICT)),
        ):
            desk.sits(actor)
            page = plain(desk.read("/staff/desk"))
            assert spoken in page, who
            shown[who] = WORDS in page

        assert shown == {"worker": True, "colleague": False, "town": False, "auditor": False}

    def test_what_lies_at_the_towns_own_desk_shows_its_words_there_and_when_merging(
        self, session: Session, desk: Desk
    ) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(session)
        main = make_case(session, state=State.RETURNED, words=WORDS)
        desk.sits(town)

        assert WORDS in plain(desk.read("/staff/desk"))
        choice = plain(desk.read(url(case, "merge")))
        assert WORDS in choice
        assert grouped(main.number, (4, 4, 4)) in choice


class TestRework:
    def test_who_had_it_before_is_marked_and_somebody_else_is_chosen(
        self, session: Session, desk: Desk
    ) -> None:
        old = make_staff(session, Role.GRID_FULL, area=GRID)
        new = make_staff(session, Role.GRID_FULL, area=GRID)
        case = make_case(session, state=State.REOPENED, handled_by=old.id)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        page = desk.read(url(case, "assign"))

        lines = {
            who: next(line for line in page.split("<label") if f'value="{who}"' in line)
            for who in (old.id, new.id)
        }
        assert ["上次办理" in lines[old.id], "上次办理" in lines[new.id]] == [True, False]
        assert [" checked" in lines[old.id], " checked" in lines[new.id]] == [False, True]

    def test_a_first_choice_is_left_to_the_desk(self, session: Session, desk: Desk) -> None:
        case = make_case(session, state=State.RETURNED)
        make_staff(session, Role.GRID_FULL, area=GRID)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        page = desk.read(url(case, "assign"))

        assert "上次办理" not in page
        assert " checked" not in page

    def test_where_nobody_else_is_nobody_is_chosen(self, session: Session, desk: Desk) -> None:
        old = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(session, state=State.REOPENED, handled_by=old.id)
        desk.sits(old)

        assert " checked" not in desk.read(url(case, "assign"))

    def test_what_was_chosen_and_refused_stays_chosen(self, session: Session, desk: Desk) -> None:
        old = make_staff(session, Role.GRID_FULL, area=GRID)
        make_staff(session, Role.GRID_FULL, area=GRID)
        case = make_case(session, state=State.REOPENED, handled_by=old.id)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        answer = desk.post(url(case, "assign"), owner=str(old.id), **seen(case))

        assert answer.status_code == 422
        assert f'value="{old.id}" checked' in answer.text
