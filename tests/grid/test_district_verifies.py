"""What nobody below can verify, the district verifies: nothing stays without a second look."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid import queries
from grid.models import Case
from grid.rules import Finding, Level, Move, State, Urgency
from kernel.access import Actor
from kernel.errors import NotFound
from kernel.grants import Role
from kernel.outbound import Message
from kernel.work import Work
from people.models import Account, Barred, RobotKind
from tests.factories import DISTRICT, GRID, NEXT_TOWN, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import NOON
from tests.grid.factories import do, handle, make_case
from tests.grid.pages import Desk, seen, url


@pytest.fixture
def district(session: Session) -> Actor:
    return make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)


@pytest.fixture
def officer(session: Session) -> Actor:
    """Return the town's only one."""
    return make_staff(session, Role.TOWN_ADMIN, area=TOWN)


def handled(work: Work, officer: Actor, **values: object) -> Case:
    """Return a case that the town's officer has just reported the result of."""
    row = {"area_code": TOWN, "state": State.HANDLING, "owner_level": Level.TOWN, **values}
    case = make_case(work.session, owner_id=officer.id, **row)
    handle(work, case, officer)
    work.session.flush()
    return case


def waits_for(session: Session, by: Actor, case: Case) -> bool:
    """Whether *by* finds it among what to verify, and in their queue."""
    lists = (queries.to_verify, queries.queue)
    found = {
        case.id in {card.case_id for card in ask(session, by=by, now=NOON).cards} for ask in lists
    }
    return found == {True}


def test_the_district_reads_it_in_its_queue_and_closes_it(
    work: Work, session: Session, officer: Actor, district: Actor
) -> None:
    case = handled(work, officer)

    assert waits_for(session, district, case)
    detail = queries.detail(session, case.id, by=district, now=NOON)
    assert detail.content is not None
    assert {Move.VERIFY, Move.SEND_BACK} <= {offer.move for offer in detail.offers}
    do(work, case, Move.VERIFY, district, finding=Finding.TRUE)
    assert (case.state, case.verified_by) == (State.CLOSED, district.id)


def test_or_sends_it_back(work: Work, officer: Actor, district: Actor) -> None:
    case = handled(work, officer)

    do(work, case, Move.SEND_BACK, district, reason="还在那里")

    assert (case.state, case.owner_id) == (State.HANDLING, officer.id)


def test_it_is_told_in_its_own_group(work: Work, session: Session, officer: Actor) -> None:
    for code in (DISTRICT, TOWN):
        area = make_area(session, code)
        area.robot, area.robot_url = RobotKind.WECOM, f"https://qyapi.weixin.qq.com/{code}"

    handled(work, officer)

    (told,) = session.scalars(select(Message))
    assert told.recipient.endswith(f"/{DISTRICT}")
    assert "请去核实" in told.text


SOMEBODY: dict[str, Callable[[Session], Actor]] = {
    "a colleague": lambda session: make_staff(session, Role.TOWN_ADMIN, area=TOWN),
    "a worker of the whole town": lambda session: make_staff(session, Role.GRID_FULL, area=TOWN),
}


@pytest.mark.parametrize("who", SOMEBODY)
def test_where_somebody_below_may_it_is_not_the_districts_turn(
    work: Work, session: Session, officer: Actor, district: Actor, who: str
) -> None:
    other = SOMEBODY[who](session)
    case = handled(work, officer)

    assert not waits_for(session, district, case)
    assert waits_for(session, other, case)
    detail = queries.detail(session, case.id, by=district, now=NOON)
    assert (detail.content, [one for one in detail.offers if one.move is Move.VERIFY]) == (None, [])
    with pytest.raises(NotFound):
        do(work, case, Move.VERIFY, district, finding=Finding.TRUE)


def test_whoever_has_left_is_barred_or_had_it_in_hand_is_nobody(
    work: Work, session: Session, officer: Actor, district: Actor
) -> None:
    left, kin, before = (make_staff(session, Role.TOWN_ADMIN, area=TOWN) for _ in range(3))
    session.get_one(Account, left.id).closed_at = NOON
    case = make_case(
        session, area_code=TOWN, state=State.DISPATCHED, owner_id=before.id, owner_level=Level.TOWN
    )
    session.add(
        Barred(person_id=kin.id, about="case", ref=case.id, is_accused=False, barred_at=NOON)
    )
    do(work, case, Move.ACCEPT, before)
    do(work, case, Move.REASSIGN, district, owner=officer.id, reason="换人")
    handle(work, case, officer)
    session.flush()

    assert waits_for(session, district, case)


def test_for_an_urgent_one_a_part_timer_is_nobody(
    work: Work, session: Session, officer: Actor, district: Actor
) -> None:
    part = make_staff(session, Role.GRID_PART, area=GRID)
    calm, urgent = (
        handled(work, officer, area_code=GRID, urgency=urgency)
        for urgency in (Urgency.NORMAL, Urgency.URGENT)
    )

    assert [waits_for(session, part, one) for one in (calm, urgent)] == [True, False]
    assert [waits_for(session, district, one) for one in (calm, urgent)] == [False, True]


def test_the_next_towns_officer_and_the_village_verify_nothing_of_it(
    work: Work, session: Session, officer: Actor
) -> None:
    case = handled(work, officer, area_code=VILLAGE)
    for other in (
        make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN),
        make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE),
        make_staff(session, Role.DISTRICT_CMD, area="330107"),
    ):
        with pytest.raises(NotFound):
            do(work, case, Move.VERIFY, other, finding=Finding.TRUE)


def test_what_the_district_handled_itself_it_does_not_verify(
    work: Work, session: Session, district: Actor
) -> None:
    case = handled(work, district, owner_level=Level.DISTRICT)

    assert not waits_for(session, district, case)
    second = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
    assert waits_for(session, second, case)


def test_the_page_offers_it_and_takes_it(
    work: Work, session: Session, desk: Desk, officer: Actor, district: Actor
) -> None:
    case = handled(work, officer)
    desk.sits(district)

    assert "去核实" in desk.read("/staff/")
    assert case.number in desk.read("/staff/verify")
    assert 'id="verify" open' in desk.read(url(case))
    answer = desk.post(url(case, "verify"), finding="true", **seen(case))

    session.refresh(case)
    assert (answer.status_code, case.state) == (303, State.CLOSED)
