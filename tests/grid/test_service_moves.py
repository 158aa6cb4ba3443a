"""The table over the full product of states and moves, and who may not verify whom (G2, G3)."""

from itertools import product

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from grid import service
from grid.models import Case, Step
from grid.queries import STAFF_MOVES
from grid.rules import (
    TABLE,
    Actor,
    Finding,
    HandledBy,
    Level,
    Move,
    State,
    Urgency,
)
from grid.service import Values
from kernel.access import Actor as Staff
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.work import Work
from tests.factories import GRID, TOWN, VILLAGE, make_staff
from tests.grid.factories import A_KIND, make_case, make_team

PAIRS = list(product(State, Move))
RESIDENTS = (Move.WITHDRAW, Move.CONFIRM, Move.REOPEN)
LATER = (Move.OBJECT, Move.UPHOLD, Move.DISMISS)  # the next issue opens them


def attempt(work: Work, case: Case, move: Move, by: Staff, other: Staff) -> None:
    """Try *move* with everything it could need."""
    case.category = A_KIND
    if move is Move.WITHDRAW:
        service.withdraw(work, case.id, reason="不用了")
    elif move is Move.CONFIRM:
        service.confirm(work, case.id)
    elif move is Move.REOPEN:
        service.reopen(work, case.id, reason="又坏了")
    else:
        values = Values(
            owner=None if move is Move.ESCALATE else other.id,
            reason="有原因",
            result_text="好了",
            finding=Finding.TRUE,
            proposed_finding=Finding.TRUE,
            main_case=make_case(work.session).id if move is Move.MERGE else None,
            responsible_channel="物业",
        )
        service.move(work, case.id, move, by=by, expected=case.state, values=values)


def make_in(work: Work, state: State, owner: Staff) -> Case:
    has_owner = state in {State.DISPATCHED, State.HANDLING, State.TO_VERIFY, State.CLOSED}
    level = {"owner_id": owner.id, "owner_level": Level.GRID} if has_owner else {}
    return make_case(work.session, state=state, **level)


@pytest.mark.parametrize(("state", "move"), [pair for pair in PAIRS if pair in TABLE])
def test_a_move_of_the_table_leads_where_it_says(work: Work, state: State, move: Move) -> None:
    team = make_team(work.session)
    owner, other = team[Role.GRID_FULL], team[Role.GRID_LEADER]
    case = make_in(work, state, owner)
    row = TABLE[state, move]
    by = owner if Actor.OWNER in row.by else other if Actor.VERIFIER in row.by else None
    by = by or (team[Role.TOWN_ADMIN])
    if move is Move.ESCALATE:
        by = owner
    if move in LATER:
        with pytest.raises(Refusal):
            attempt(work, case, move, team[Role.DISTRICT_CMD], other)
        return
    if move is Move.ESCALATE and case.owner_id is None:
        with pytest.raises(Refusal):  # nobody has it; only the ladder takes it up
            attempt(work, case, move, team[Role.TOWN_ADMIN], other)
        return

    attempt(work, case, move, by, other)

    assert case.state is row.end(state)
    steps = work.session.scalars(
        select(Step).where(Step.case_id == case.id, Step.move == move).order_by(Step.number)
    ).all()
    assert (steps[-1].from_state, steps[-1].to_state) == (state, row.end(state))
    assert steps[-1].who == (None if move in RESIDENTS else by.id)


# What refuses these is the table, not the database.
@pytest.mark.once(beside="sqlite")
@pytest.mark.parametrize(("state", "move"), [pair for pair in PAIRS if pair not in TABLE])
def test_what_is_not_in_the_table_happens_to_nobody(work: Work, state: State, move: Move) -> None:
    team = make_team(work.session)
    owner, other = team[Role.GRID_FULL], team[Role.GRID_LEADER]
    case = make_in(work, state, owner)
    written = work.session.scalar(select(func.count(Step.id)))
    people = [*team.values()] if move in STAFF_MOVES else [owner]

    for person in people:
        with pytest.raises(Refusal):
            attempt(work, case, move, person, other)

    assert case.state is state
    assert work.session.scalar(select(func.count(Step.id)).where(Step.case_id == case.id)) == (
        written
    )


@pytest.mark.once(beside="sqlite")
@pytest.mark.parametrize("role", [Role.GRID_PART, Role.AUDITOR, Role.VILLAGE_ADMIN])
@pytest.mark.parametrize("move", STAFF_MOVES)
def test_a_bystander_makes_no_move_that_is_not_theirs(work: Work, role: Role, move: Move) -> None:
    team = make_team(work.session)
    for state in State:
        case = make_in(work, state, team[Role.GRID_FULL])
        if move in {Move.VERIFY, Move.SEND_BACK} and role is Role.GRID_PART:
            case.urgency = Urgency.URGENT  # what is not urgent a part-timer may look at

        with pytest.raises(Refusal):
            attempt(work, case, move, team[role], team[Role.GRID_LEADER])

        assert case.state is state


PEOPLE = ("a", "b", "c")


@pytest.mark.parametrize(
    ("reporter", "handler", "verifier", "kind", "move"),
    [
        combination
        for combination in product(
            (None, *PEOPLE), ("a", "b"), PEOPLE, HandledBy, (Move.VERIFY, Move.SEND_BACK)
        )
        if combination[0] != combination[1]
    ],
)
def test_handler_reporter_and_verifier(
    work: Work, reporter: str | None, handler: str, verifier: str, kind: HandledBy, move: Move
) -> None:
    people = {name: make_staff(work.session, Role.GRID_FULL, area=GRID) for name in PEOPLE}
    case = make_case(
        work.session,
        state=State.TO_VERIFY,
        owner_id=people[handler].id,
        handled_kind=kind,
        staff_reporter=people[reporter].id if reporter else None,
    )
    third = verifier != handler and not (kind is HandledBy.GRID and verifier == reporter)

    if third:
        attempt(work, case, move, people[verifier], people[verifier])
        assert case.state is TABLE[State.TO_VERIFY, move].to
    else:
        with pytest.raises(Refusal):
            attempt(work, case, move, people[verifier], people[verifier])
        assert case.state is State.TO_VERIFY


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize(
    ("role", "area"),
    [
        (Role.GRID_FULL, GRID),
        (Role.GRID_LEADER, VILLAGE),
        (Role.TOWN_ADMIN, TOWN),
        (Role.GRID_PART, f"{GRID}01"),
    ],
)
def test_the_urgent_ones_are_not_verified_by_part_timers(
    work: Work, urgency: Urgency, role: Role, area: str
) -> None:
    verifier = make_staff(work.session, role, area=area)
    case = make_case(work.session, state=State.TO_VERIFY, urgency=urgency)

    if role is Role.GRID_PART and urgency is Urgency.URGENT:
        with pytest.raises(Refusal):
            attempt(work, case, Move.VERIFY, verifier, verifier)
    else:
        attempt(work, case, Move.VERIFY, verifier, verifier)
        assert case.state is State.CLOSED


class TestTheDatabaseRefusesToo:
    def test_that_handler_and_verifier_are_one(self, work: Work) -> None:
        case = make_case(work.session, state=State.CLOSED)

        case.verified_by = case.handled_by

        with pytest.raises(IntegrityError):
            work.session.flush()
        work.session.rollback()

    def test_that_staff_handle_what_they_reported(self, work: Work) -> None:
        case = make_case(work.session, state=State.TO_VERIFY)

        case.staff_reporter = case.handled_by

        with pytest.raises(IntegrityError):
            work.session.flush()
        work.session.rollback()
