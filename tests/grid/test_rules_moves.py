"""What stops a move that the table has: values, limits, time, and every guard both ways."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.errors import Incomplete, NotThatWay, NotYours, OftenEnough, TooLate, WrongMoment
from grid.rules import (
    TABLE,
    CaseFacts,
    Finding,
    Given,
    HandledBy,
    Level,
    Move,
    Mover,
    Need,
    State,
    Urgency,
    decide,
    last_moment,
    may,
    says_something,
)
from kernel.errors import Refusal
from kernel.grants import Role

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HANDLER, REPORTER, THIRD, NEW = 1, 2, 3, 4
RESIDENT = Mover(is_reporter=True)
TOWN = Mover(person_id=THIRD, roles=frozenset({Role.TOWN_ADMIN}))
TO_NEW = Given(owner=NEW, owner_level=Level.GRID, reason="原因")
FOUND = Given(finding=Finding.TRUE)
PATROL = CaseFacts(
    state=State.TO_VERIFY,
    owner_id=HANDLER,
    owner_level=Level.GRID,
    reported_by_staff=REPORTER,
    proposed_finding=Finding.TRUE,
)


def person(person_id: int, *roles: Role, departments: str = "") -> Mover:
    return Mover(
        person_id=person_id, roles=frozenset(roles), departments=frozenset(departments.split())
    )


def handled(facts: CaseFacts, state: State) -> CaseFacts:
    return replace(facts, state=state)


class TestWhatMustBeGiven:
    full = Given(
        owner=NEW,
        owner_level=Level.TOWN,
        reason="原因",
        result_text="修好了",
        finding=Finding.TRUE,
        proposed_finding=Finding.TRUE,
        main_case=7,
        responsible_channel="12345",
    )

    @pytest.mark.parametrize(
        ("state", "move", "need"),
        [(state, move, need) for (state, move), row in TABLE.items() for need in row.needs],
    )
    def test_whatever_is_missing_is_asked_for_in_its_own_words(
        self, state: State, move: Move, need: Need
    ) -> None:
        roles = (Role.GRID_FULL, Role.TOWN_ADMIN, Role.DISTRICT_CMD)
        mover = replace(person(HANDLER, *roles), is_reporter=True)
        empty = replace(self.full, **{need.value: getattr(Given(), need)})

        with pytest.raises(Incomplete) as refusal:
            decide(handled(PATROL, state), move, mover=mover, given=empty, now=NOW)

        assert str(refusal.value).startswith(("请选", "请写", "请定"))

    @pytest.mark.parametrize("blank", ["", " ", "\u3000\n", "\u200b", "。。。", "\u202e"])
    def test_blanks_and_dots_are_no_reason(self, blank: str) -> None:
        with pytest.raises(Incomplete, match="原因"):
            decide(PATROL, Move.SEND_BACK, mover=TOWN, given=Given(reason=blank), now=NOW)

    @given(st.text(min_size=1).filter(str.isalnum))
    def test_any_word_says_something(self, word: str) -> None:
        assert says_something(f"　…{word}")

    def test_a_case_is_not_merged_into_itself(self) -> None:
        facts = CaseFacts(state=State.HANDLING, case_id=7)

        with pytest.raises(NotThatWay, match="自己"):
            decide(facts, Move.MERGE, mover=TOWN, given=self.full, now=NOW)


class TestWhoHandles:
    @pytest.mark.parametrize(
        ("state", "move"),
        [
            (State.ACCEPTED, Move.ASSIGN),
            (State.RETURNED, Move.ASSIGN),
            (State.REOPENED, Move.ASSIGN),
            (State.HANDLING, Move.REASSIGN),
        ],
    )
    def test_not_whoever_reported_it_as_staff(self, state: State, move: Move) -> None:
        facts = handled(PATROL, state)

        assert decide(facts, move, mover=TOWN, given=TO_NEW, now=NOW)
        with pytest.raises(NotYours, match="上报"):
            decide(facts, move, mover=TOWN, given=replace(TO_NEW, owner=REPORTER), now=NOW)

    @pytest.mark.parametrize(
        ("state", "move"),
        [(State.DISPATCHED, Move.ACCEPT), (State.HANDLING, Move.REPORT_RESULT)],
    )
    def test_nor_do_they_accept_or_report_a_result_when_it_climbed_to_them(
        self, state: State, move: Move
    ) -> None:
        facts = replace(PATROL, state=state, owner_id=REPORTER)
        result = Given(result_text="修好了", proposed_finding=Finding.TRUE)

        with pytest.raises(NotYours, match="上报"):
            decide(facts, move, mover=person(REPORTER, Role.GRID_LEADER), given=result, now=NOW)

    def test_a_resident_who_reported_leaves_it_open_to_all(self) -> None:
        facts = CaseFacts(state=State.DISPATCHED, owner_id=HANDLER)

        end = decide(facts, Move.ACCEPT, mover=person(HANDLER, Role.GRID_FULL), now=NOW)

        assert end is State.HANDLING


@pytest.mark.parametrize("move", [Move.VERIFY, Move.SEND_BACK])
class TestWhoVerifies:
    given = Given(finding=Finding.PARTLY, reason="还有半堆")

    def decide(self, facts: CaseFacts, move: Move, mover: Mover) -> State:
        return decide(facts, move, mover=mover, given=self.given, now=NOW)

    @pytest.mark.parametrize("kind", list(HandledBy))
    def test_never_whoever_handled_it(self, move: Move, kind: HandledBy) -> None:
        facts = replace(PATROL, handled_by_kind=kind, handled_by=frozenset({8}))

        for handler in (HANDLER, 8):
            with pytest.raises(NotYours, match="经手"):
                self.decide(facts, move, person(handler, Role.GRID_LEADER))

    def test_not_whoever_reported_what_the_grid_handled(self, move: Move) -> None:
        with pytest.raises(NotYours, match="第三"):
            self.decide(PATROL, move, person(REPORTER, Role.GRID_FULL))

    @pytest.mark.parametrize("kind", [HandledBy.DEPARTMENT, HandledBy.OUTSIDE_UNIT])
    def test_but_whoever_reported_what_somebody_else_did(self, move: Move, kind: HandledBy) -> None:
        facts = replace(PATROL, handled_by_kind=kind)

        assert self.decide(facts, move, person(REPORTER, Role.GRID_FULL))

    def test_a_third_person_does(self, move: Move) -> None:
        assert self.decide(PATROL, move, person(THIRD, Role.GRID_FULL))

    def test_somebody_unknown_does_not(self, move: Move) -> None:
        with pytest.raises(NotYours):
            self.decide(PATROL, move, Mover(roles=frozenset({Role.GRID_FULL})))

    @pytest.mark.parametrize("urgency", list(Urgency))
    def test_a_part_timer_only_what_is_not_urgent(self, move: Move, urgency: Urgency) -> None:
        facts = replace(PATROL, urgency=urgency)

        if urgency is Urgency.NORMAL:
            assert self.decide(facts, move, person(THIRD, Role.GRID_PART))
        else:
            with pytest.raises(NotYours, match="紧急"):
                self.decide(facts, move, person(THIRD, Role.GRID_PART))

    @pytest.mark.parametrize("role", [Role.GRID_FULL, Role.GRID_LEADER, Role.TOWN_ADMIN])
    def test_an_urgent_one_is_for_the_others(self, move: Move, role: Role) -> None:
        facts = replace(PATROL, urgency=Urgency.URGENT)

        assert self.decide(facts, move, person(THIRD, role, Role.GRID_PART))


class TestTheResident:
    def test_closes_with_the_finding_that_was_proposed(self) -> None:
        assert decide(PATROL, Move.CONFIRM, mover=RESIDENT, given=FOUND, now=NOW) is State.CLOSED

    def test_cannot_change_the_finding(self) -> None:
        other = Given(finding=Finding.UNFOUNDED)

        with pytest.raises(NotThatWay, match="结论"):
            decide(PATROL, Move.CONFIRM, mover=RESIDENT, given=other, now=NOW)

    def test_does_not_close_what_is_urgent(self) -> None:
        urgent = replace(PATROL, urgency=Urgency.URGENT)

        with pytest.raises(NotYours, match="现场"):
            decide(urgent, Move.CONFIRM, mover=RESIDENT, given=FOUND, now=NOW)

    @pytest.mark.parametrize("reporters", [1, 2])
    def test_withdraws_only_what_nobody_else_reported(self, reporters: int) -> None:
        facts = CaseFacts(state=State.DISPATCHED, reporters=reporters)

        if reporters == 1:
            assert decide(facts, Move.WITHDRAW, mover=RESIDENT, now=NOW) is State.WITHDRAWN
        else:
            with pytest.raises(WrongMoment, match="照办"):
                decide(facts, Move.WITHDRAW, mover=RESIDENT, now=NOW)


@pytest.mark.parametrize(
    ("state", "move"), [(State.CLOSED, Move.REOPEN), (State.REJECTED, Move.OBJECT)]
)
class TestAskingAgain:
    ended = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)
    given = Given(reason="还是老样子")

    def facts(self, state: State, *, times: int = 0) -> CaseFacts:
        return CaseFacts(
            state=state,
            closed_at=self.ended,
            rejected_at=self.ended,
            reopens=times,
            objections=times,
        )

    def test_goes_until_the_seventh_day_is_over(self, state: State, move: Move) -> None:
        last = datetime(2026, 3, 9, 23, 59, 59, tzinfo=SHANGHAI)

        assert decide(self.facts(state), move, mover=RESIDENT, given=self.given, now=last)

    def test_is_too_late_on_the_eighth(self, state: State, move: Move) -> None:
        midnight = datetime(2026, 3, 10, tzinfo=SHANGHAI).astimezone(UTC)

        with pytest.raises(TooLate, match="7天"):
            decide(self.facts(state), move, mover=RESIDENT, given=self.given, now=midnight)

    def test_goes_once(self, state: State, move: Move) -> None:
        facts = self.facts(state, times=1)

        assert not may(facts, move, mover=RESIDENT)
        with pytest.raises(OftenEnough, match="一次"):
            decide(facts, move, mover=RESIDENT, given=self.given, now=self.ended)


@given(st.integers(0, 10**8))
def test_seven_days_are_at_least_seven_times_24_hours(seconds: int) -> None:
    since = NOW + timedelta(seconds=seconds)

    last = last_moment(since, timedelta(days=7))

    assert timedelta(days=7) < last - since <= timedelta(days=8)


@pytest.mark.parametrize("state", [State.DISPATCHED, State.HANDLING])
@pytest.mark.parametrize("returns", range(4))
def test_a_case_is_returned_twice_and_then_the_town_decides(state: State, returns: int) -> None:
    facts = CaseFacts(state=state, owner_id=HANDLER, returns=returns)
    owner = person(HANDLER, Role.GRID_FULL)
    reason = Given(reason="不归我们")

    if returns < 2:
        assert decide(facts, Move.RETURN, mover=owner, given=reason, now=NOW) is State.RETURNED
        return
    with pytest.raises(OftenEnough, match="镇级"):
        decide(facts, Move.RETURN, mover=owner, given=reason, now=NOW)
    assert decide(facts, Move.REASSIGN, mover=TOWN, given=TO_NEW, now=NOW) is state


class TestRework:
    facts = CaseFacts(state=State.REOPENED, owner_id=HANDLER, handled_by=frozenset({8}))

    @pytest.mark.parametrize("owner", [HANDLER, 8])
    def test_does_not_go_to_who_had_it(self, owner: int) -> None:
        with pytest.raises(NotThatWay, match="换人"):
            decide(self.facts, Move.ASSIGN, mover=TOWN, given=replace(TO_NEW, owner=owner), now=NOW)

    def test_goes_to_somebody_new(self) -> None:
        end = decide(self.facts, Move.ASSIGN, mover=TOWN, given=TO_NEW, now=NOW)

        assert end is State.DISPATCHED

    def test_goes_to_the_same_one_if_somebody_watches(self) -> None:
        watched = replace(TO_NEW, owner=HANDLER, supervised=True)

        assert decide(self.facts, Move.ASSIGN, mover=TOWN, given=watched, now=NOW)


@pytest.mark.parametrize("upheld", [False, True])
def test_what_was_upheld_is_not_refused_again(*, upheld: bool) -> None:
    facts = CaseFacts(state=State.ACCEPTED, upheld=upheld)
    given = Given(reason="不归我们", responsible_channel="12345")

    if upheld:
        with pytest.raises(WrongMoment, match="异议"):
            decide(facts, Move.REJECT, mover=TOWN, given=given, now=NOW)
    else:
        assert decide(facts, Move.REJECT, mover=TOWN, given=given, now=NOW) is State.REJECTED


@pytest.mark.parametrize("move", [Move.UPHOLD, Move.DISMISS])
def test_whoever_refused_does_not_judge_the_objection(move: Move) -> None:
    facts = CaseFacts(state=State.OBJECTED, rejected_by=HANDLER)
    reason = Given(reason="复核过")

    assert decide(facts, move, mover=person(THIRD, Role.DISTRICT_CMD), given=reason, now=NOW)
    with pytest.raises(NotThatWay):
        decide(facts, move, mover=person(HANDLER, Role.DISTRICT_CMD), given=reason, now=NOW)


PEOPLE = st.integers(1, 4)
VERIFIERS = st.sampled_from([Role.GRID_FULL, Role.GRID_PART, Role.GRID_LEADER, Role.TOWN_ADMIN])
TO_VERIFY = st.builds(
    CaseFacts,
    state=st.just(State.TO_VERIFY),
    owner_id=PEOPLE,
    reported_by_staff=st.none() | PEOPLE,
    handled_by=st.frozensets(PEOPLE, max_size=2),
    handled_by_kind=st.sampled_from(HandledBy),
    urgency=st.sampled_from(Urgency),
)


@given(TO_VERIFY, PEOPLE, VERIFIERS)
def test_no_way_leads_around_the_third_person(facts: CaseFacts, verifier: int, role: Role) -> None:
    try:
        decide(facts, Move.VERIFY, mover=person(verifier, role), given=FOUND, now=NOW)
    except Refusal:
        return

    assert verifier not in facts.handled_by | {facts.owner_id}
    assert facts.handled_by_kind is not HandledBy.GRID or verifier != facts.reported_by_staff
    assert facts.urgency is Urgency.NORMAL or role is not Role.GRID_PART
