"""Asking another department to help, and handing over by the town's word."""

import pytest
from sqlalchemy import select

from grid import service
from grid.errors import (
    Incomplete,
    NoSuchCase,
    NotThatWay,
    NotYours,
    OftenEnough,
    WrongMoment,
)
from grid.models import Act, Handover, Help
from grid.rules import Move, Privacy, State
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import NEXT_TOWN, TOWN, VILLAGE, make_staff
from tests.grid.departments import MUNICIPAL, URBAN, given_to, handler, in_hand, signing
from tests.grid.factories import acts_of, do, make_case, make_station


def town(work: Work, area: str = TOWN) -> Actor:
    return make_staff(work.session, Role.TOWN_ADMIN, area=area)


class TestHelp:
    def test_another_department_says_that_it_comes_and_the_case_stays(self, work: Work) -> None:
        owner, other = handler(work), handler(work, URBAN)
        case = in_hand(work, owner)

        asked = service.ask_help(work, case.id, by=owner, to=URBAN, words="请来封路")
        service.answer_help(work, asked, by=other, comes=True, words="下午两点到")

        row = work.session.get_one(Help, asked)
        assert (row.comes, row.answer, row.answered_by) == (True, "下午两点到", other.id)
        assert (case.owner_id, case.state) == (owner.id, State.HANDLING)
        assert acts_of(work.session, case)[-2:] == [Act.HELP, Act.HELP]

    def test_the_town_is_asked_and_cannot_come(self, work: Work) -> None:
        owner = handler(work)
        case = in_hand(work, owner)
        asked = service.ask_help(work, case.id, by=owner, to="town", words="请协调")

        service.answer_help(work, asked, by=town(work), comes=False, words="没有人手")

        assert work.session.get_one(Help, asked).comes is False

    @pytest.mark.parametrize("words", ["", "  ", "。。"])
    def test_words_are_needed_both_ways(self, work: Work, words: str) -> None:
        owner, other = handler(work), handler(work, URBAN)
        case = in_hand(work, owner)

        with pytest.raises(Incomplete):
            service.ask_help(work, case.id, by=owner, to=URBAN, words=words)
        asked = service.ask_help(work, case.id, by=owner, to=URBAN, words="请来")
        with pytest.raises(Incomplete):
            service.answer_help(work, asked, by=other, comes=True, words=words)

    def test_once_until_it_is_answered(self, work: Work) -> None:
        owner, other = handler(work), handler(work, URBAN)
        case = in_hand(work, owner)
        asked = service.ask_help(work, case.id, by=owner, to=URBAN, words="请来")

        with pytest.raises(OftenEnough):
            service.ask_help(work, case.id, by=owner, to=URBAN, words="再请")
        service.answer_help(work, asked, by=other, comes=True, words="来")
        with pytest.raises(WrongMoment):
            service.answer_help(work, asked, by=other, comes=False, words="不来了")
        service.ask_help(work, case.id, by=owner, to=URBAN, words="再请一次")

    @pytest.mark.parametrize(
        ("department", "area"), [(URBAN, NEXT_TOWN), ("greening", TOWN), (MUNICIPAL, TOWN)]
    )
    def test_only_who_was_asked_answers(self, work: Work, department: str, area: str) -> None:
        owner = handler(work)
        handler(work, URBAN)
        case = in_hand(work, owner)
        asked = service.ask_help(work, case.id, by=owner, to=URBAN, words="请来")

        with pytest.raises(NoSuchCase):
            service.answer_help(
                work, asked, by=handler(work, department, area), comes=True, words="来"
            )
        with pytest.raises(NoSuchCase):
            service.answer_help(work, asked, by=town(work), comes=True, words="来")

    @pytest.mark.parametrize("to", [MUNICIPAL, "greening", "power", "village", "x", "", "audit"])
    def test_nobody_is_asked_who_is_not_there(self, work: Work, to: str) -> None:
        owner = handler(work)
        handler(work, "greening", NEXT_TOWN)
        case = in_hand(work, owner)

        with pytest.raises(NotThatWay):
            service.ask_help(work, case.id, by=owner, to=to, words="请来")

    def test_first_sign_then_ask(self, work: Work) -> None:
        owner = handler(work)
        handler(work, URBAN)
        case = given_to(work, owner)

        with pytest.raises(WrongMoment):
            service.ask_help(work, case.id, by=owner, to=URBAN, words="请来")

    def test_a_worker_of_the_grid_is_no_department(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=VILLAGE)
        case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)

        with pytest.raises(NotYours):
            service.ask_help(work, case.id, by=worker, to="town", words="请来")

    def test_the_police_ask_the_police(self, work: Work) -> None:
        station = make_station(work.session)
        handler(work, URBAN)
        values = {"privacy": Privacy.POLICE, "category": "0203", "department": "police_station"}
        case = make_case(work.session, state=State.RETURNED, **values)
        do(work, case, Move.ASSIGN, station, owner=station.id)
        service.sign(work, case.id, by=station, expected=case.state)

        for to in (URBAN, "town"):
            with pytest.raises(NotThatWay):
                service.ask_help(work, case.id, by=station, to=to, words="请来")
        bureau = handler(work, "police", TOWN)
        asked = service.ask_help(work, case.id, by=station, to="police", words="请来")
        with pytest.raises(NoSuchCase):
            service.answer_help(work, asked, by=town(work), comes=True, words="来")
        service.answer_help(work, asked, by=bureau, comes=True, words="来")

    def test_over_is_over(self, work: Work) -> None:
        owner, other = handler(work), handler(work, URBAN)
        case = in_hand(work, owner)
        asked = service.ask_help(work, case.id, by=owner, to=URBAN, words="请来")
        do(work, case, Move.REJECT, town(work), reason="不归", responsible_channel="物业")

        with pytest.raises(WrongMoment):
            service.answer_help(work, asked, by=other, comes=True, words="来")


class TestHandover:
    def test_nothing_changes_until_the_town_agrees(self, work: Work) -> None:
        owner, other = handler(work), handler(work, URBAN)
        case = in_hand(work, owner)

        asked = service.ask_handover(work, case.id, by=owner, to=URBAN, reason="占道归执法")

        assert (case.owner_id, case.turn) == (owner.id, work.session.get_one(Handover, asked).turn)
        service.decide_handover(work, asked, by=town(work), agreed=True, words="")
        assert (case.owner_id, case.department) == (other.id, URBAN)
        assert (signing(work, case).department, signing(work, case).ended_at) == (URBAN, None)
        assert acts_of(work.session, case)[-3:] == [Act.HANDOVER, Act.HANDOVER, Move.REASSIGN]

    def test_a_no_has_a_reason_and_is_the_towns_last_word(self, work: Work) -> None:
        owner = handler(work)
        handler(work, URBAN)
        case = in_hand(work, owner)
        asked = service.ask_handover(work, case.id, by=owner, to=URBAN, reason="归执法")

        with pytest.raises(Incomplete):
            service.decide_handover(work, asked, by=town(work), agreed=False, words="")
        service.decide_handover(work, asked, by=town(work), agreed=False, words="本来就归市政")

        assert case.owner_id == owner.id
        with pytest.raises(OftenEnough):
            service.ask_handover(work, case.id, by=owner, to=URBAN, reason="再问")
        with pytest.raises(WrongMoment):
            service.decide_handover(work, asked, by=town(work), agreed=True, words="")
        do(work, case, Move.RETURN, owner, reason="办不了")
        assert case.state is State.RETURNED

    def test_returned_meanwhile_there_is_nothing_left_to_decide(self, work: Work) -> None:
        owner = handler(work)
        handler(work, URBAN)
        case = in_hand(work, owner)
        asked = service.ask_handover(work, case.id, by=owner, to=URBAN, reason="归执法")
        do(work, case, Move.RETURN, owner, reason="等不及")

        for agreed in (True, False):
            with pytest.raises(WrongMoment):
                service.decide_handover(work, asked, by=town(work), agreed=agreed, words="不")

        assert (case.state, case.owner_id) == (State.RETURNED, None)

    @pytest.mark.parametrize("who", ["other", "next", "leader", "own"])
    def test_nobody_but_the_desk_there_decides(self, work: Work, who: str) -> None:
        owner, other = handler(work), handler(work, URBAN)
        case = in_hand(work, owner)
        asked = service.ask_handover(work, case.id, by=owner, to=URBAN, reason="归执法")
        stranger = {
            "other": other,
            "next": town(work, NEXT_TOWN),
            "leader": make_staff(work.session, Role.GRID_LEADER, area=VILLAGE),
            "own": owner,
        }[who]

        with pytest.raises((NoSuchCase, WrongMoment)):
            service.decide_handover(work, asked, by=stranger, agreed=True, words="")

        assert case.owner_id == owner.id

    @pytest.mark.parametrize("to", ["town", MUNICIPAL, "greening", "power", ""])
    def test_it_goes_to_another_department_that_is_there(self, work: Work, to: str) -> None:
        owner = handler(work)
        case = in_hand(work, owner)

        with pytest.raises(NotThatWay):
            service.ask_handover(work, case.id, by=owner, to=to, reason="不归我们")

    def test_police_matters_go_to_nobody_else(self, work: Work) -> None:
        station = make_station(work.session)
        handler(work, URBAN)
        values = {"privacy": Privacy.POLICE, "category": "0203", "department": "police_station"}
        case = make_case(work.session, state=State.RETURNED, **values)
        do(work, case, Move.ASSIGN, station, owner=station.id)
        service.sign(work, case.id, by=station, expected=case.state)

        with pytest.raises(NotThatWay):
            service.ask_handover(work, case.id, by=station, to=URBAN, reason="不归")

        assert work.session.scalar(select(Handover.id)) is None
