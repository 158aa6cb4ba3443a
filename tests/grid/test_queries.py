"""Every query, and what strangers get from it."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

import grid.queries
from grid import queries
from grid.errors import NoSuchCase
from grid.models import Case
from grid.queries import Page
from grid.rules import Level, Privacy, State
from kernel.access import Actor
from kernel.grants import Role
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    NEXT_TOWN,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_staff,
)
from tests.fakes import NOON
from tests.grid.factories import make_case, make_station

Query = Callable[..., Any]
Sees = Callable[[Session, Case, Actor], bool]


def holds(page: Page, case: Case) -> bool:
    return case.id in {card.case_id for card in page.cards}


def found(query: Query, session: Session, case: Case, by: Actor) -> bool:
    """Whether a query that refuses or answers about one case answers."""
    try:
        query(session, case.id, by=by, now=NOON)
    except NoSuchCase:
        return False
    return True


def sees_when_drawn(session: Session, case: Case, by: Actor) -> bool:
    """Whether somebody sees the case once its reporter has closed it and it was drawn."""
    if case.state is State.TO_VERIFY:
        case.state, case.closed_at, case.finding = State.CLOSED, NOON, case.proposed_finding
        case.to_spot_check = True
        session.flush()
    return holds(queries.to_spot_check(session, by=by, now=NOON), case)


SCOPED: dict[Query, Sees] = {
    queries.queue: lambda session, case, by: holds(queries.queue(session, by=by, now=NOON), case),
    queries.queue_version: lambda session, _, by: (
        queries.queue_version(session, by=by) != "0-0-0-0"
    ),
    queries.to_verify: lambda session, case, by: holds(
        queries.to_verify(session, by=by, now=NOON), case
    ),
    queries.to_spot_check: sees_when_drawn,
    queries.listed: lambda session, case, by: holds(queries.listed(session, by=by, now=NOON), case),
    queries.counts: lambda session, _, by: queries.counts(session, by=by, now=NOON).open > 0,
    queries.detail: lambda session, case, by: found(queries.detail, session, case, by),
    queries.candidates: lambda session, case, by: found(queries.candidates, session, case, by),
}
OPEN: dict[Query, str] = {
    queries.progress: "the receipt is the permission, which citizen checks",
    queries.over_before: "the program's own, to forget what it has kept long enough",
    queries.callback_of: "the receipt is the permission, which citizen checks",
    queries.responsible_for: "what every printed code tells whoever scans it",
    queries.area_for: "where a point lies is no secret",
}
# Tried by strangers in a file of their own.
ELSEWHERE: dict[Query, str] = {
    queries.called_tonight: "test_service_night.py",
    queries.colleagues: "test_queries_roster.py",
    queries.duty_between: "test_queries_roster.py",
    queries.duty_line: "test_queries_roster.py",
    queries.grids_of: "test_queries_roster.py",
    queries.held_by: "test_service_handover.py",
    queries.open_at: "../citizen/test_views_spot.py",
    queries.open_nights: "test_queries_roster.py",
    queries.owners: "test_service_handover.py",
    queries.places_for: "test_placing.py",
    queries.takers: "test_service_handover.py",
}
# Who sees a case that waits to be verified, in which query.  One row per query.
WHO: dict[Query, frozenset[Role]] = {
    queries.queue: frozenset({Role.GRID_LEADER, Role.TOWN_ADMIN}),
    queries.queue_version: frozenset({Role.GRID_LEADER, Role.TOWN_ADMIN}),
    queries.to_verify: frozenset({Role.GRID_LEADER, Role.TOWN_ADMIN}),
    queries.to_spot_check: frozenset({Role.GRID_LEADER, Role.TOWN_ADMIN}),
    queries.listed: frozenset(
        {Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.AUDITOR}
    ),
    queries.counts: frozenset(
        {Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.AUDITOR}
    ),
    queries.detail: frozenset(
        {Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.AUDITOR}
    ),
    queries.candidates: frozenset({Role.GRID_LEADER, Role.TOWN_ADMIN}),
}
AREAS = {
    Role.GRID_LEADER: VILLAGE,
    Role.VILLAGE_ADMIN: VILLAGE,
    Role.TOWN_ADMIN: TOWN,
    Role.AUDITOR: DISTRICT,
}


def test_every_query_is_listed() -> None:
    there = {
        function
        for name, function in inspect.getmembers(grid.queries, inspect.isfunction)
        if not name.startswith("_")
    }
    assert there == {*SCOPED, *OPEN, *ELSEWHERE}


@pytest.mark.parametrize("query", list(SCOPED), ids=lambda query: query.__name__)
class TestScope:
    @pytest.mark.parametrize("role", AREAS)
    def test_who_is_at_the_place_sees_what_their_hat_allows(
        self, session: Session, query: Query, role: Role
    ) -> None:
        case = make_case(session, state=State.TO_VERIFY)
        reader = make_staff(session, role, area=AREAS[role])

        assert SCOPED[query](session, case, reader) == (role in WHO[query])

    @pytest.mark.parametrize(
        ("role", "area"),
        [
            (Role.GRID_LEADER, NEXT_VILLAGE),
            (Role.GRID_FULL, NEXT_GRID),
            (Role.VILLAGE_ADMIN, NEXT_VILLAGE),
            (Role.TOWN_ADMIN, NEXT_TOWN),
            (Role.POLICE_AUX, NEXT_VILLAGE),
            (Role.MEDIATOR, VILLAGE),
            (Role.SYSADMIN, DISTRICT),
        ],
    )
    def test_shows_nothing_to_the_next_village_or_town_or_another_hat(
        self, session: Session, query: Query, role: Role, area: str
    ) -> None:
        case = make_case(session, state=State.TO_VERIFY)
        stranger = make_staff(session, role, area=area)

        assert not SCOPED[query](session, case, stranger)

    def test_shows_nothing_to_someone_without_a_hat(self, session: Session, query: Query) -> None:
        case = make_case(session, state=State.TO_VERIFY)

        assert not SCOPED[query](session, case, make_staff(session))

    @pytest.mark.parametrize("role", [*AREAS, Role.DISTRICT_CMD, Role.GRID_FULL, Role.GRID_PART])
    @pytest.mark.parametrize("state", [State.ACCEPTED, State.TO_VERIFY, State.RETURNED])
    def test_a_police_case_is_there_for_nobody_else(
        self, session: Session, query: Query, role: Role, state: State
    ) -> None:
        case = make_police_case(session, state=state)
        area = {**AREAS, Role.DISTRICT_CMD: DISTRICT}.get(role, GRID)

        assert not SCOPED[query](session, case, make_staff(session, role, area=area))

    def test_two_hats_in_two_places_do_not_open_police_cases(
        self, session: Session, query: Query
    ) -> None:
        case = make_police_case(session, state=State.TO_VERIFY)
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        aux = make_staff(session, Role.POLICE_AUX, area=NEXT_VILLAGE)

        assert not SCOPED[query](session, case, Actor(town.id, town.hats | aux.hats))

    def test_the_station_sees_a_police_case(self, session: Session, query: Query) -> None:
        case = make_police_case(session, state=State.TO_VERIFY)

        assert SCOPED[query](session, case, make_station(session))

    def test_the_next_towns_station_does_not(self, session: Session, query: Query) -> None:
        case = make_police_case(session, state=State.TO_VERIFY)

        assert not SCOPED[query](session, case, make_station(session, NEXT_TOWN))


def make_police_case(session: Session, *, state: State) -> Case:
    return make_case(
        session,
        state=state,
        privacy=Privacy.POLICE,
        department="police_station",
        category="0601",
        owner_level=Level.POLICE_AUX if state is State.TO_VERIFY else None,
    )
