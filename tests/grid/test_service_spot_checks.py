"""Of what residents close by their own word a few are looked at on the spot all the same."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid import queries, service
from grid.errors import Incomplete, NoSuchCase, NotYours, WrongMoment
from grid.models import Act, Case, Step
from grid.rules import SAMPLE_PERCENT, Move, State, is_sampled
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_staff
from tests.fakes import NOON, CountingChance
from tests.grid.factories import acts_of, do, make_case
from tests.grid.pages import Desk, plain, seen, url


@dataclass
class Draws(CountingChance):
    """Chance that draws what a test says."""

    draw: str = "00"

    def letters(self, alphabet: str, count: int) -> str:
        assert (alphabet, count) == ("0123456789", len(self.draw))
        return self.draw


def confirmed(work: Work, draw: str, **values: object) -> Case:
    """Return a case that its reporter closed, with *draw* drawn for it."""
    case = make_case(work.session, state=State.TO_VERIFY, **values)
    work.parts = replace(work.parts, chance=Draws(draw=draw))
    service.confirm(work, case.id)
    work.session.flush()
    return case


@pytest.fixture
def leader(session: Session) -> Actor:
    return make_staff(session, Role.GRID_LEADER, area=VILLAGE)


class TestDrawing:
    def test_five_in_a_hundred_are_drawn(self) -> None:
        drawn = sum(is_sampled(f"{number:02}") for number in range(100))

        assert drawn == SAMPLE_PERCENT == 5

    @pytest.mark.parametrize(("draw", "is_drawn"), [("00", True), ("04", True), ("05", False)])
    def test_chance_alone_decides(self, work: Work, draw: str, *, is_drawn: bool) -> None:
        assert confirmed(work, draw).to_spot_check is is_drawn

    def test_what_somebody_has_verified_is_not_drawn(self, work: Work, leader: Actor) -> None:
        case = make_case(work.session, state=State.TO_VERIFY)
        work.parts = replace(work.parts, chance=Draws())

        do(work, case, Move.VERIFY, leader, finding=case.proposed_finding)

        assert not case.to_spot_check

    def test_rework_needs_no_second_look(self, work: Work) -> None:
        case = confirmed(work, "00")

        service.reopen(work, case.id, reason="又灭了")
        work.session.flush()

        assert not case.to_spot_check

    def test_the_database_takes_it_of_closed_cases_only(self, session: Session) -> None:
        with pytest.raises(IntegrityError), session.begin_nested():
            make_case(session, state=State.HANDLING, to_spot_check=True)


class TestLooking:
    def test_one_look_is_written_down_and_ends_it(self, work: Work, leader: Actor) -> None:
        case = confirmed(work, "00")
        found = queries.to_spot_check(work.session, by=leader, now=NOON)
        assert [card.case_id for card in found.cards] == [case.id]

        service.spot_check(work, case.id, by=leader, note="灯亮着")

        assert acts_of(work.session, case)[-1] is Act.SPOT_CHECK
        last = work.session.scalars(select(Step).order_by(Step.id.desc())).first()
        assert last is not None
        assert (last.who, last.why) == (leader.id, "灯亮着")
        assert queries.to_spot_check(work.session, by=leader, now=NOON).cards == ()
        with pytest.raises(WrongMoment):
            service.spot_check(work, case.id, by=leader, note="再看一遍")

    def test_whoever_handled_it_does_not_look(self, work: Work) -> None:
        handler = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = confirmed(work, "00", owner_id=handler.id)

        with pytest.raises(NotYours):
            service.spot_check(work, case.id, by=handler, note="好着呢")
        assert queries.to_spot_check(work.session, by=handler, now=NOON).cards == ()
        assert case.to_spot_check

    def test_what_was_not_drawn_is_left_alone(self, work: Work, leader: Actor) -> None:
        case = confirmed(work, "05")

        with pytest.raises(WrongMoment):
            service.spot_check(work, case.id, by=leader, note="灯亮着")

    def test_a_look_says_what_was_seen(self, work: Work, leader: Actor) -> None:
        case = confirmed(work, "00")

        with pytest.raises(Incomplete):
            service.spot_check(work, case.id, by=leader, note=" 。")

    @pytest.mark.parametrize(
        ("role", "area"),
        [(Role.GRID_LEADER, NEXT_VILLAGE), (Role.VILLAGE_ADMIN, VILLAGE), (Role.AUDITOR, VILLAGE)],
    )
    def test_nobody_else_looks(self, work: Work, role: Role, area: str) -> None:
        case = confirmed(work, "00")
        stranger = make_staff(work.session, role, area=area)

        with pytest.raises(NoSuchCase):
            service.spot_check(work, case.id, by=stranger, note="灯亮着")
        assert queries.to_spot_check(work.session, by=stranger, now=NOON).cards == ()


class TestPages:
    def test_it_stands_below_what_waits_and_is_done_on_its_page(
        self, session: Session, desk: Desk, leader: Actor
    ) -> None:
        case = make_case(
            session, state=State.CLOSED, to_spot_check=True, place_name="菜场东门", where="门后"
        )
        desk.sits(leader)
        assert "菜场东门" in plain(desk.read("/staff/verify"))
        assert "门后" in plain(desk.read(url(case)))  # or nobody would find the place

        empty = desk.post(url(case, "spot-check"), **seen(case))
        done = desk.post(url(case, "spot-check"), note="灯亮着", **seen(case))

        assert (empty.status_code, done.location) == (422, "/staff/verify")
        session.expire_all()
        assert not case.to_spot_check
        assert "菜场东门" not in plain(desk.read("/staff/verify"))
        page = plain(desk.read(url(case)))
        assert "抽查，到现场看过" in page
        assert "看过了" not in page
        again = desk.post(url(case, "spot-check"), note="灯亮着", **seen(case))
        assert again.status_code == 409

    def test_its_handler_is_not_asked(self, session: Session, desk: Desk, worker: Actor) -> None:
        case = make_case(session, state=State.CLOSED, to_spot_check=True, owner_id=worker.id)
        desk.sits(worker)

        assert "抽查" not in plain(desk.read("/staff/verify"))
        assert "抽查" not in plain(desk.read(url(case)))
