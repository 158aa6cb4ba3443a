"""What climbs, when, how far; the colours; what burns first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.rules import (
    ClockKind,
    Colour,
    Deadlines,
    DueStep,
    LadderFacts,
    Level,
    RunningClock,
    State,
    Step,
    Urgency,
    colour,
    first_due,
    next_step_at,
    rungs,
    running_clocks,
    steps_due,
    terms_of,
)
from grid.rules.levels import ONE_UP, POLICE_LEVELS, ROLES_OF_LEVEL, is_above, is_one_above

SHANGHAI = ZoneInfo("Asia/Shanghai")
URGENT, NORMAL = Urgency.URGENT, Urgency.NORMAL
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
LIVE = {State.ACCEPTED, State.DISPATCHED, State.RETURNED, State.HANDLING, State.REOPENED}

FACTS = LadderFacts(
    state=State.DISPATCHED,
    terms=terms_of(None, URGENT),
    police=False,
    submitted_at=MONDAY,
    owner_level=Level.GRID,
)
NORMAL_FACTS = replace(FACTS, terms=terms_of(None, NORMAL))


def taken_at(facts: LadderFacts, minutes: float) -> list[tuple[Step, Level, bool]]:
    now = facts.submitted_at + minutes * MINUTE
    return [(one.step, one.target, one.goes_up) for one in steps_due(facts, now=now)]


class TestTheRungs:
    def test_of_an_urgent_case_go_up_to_the_district(self) -> None:
        assert [(str(one.step), one.target) for one in rungs(FACTS.terms, police=False)] == [
            ("accept", Level.GRID_LEADER),
            ("respond", Level.VILLAGE),
            ("15m", Level.TOWN),
            ("60m", Level.DISTRICT),
        ]

    def test_of_a_normal_case_end_at_the_town(self) -> None:
        assert [one.target for one in rungs(NORMAL_FACTS.terms, police=False)][-1] is Level.TOWN

    @pytest.mark.parametrize("urgency", list(Urgency))
    def test_of_a_police_case_stay_with_the_police(self, urgency: Urgency) -> None:
        targets = {one.target for one in rungs(terms_of(None, urgency), police=True)}

        assert targets <= POLICE_LEVELS


class TestSteps:
    def test_come_when_their_clock_has_run_out_and_not_before(self) -> None:
        assert taken_at(FACTS, 0.99) == []
        assert taken_at(FACTS, 1) == [(Step.ACCEPT, Level.GRID_LEADER, True)]

    def test_come_one_after_the_other_as_they_are_noted(self) -> None:
        facts, climbed = FACTS, []
        for minutes in (1, 2, 5, 6, 15, 16, 60, 61, 600):
            for step, target, _ in taken_at(facts, minutes):
                climbed.append((minutes, target))
                facts = replace(facts, owner_level=target, taken=facts.taken | {step})

        assert climbed == [
            (1, Level.GRID_LEADER),
            (5, Level.VILLAGE),
            (15, Level.TOWN),
            (60, Level.DISTRICT),
        ]

    def test_come_all_at_once_after_a_standstill(self) -> None:
        assert [step for step, _, _ in taken_at(FACTS, 600)] == list(Step)

    def test_of_acceptance_fall_away_when_the_owner_accepted(self) -> None:
        facts = replace(FACTS, accepted_by_owner_at=MONDAY + 2 * MINUTE)

        assert taken_at(facts, 5) == [(Step.RESPOND, Level.VILLAGE, True)]

    def test_of_the_answer_all_fall_away_at_the_first_call(self) -> None:
        facts = replace(FACTS, responded_at=MONDAY + MINUTE)

        assert taken_at(facts, 600) == [(Step.ACCEPT, Level.GRID_LEADER, True)]

    @pytest.mark.parametrize("state", list(State))
    def test_come_only_while_a_case_can_climb(self, state: State) -> None:
        assert bool(taken_at(replace(FACTS, state=state), 600)) is (state in LIVE)

    def test_do_not_move_what_lies_as_high_already(self) -> None:
        facts = replace(NORMAL_FACTS, owner_level=Level.VILLAGE)

        assert taken_at(facts, 15) == [
            (Step.ACCEPT, Level.GRID_LEADER, False),
            (Step.RESPOND, Level.VILLAGE, False),
            (Step.QUARTER, Level.TOWN, True),
        ]

    def test_leave_a_department_alone_up_to_the_town(self) -> None:
        facts = replace(FACTS, owner_level=Level.DEPARTMENT)

        assert [up for _, _, up in taken_at(facts, 60)] == [False, False, True, True]

    def test_take_up_what_nobody_owns(self) -> None:
        facts = replace(FACTS, state=State.ACCEPTED, owner_level=None)

        assert taken_at(facts, 1) == [(Step.ACCEPT, Level.GRID_LEADER, True)]

    def test_of_the_police_climb_from_auxiliary_to_station_to_bureau(self) -> None:
        facts = replace(FACTS, police=True, owner_level=Level.POLICE_AUX)

        assert taken_at(facts, 60) == [
            (Step.ACCEPT, Level.POLICE_STATION, True),
            (Step.RESPOND, Level.POLICE_STATION, False),
            (Step.QUARTER, Level.POLICE_STATION, False),
            (Step.HOUR, Level.POLICE, True),
        ]

    def test_bring_to_the_police_what_still_lies_elsewhere(self) -> None:
        facts = replace(FACTS, police=True, owner_level=Level.VILLAGE)

        assert taken_at(facts, 1) == [(Step.ACCEPT, Level.POLICE_STATION, True)]

    def test_of_a_normal_case_wait_for_the_morning(self) -> None:
        evening = datetime(2026, 3, 2, 23, 0, tzinfo=SHANGHAI)
        morning = datetime(2026, 3, 3, 7, 1, tzinfo=SHANGHAI)

        assert next_step_at(replace(NORMAL_FACTS, submitted_at=evening)) == morning
        assert next_step_at(replace(FACTS, submitted_at=evening)) == evening + MINUTE

    def test_end(self) -> None:
        assert next_step_at(replace(FACTS, taken=frozenset(Step))) is None
        assert next_step_at(replace(FACTS, state=State.CLOSED)) is None

    @given(st.frozensets(st.sampled_from(Step)), st.integers(0, 3000), st.sampled_from(Level))
    def test_are_taken_once_and_only_ever_upwards(
        self, taken: frozenset[Step], minutes: int, level: Level
    ) -> None:
        facts = replace(FACTS, taken=taken, owner_level=level)

        found = steps_due(facts, now=MONDAY + minutes * MINUTE)

        assert not {one.step for one in found} & taken
        for one in found:
            assert not one.goes_up or is_above(one.target, level)
            level = one.target if one.goes_up else level

    def test_tell_when_they_were_due(self) -> None:
        [step] = steps_due(FACTS, now=MONDAY + 3 * MINUTE)

        assert step == DueStep(Step.ACCEPT, Level.GRID_LEADER, MONDAY + MINUTE, goes_up=True)
        assert step.due_at.tzinfo is UTC


class TestLevels:
    def test_lead_up_without_a_circle(self) -> None:
        for level in Level:
            assert not is_above(level, level)
        assert is_above(Level.DISTRICT, Level.GRID)
        assert not is_above(Level.GRID, Level.DISTRICT)

    def test_of_the_police_and_of_the_area_never_meet(self) -> None:
        assert all((low in POLICE_LEVELS) is (up in POLICE_LEVELS) for low, up in ONE_UP.items())

    def test_right_above_is_above(self) -> None:
        pairs = list(permutations(Level, 2))

        assert {pair for pair in pairs if is_one_above(*pair)} < {
            pair for pair in pairs if is_above(*pair)
        }

    def test_each_have_somebody(self) -> None:
        assert set(ROLES_OF_LEVEL) == set(Level)


class TestRunningClocks:
    due = Deadlines(
        accept_by=MONDAY + MINUTE, respond_by=MONDAY + 5 * MINUTE, close_by=MONDAY + 24 * HOUR
    )

    def kinds(self, facts: LadderFacts, *, paused: bool = False) -> list[ClockKind]:
        clocks = running_clocks(facts, self.due, accepted_at=MONDAY, paused=paused)
        return [clock.kind for clock in clocks]

    def test_are_those_nobody_has_stopped(self) -> None:
        accepted = replace(FACTS, accepted_by_owner_at=MONDAY)

        assert self.kinds(FACTS) == list(ClockKind)
        assert self.kinds(accepted) == [ClockKind.RESPOND, ClockKind.CLOSE]
        assert self.kinds(replace(accepted, responded_at=MONDAY)) == [ClockKind.CLOSE]
        assert self.kinds(replace(accepted, responded_at=MONDAY), paused=True) == []

    def test_of_a_department_hold_no_minute_to_accept(self) -> None:
        given = replace(FACTS, owner_level=Level.DEPARTMENT)

        assert self.kinds(given) == [ClockKind.RESPOND, ClockKind.CLOSE]

    def test_begin_in_the_morning_where_the_night_stops_them(self) -> None:
        evening = datetime(2026, 3, 2, 23, 0, tzinfo=SHANGHAI)
        facts = replace(NORMAL_FACTS, submitted_at=evening)

        clock = running_clocks(facts, self.due, accepted_at=None, paused=False)[0]

        assert clock.starts_at == datetime(2026, 3, 3, 7, 0, tzinfo=SHANGHAI)

    @pytest.mark.parametrize(
        "state",
        [State.CLOSED, State.REJECTED, State.MERGED, State.WITHDRAWN, State.OBJECTED],
    )
    def test_are_none_once_nothing_is_left_to_do(self, state: State) -> None:
        assert self.kinds(replace(FACTS, state=state)) == []


class TestColours:
    clock = RunningClock(ClockKind.CLOSE, MONDAY, MONDAY + 10 * HOUR, red_at=MONDAY + 10 * HOUR)

    @pytest.mark.parametrize(
        ("hours", "shown"),
        [
            (-1, Colour.GREEN),
            (0, Colour.GREEN),
            (7.9, Colour.GREEN),
            (8, Colour.YELLOW),
            (9.9, Colour.YELLOW),
            (10, Colour.RED),
            (99, Colour.RED),
        ],
    )
    def test_turn_with_the_share_that_has_run(self, hours: float, shown: Colour) -> None:
        assert colour(NORMAL, [self.clock], now=MONDAY + hours * HOUR) is shown

    def test_are_red_for_what_is_urgent_from_the_start(self) -> None:
        assert colour(URGENT, [self.clock], now=MONDAY) is Colour.RED
        assert colour(URGENT, [], now=MONDAY) is Colour.RED

    def test_are_green_where_no_clock_runs(self) -> None:
        assert colour(NORMAL, [], now=MONDAY) is Colour.GREEN

    def test_follow_the_clock_that_runs_out_first(self) -> None:
        sooner = RunningClock(ClockKind.RESPOND, MONDAY, MONDAY + 5 * MINUTE)

        assert first_due([self.clock, sooner]) is sooner
        assert colour(NORMAL, [self.clock, sooner], now=MONDAY + 4 * MINUTE) is Colour.YELLOW

    def test_are_red_for_a_clock_without_any_time(self) -> None:
        none_left = RunningClock(ClockKind.CLOSE, MONDAY, MONDAY, red_at=MONDAY)

        assert colour(NORMAL, [none_left], now=MONDAY) is Colour.RED

    @pytest.mark.parametrize(
        ("seconds", "shown"),
        [(0, Colour.GREEN), (50, Colour.YELLOW), (61, Colour.YELLOW), (899, Colour.YELLOW)],
    )
    def test_of_a_normal_case_late_only_for_the_first_answer_stay_yellow(
        self, seconds: int, shown: Colour
    ) -> None:
        found = self.of(NORMAL_FACTS, MONDAY + timedelta(seconds=seconds))

        assert found is shown

    def test_are_red_once_the_ladder_has_come_to_its_top_and_nobody_answered(self) -> None:
        answered = replace(NORMAL_FACTS, responded_at=MONDAY)

        assert self.of(NORMAL_FACTS, MONDAY + 15 * MINUTE) is Colour.RED
        assert self.of(answered, MONDAY + 15 * MINUTE) is Colour.YELLOW

    def test_of_what_stands_still_tell_nothing_of_its_end(self) -> None:
        facts = replace(
            NORMAL_FACTS, accepted_by_owner_at=MONDAY, responded_at=MONDAY, state=State.HANDLING
        )

        assert self.of(facts, MONDAY + 99 * HOUR, paused=True) is Colour.GREEN
        assert self.of(facts, MONDAY + 99 * HOUR) is Colour.RED

    def of(self, facts: LadderFacts, now: datetime, *, paused: bool = False) -> Colour:
        due = Deadlines(
            accept_by=MONDAY + MINUTE, respond_by=MONDAY + 5 * MINUTE, close_by=MONDAY + 50 * HOUR
        )
        return colour(
            NORMAL, running_clocks(facts, due, accepted_at=MONDAY, paused=paused), now=now
        )
