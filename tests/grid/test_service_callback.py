"""How whoever reported wants to be called, and who is asked because of it."""

import pytest
from sqlalchemy import select

from grid import queries, service
from grid.errors import NoSuchCase, WrongMoment
from grid.models import Callback
from grid.rules import State
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from people import service as people
from people.errors import BadField, NoSuchPerson
from people.queries import dialects_of
from tests.factories import GRID, NEXT_TOWN, TOWN, VILLAGE, make_staff
from tests.fakes import NOON
from tests.grid.factories import make_case, opened

WENZHOU = "wu_wenzhou"


def speaker(work: Work, role: Role = Role.GRID_LEADER, area: str = VILLAGE) -> Actor:
    found = make_staff(work.session, role, area=area)
    people.set_dialects(work, found.id, [WENZHOU], by=None)
    return found


class TestAsked:
    def test_it_is_kept_changed_and_taken_back(self, work: Work) -> None:
        case = make_case(work.session)

        service.ask_callback(work, case.id, dialect=WENZHOU, hours="晚上 6 点以后")
        assert queries.callback_of(work.session, case.id) == queries.Wanted(
            WENZHOU, "晚上 6 点以后"
        )
        service.ask_callback(work, case.id, dialect="", hours="上午")
        assert queries.callback_of(work.session, case.id).dialect == ""
        service.ask_callback(work, case.id, dialect="", hours="")

        work.session.flush()
        assert work.session.scalars(select(Callback)).all() == []

    def test_no_such_dialect_and_nobody_calls_any_more(self, work: Work) -> None:
        case, over = make_case(work.session), make_case(work.session, state=State.CLOSED)

        with pytest.raises(BadField):
            service.ask_callback(work, case.id, dialect="klingon", hours="")
        with pytest.raises(WrongMoment):
            service.ask_callback(work, over.id, dialect=WENZHOU, hours="")
        with pytest.raises(NoSuchCase):
            service.ask_callback(work, 10**9, dialect=WENZHOU, hours="")

    def test_the_same_number_need_not_say_it_again(self, work: Work) -> None:
        make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        knows = speaker(work)
        first = opened(work, caller_phone="13812345678")
        service.ask_callback(work, first.id, dialect=WENZHOU, hours="晚上")

        second = opened(work, caller_phone="13812345678")
        other = opened(work, caller_phone="13812345679")

        assert second.owner_id == knows.id
        assert queries.callback_of(work.session, second.id).hours == "晚上"
        assert queries.callback_of(work.session, other.id) == queries.Wanted()

    def test_only_who_may_call_reads_it(self, work: Work) -> None:
        case = make_case(work.session)
        service.ask_callback(work, case.id, dialect=WENZHOU, hours="晚上")
        owner = Actor(case.owner_id or 0, make_staff(work.session, Role.GRID_FULL, area=GRID).hats)
        reader = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)

        mine = queries.detail(work.session, case.id, by=owner, now=NOON).content
        theirs = queries.detail(work.session, case.id, by=reader, now=NOON).content

        assert mine is not None
        assert (mine.dialect, mine.call_hours) == (WENZHOU, "晚上")
        assert theirs is None


class TestAssignment:
    def test_among_equals_whoever_speaks_it_comes_first_however_much_they_have(
        self, work: Work
    ) -> None:
        make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        knows = speaker(work)
        make_case(work.session, owner_id=knows.id)

        assert opened(work, dialect=WENZHOU).owner_id == knows.id
        assert opened(work).owner_id != knows.id  # else whoever has least to do

    def test_never_before_a_nearer_level_or_whoever_is_on_duty(self, work: Work) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
        speaker(work, Role.GRID_FULL, GRID)  # not at work at 20:00
        speaker(work, Role.VILLAGE_ADMIN, VILLAGE)

        assert opened(work, dialect=WENZHOU).owner_id == leader.id

    def test_where_nobody_speaks_it_the_case_goes_out_all_the_same(self, work: Work) -> None:
        leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)

        assert opened(work, dialect="hakka").owner_id == leader.id


class TestSpeaking:
    def test_ones_own(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)

        people.set_dialects(work, worker.id, [WENZHOU, "mandarin"], by=worker)
        people.set_dialects(work, worker.id, ["mandarin"], by=worker)

        assert dialects_of(work.session, worker.id) == {"mandarin"}

    @pytest.mark.parametrize(("area", "may"), [(TOWN, True), (NEXT_TOWN, False)])
    def test_that_of_others_by_who_looks_after_them(
        self, work: Work, area: str, *, may: bool
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        admin = make_staff(work.session, Role.TOWN_ADMIN, area=area)

        if may:
            people.set_dialects(work, worker.id, [WENZHOU], by=admin)
        else:
            with pytest.raises(NoSuchPerson):
                people.set_dialects(work, worker.id, [WENZHOU], by=admin)
        assert bool(dialects_of(work.session, worker.id)) is may

    def test_what_is_not_of_the_list_is_refused(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)

        with pytest.raises(BadField):
            people.set_dialects(work, worker.id, ["klingon"], by=worker)
