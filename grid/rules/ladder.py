"""What happens when a clock runs out: the ladder upwards, the colours, and what burns first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from grid.rules.clocks import POLICY, Deadlines, Terms, run, starts_at
from grid.rules.levels import AT_THE_POLICE, POLICE_LEVELS, Level, is_above
from grid.rules.spans import Span
from grid.rules.states import TABLE, Move, State, Urgency

NEVER: Final = datetime.max.replace(tzinfo=UTC)


class ClockKind(StrEnum):
    """Which clock."""

    ACCEPT = "accept"
    RESPOND = "respond"
    CLOSE = "close"


class Step(StrEnum):
    """One rung of the ladder, named as in the policy."""

    ACCEPT = "accept"
    RESPOND = "respond"
    QUARTER = "15m"
    HOUR = "60m"


class Colour(StrEnum):
    """How a case is shown; always together with a word and a shape."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"


class When(StrEnum):
    """What gives a case its colour, whatever share of its clock has run."""

    URGENT = "urgent"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Rung:
    """After *offset* on the running clock, unless *stopped_by* stopped, the case goes up."""

    step: Step
    offset: Span
    target: Level
    stopped_by: ClockKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderFacts:
    """What the ladder must know of a case."""

    state: State
    terms: Terms
    police: bool
    submitted_at: datetime  # of this round: for rework, when it was asked for
    owner_level: Level | None = None
    accepted_by_owner_at: datetime | None = None
    responded_at: datetime | None = None  # first logged call or "I am on my way"
    taken: frozenset[Step] = frozenset()


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step whose time has come.  Note it as taken either way; move only if ``goes_up``."""

    step: Step
    target: Level
    due_at: datetime  # in UTC
    goes_up: bool  # False: somebody as high as that owns it already


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock that is neither stopped nor paused.

    From *red_at* on it makes a case red: for closing when it is due, for the answer when the
    ladder has come to its top, for 接单 never (see the note beside the policy's colours).
    """

    kind: ClockKind
    starts_at: datetime
    due_at: datetime
    red_at: datetime = NEVER

    def used(self, now: datetime) -> float:
        """Return the share that has run: 0 before it starts, 1 and more once it is due."""
        if self.due_at <= self.starts_at:
            return 1.0
        return max(0.0, (now - self.starts_at) / (self.due_at - self.starts_at))


@dataclass(frozen=True, slots=True)
class ColourRule:
    """One line of the policy's list; the first that holds decides."""

    colour: Colour
    when: When | None
    used_at_least: float | None

    def holds(self, urgency: Urgency, used: float, *, overdue: bool) -> bool:
        """Whether this line speaks for a case."""
        if self.when is When.URGENT:
            return urgency is Urgency.URGENT
        if self.when is When.OVERDUE:
            return overdue
        return self.used_at_least is None or used >= self.used_at_least


def _colour_rule(row: Mapping[str, Any]) -> ColourRule:
    when = When(row["when"]) if "when" in row else None
    return ColourRule(Colour(row["color"]), when, row.get("used_at_least"))


COLOURS: Final = tuple(map(_colour_rule, POLICY["colors"]))
ESCALATE: Final[Mapping[Step, Mapping[str, str]]] = MappingProxyType(
    {Step(name): row for name, row in POLICY["escalate"].items()}
)


def rungs(terms: Terms, *, police: bool) -> tuple[Rung, ...]:
    """Return the rungs for a case, first the lowest; those of the police stay with the police."""
    offsets = {Step.ACCEPT: terms.accept, Step.RESPOND: terms.respond}
    return tuple(
        Rung(
            step,
            offsets.get(step) or Span.parse(step),
            AT_THE_POLICE[Level(row["to"])] if police else Level(row["to"]),
            ClockKind.ACCEPT if step is Step.ACCEPT else ClockKind.RESPOND,
        )
        for step, row in ESCALATE.items()
        if row.get("only") in {None, terms.urgency}
    )


def steps_due(facts: LadderFacts, *, now: datetime) -> tuple[DueStep, ...]:
    """Return the steps to take now, first the lowest, each at most once in a round.

    A step waits until its clock has run out, and falls away once that clock is stopped or the case
    is past escalating.  After a standstill several come at once; take them in order.
    """
    if (facts.state, Move.ESCALATE) not in TABLE:
        return ()
    stopped = {ClockKind.ACCEPT: facts.accepted_by_owner_at, ClockKind.RESPOND: facts.responded_at}
    level, due = facts.owner_level, []
    for rung in rungs(facts.terms, police=facts.police):
        due_at = run(facts.submitted_at, rung.offset.length, urgency=facts.terms.urgency)
        if rung.step in facts.taken or stopped[rung.stopped_by] is not None or now < due_at:
            continue
        goes_up = _goes_up(rung.target, level)
        due.append(DueStep(rung.step, rung.target, due_at, goes_up))
        level = rung.target if goes_up else level
    return tuple(due)


def next_step_at(facts: LadderFacts) -> datetime | None:
    """Return when the next step comes if nobody stops its clock, in UTC; None if none is left."""
    return min((step.due_at for step in steps_due(facts, now=NEVER)), default=None)


def running_clocks(
    facts: LadderFacts, due: Deadlines, *, accepted_at: datetime | None, paused: bool
) -> tuple[RunningClock, ...]:
    """Return the clocks that still run; none once a case is over or waits for an objection's end.

    *accepted_at* is when the case, not its owner, began.  A department has no minute to accept: it
    has its own time to sign, in office hours (grid/rules/signing.py).
    """
    if facts.state.is_over or facts.state is State.OBJECTED:
        return ()
    begun = starts_at(facts.submitted_at, urgency=facts.terms.urgency)
    clocks = []
    if facts.accepted_by_owner_at is None and facts.owner_level is not Level.DEPARTMENT:
        clocks.append(RunningClock(ClockKind.ACCEPT, begun, due.accept_by))
    if facts.responded_at is None:
        clocks.append(RunningClock(ClockKind.RESPOND, begun, due.respond_by, red_at=_top_at(facts)))
    if due.close_by is not None and accepted_at is not None and not paused:
        clocks.append(RunningClock(ClockKind.CLOSE, accepted_at, due.close_by, red_at=due.close_by))
    return tuple(clocks)


def first_due(clocks: Iterable[RunningClock]) -> RunningClock | None:
    """Return the clock that runs out first."""
    return min(clocks, key=lambda clock: clock.due_at, default=None)


def colour(urgency: Urgency, clocks: Iterable[RunningClock], *, now: datetime) -> Colour:
    """Return the colour by the policy's list; with no clock running nothing is used up."""
    running = tuple(clocks)
    first = first_due(running)
    used = 0.0 if first is None else first.used(now)
    overdue = any(clock.red_at <= now for clock in running)
    return next(rule.colour for rule in COLOURS if rule.holds(urgency, used, overdue=overdue))


def _top_at(facts: LadderFacts) -> datetime:
    """Return when the last rung comes: then nobody above is left to ask."""
    longest = max(rung.offset.length for rung in rungs(facts.terms, police=facts.police))
    return run(facts.submitted_at, longest, urgency=facts.terms.urgency)


def _goes_up(target: Level, level: Level | None) -> bool:
    """A case nobody owns yet goes up, and so does one that has yet to cross over to the police."""
    crosses = target in POLICE_LEVELS and level not in POLICE_LEVELS
    return level is None or crosses or is_above(target, level)
