"""Upwards, and inside the police: who takes a case over, and who never sees it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grid.errors import NotThatWay, NotYours
from grid.rules import (
    SYSTEM,
    TABLE,
    CaseFacts,
    Finding,
    Given,
    Level,
    Move,
    Mover,
    Privacy,
    State,
    Urgency,
    acting_roles,
    decide,
    may,
)
from kernel.grants import Role

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HANDLER, THIRD, NEW = 1, 3, 4
TO_NEW = Given(owner=NEW, owner_level=Level.GRID, reason="原因")
FOUND = Given(finding=Finding.TRUE)


def person(person_id: int, *roles: Role, departments: str = "") -> Mover:
    return Mover(
        person_id=person_id, roles=frozenset(roles), departments=frozenset(departments.split())
    )


class TestEscalating:
    facts = CaseFacts(state=State.DISPATCHED, owner_id=HANDLER, owner_level=Level.GRID)

    def up(self, facts: CaseFacts, level: Level | None, mover: Mover) -> State:
        given = replace(TO_NEW, owner_level=level)
        return decide(facts, Move.ESCALATE, mover=mover, given=given, now=NOW)

    @pytest.mark.parametrize("level", [*Level, None])
    def test_a_person_passes_it_one_level_up(self, level: Level | None) -> None:
        owner = person(HANDLER, Role.GRID_FULL)

        if level is Level.GRID_LEADER:
            assert self.up(self.facts, level, owner) is State.DISPATCHED
        else:
            with pytest.raises(NotThatWay, match="跳级"):
                self.up(self.facts, level, owner)

    @pytest.mark.parametrize("level", [*Level, None])
    def test_the_clock_may_pass_over_a_level_but_never_down_or_aside(
        self, level: Level | None
    ) -> None:
        facts = replace(self.facts, owner_level=Level.VILLAGE)

        if level in {Level.TOWN, Level.DISTRICT}:
            assert self.up(facts, level, SYSTEM) is State.DISPATCHED
        else:
            with pytest.raises(NotThatWay):
                self.up(facts, level, SYSTEM)

    def test_the_clock_takes_up_what_nobody_owns(self) -> None:
        facts = CaseFacts(state=State.ACCEPTED)

        assert self.up(facts, Level.GRID_LEADER, SYSTEM) is State.ACCEPTED

    def test_a_department_goes_to_the_town(self) -> None:
        facts = replace(self.facts, owner_level=Level.DEPARTMENT)

        assert self.up(facts, Level.TOWN, person(HANDLER, Role.DEPT_HANDLER))

    def test_nobody_stands_above_the_district(self) -> None:
        facts = replace(self.facts, owner_level=Level.DISTRICT)

        for level in Level:
            with pytest.raises(NotThatWay):
                self.up(facts, level, SYSTEM)


class TestPoliceCases:
    facts = CaseFacts(
        state=State.DISPATCHED,
        privacy=Privacy.POLICE,
        owner_id=HANDLER,
        owner_level=Level.POLICE_AUX,
    )
    station = person(THIRD, Role.DEPT_HANDLER, departments="police_station")

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.POLICE_AUX}))
    def test_nobody_outside_moves_them_owner_or_not(self, role: Role) -> None:
        outsider = person(HANDLER, role, departments="fire")

        assert not any(may(replace(self.facts, state=s), m, mover=outsider) for s, m in TABLE)

    def test_the_auxiliary_accepts(self) -> None:
        aux = person(HANDLER, Role.POLICE_AUX)

        assert decide(self.facts, Move.ACCEPT, mover=aux, now=NOW) is State.HANDLING

    def test_the_station_stands_in_for_town_and_district_and_nobody_else(self) -> None:
        mixed = person(
            THIRD, Role.DEPT_HANDLER, Role.GRID_LEADER, departments="police_station fire"
        )

        roles = acting_roles(self.facts, mixed)

        assert roles == {Role.DEPT_HANDLER, Role.TOWN_ADMIN, Role.DISTRICT_CMD}

    def test_the_station_verifies_even_an_urgent_one(self) -> None:
        facts = replace(self.facts, state=State.TO_VERIFY, urgency=Urgency.URGENT)

        assert decide(facts, Move.VERIFY, mover=self.station, given=FOUND, now=NOW) is State.CLOSED

    def test_the_auxiliary_verifies_nothing(self) -> None:
        facts = replace(self.facts, state=State.TO_VERIFY)

        with pytest.raises(NotYours):
            decide(facts, Move.VERIFY, mover=person(9, Role.POLICE_AUX), given=FOUND, now=NOW)

    @pytest.mark.parametrize("level", [*Level, None])
    def test_they_are_given_to_the_police_only(self, level: Level | None) -> None:
        given = replace(TO_NEW, owner_level=level)

        if level in {Level.POLICE_AUX, Level.POLICE_STATION, Level.POLICE}:
            assert decide(self.facts, Move.REASSIGN, mover=self.station, given=given, now=NOW)
        else:
            with pytest.raises(NotThatWay, match="派出所"):
                decide(self.facts, Move.REASSIGN, mover=self.station, given=given, now=NOW)

    def test_one_that_lay_in_the_grid_crosses_over(self) -> None:
        facts = replace(self.facts, owner_level=Level.VILLAGE)
        given = replace(TO_NEW, owner_level=Level.POLICE_STATION)

        assert decide(facts, Move.ESCALATE, mover=SYSTEM, given=given, now=NOW)

    def test_elsewhere_a_department_stands_in_for_nobody(self) -> None:
        normal = replace(self.facts, privacy=Privacy.SENSITIVE)

        assert acting_roles(normal, self.station) == {Role.DEPT_HANDLER}
