"""Whether one person may make one move on one case now, and where it leads.

``decide`` is the whole answer: the table, who may, how often, until when, what must be given, and
the guards.  It changes nothing and asks nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from grid.errors import Incomplete, NotThatWay, NotYours, OftenEnough, TooLate, WrongMoment
from grid.rules import guards
from grid.rules.categories import CATALOGUE, POLICE_BUREAU, Privacy
from grid.rules.guards import HandledBy
from grid.rules.levels import POLICE_LEVELS, Level
from grid.rules.states import (
    ACTOR_ROLES,
    TABLE,
    Actor,
    Finding,
    Guard,
    Move,
    Need,
    State,
    Transition,
    Urgency,
    transition,
)
from kernel.clock import SHANGHAI
from kernel.grants import Role

NOBODY: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the rules must know of a case.  People are ids, moments are aware."""

    state: State
    urgency: Urgency = Urgency.NORMAL
    privacy: Privacy = Privacy.NORMAL
    case_id: int | None = None
    owner_id: int | None = None
    owner_level: Level | None = None
    reported_by_staff: int | None = None  # who filed it on patrol; None = a resident did
    handled_by: frozenset[int] = NOBODY  # everybody who ever worked on it, beside the owner
    handled_by_kind: HandledBy = HandledBy.GRID
    proposed_finding: Finding | None = None
    classified: bool = True  # somebody has said what kind of thing it is
    reporters: int = 1
    returns: int = 0  # in the life of the case, like the next two
    reopens: int = 0
    objections: int = 0
    upheld: bool = False
    rejected_by: int | None = None
    closed_at: datetime | None = None
    rejected_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """Who wants to move it.  The caller has seen to it that the case is within their reach."""

    person_id: int | None = None
    roles: frozenset[Role] = frozenset()
    departments: frozenset[str] = frozenset()  # as a department's handler
    is_system: bool = False
    is_reporter: bool = False  # holds the receipt, or signed in as the one who reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What comes with the move; each need of the table has the field of its name."""

    owner: int | None = None  # the person it goes to
    owner_level: Level | None = None
    supervised: bool = False  # a level above watches and a supervisor rings the resident
    reason: str = ""
    result_text: str = ""
    finding: Finding | None = None
    proposed_finding: Finding | None = None
    main_case: int | None = None
    responsible_channel: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One move somebody tries to make."""

    facts: CaseFacts
    row: Transition
    mover: Mover
    given: Given = field(default_factory=Given)


SYSTEM: Final = Mover(is_system=True)
WORDS_MISSING: Final[Mapping[Need, str]] = MappingProxyType(
    {
        Need.OWNER: "请选派给谁。",
        Need.REASON: "请写明原因。",
        Need.RESULT_TEXT: "请写一句办理结果。",
        Need.PROPOSED_FINDING: "请选您看到的情况：属实、部分属实、不属实，还是查不清。",
        Need.FINDING: "请定结论：属实、部分属实、不属实，还是查不清。",
        Need.MAIN_CASE: "请选合并到哪一件。",
        Need.RESPONSIBLE_CHANNEL: "请写明这件事该找谁。",
    }
)
# What was handled is of some kind, and the coins and the figures follow from that.  A case that is
# refused, merged or withdrawn needs none: nothing was done, and what is not ours may be of no kind
# of ours; to make somebody pick one would only falsify the figures.
KIND_MISSING: Final = "这件事还没定类目，请选类目。"
REFUSALS: Final[Mapping[Guard, str]] = MappingProxyType(
    {
        Guard.HANDLER_NOT_STAFF_REPORTER: "这件事是这位工作人员上报的，要由别人来办。",
        Guard.VERIFIER_NOT_HANDLER: "这件事您经手办过，要由别人来核实。",
        Guard.THIRD_PERSON_IF_SELF_HANDLED: "自己报自己办的，要由第三个人来核实。",
        Guard.LIGHT_VERIFY_NON_URGENT: "紧急的事要由专职网格员、网格长或镇级到现场核实。",
        Guard.NON_URGENT: "紧急的事要由工作人员到现场核实后才能办结。",
        Guard.FINDING_AS_PROPOSED: "确认已解决时，结论以办理人提出的为准。",
        Guard.DIFFERENT_OWNER_OR_SUPERVISED: "重办要换人；换不了的，请上一级盯办并打电话给居民。",
        Guard.SOLE_REPORTER: "这件事还有别人报过，只撤您那一份，事情照办。",
        Guard.NO_REJECT_AFTER_UPHELD: "居民的异议已经成立，这件事不能再不予受理。",
        Guard.ONE_LEVEL_UP: "只能往上一级，不能跳级；裁决的人不能是原来决定的人。",
    }
)
OFTEN_ENOUGH: Final[Mapping[Move, str]] = MappingProxyType(
    {
        Move.RETURN: "这件事已经退回过两次，不能再退，由镇级直接定人。",
        Move.REOPEN: "这件事已经重办过一次，不能再申请重办；还不满意请打投诉电话。",
        Move.OBJECT: "这件事已经提过一次异议。",
    }
)
TIMES: Final[Mapping[Move, Callable[[CaseFacts], int]]] = MappingProxyType(
    {
        Move.RETURN: lambda facts: facts.returns,
        Move.REOPEN: lambda facts: facts.reopens,
        Move.OBJECT: lambda facts: facts.objections,
    }
)
SINCE: Final[Mapping[State, Callable[[CaseFacts], datetime | None]]] = MappingProxyType(
    {
        State.CLOSED: lambda facts: facts.closed_at,
        State.REJECTED: lambda facts: facts.rejected_at,
    }
)


def decide(
    facts: CaseFacts, move: Move, *, mover: Mover, given: Given | None = None, now: datetime
) -> State:
    """Return the state the case is in after *move*, or refuse with a sentence.

    Raises:
        WrongMoment: the table has no such move from here.
        NotYours: this person may not, or a guard about people says no.
        OftenEnough: the move's limit is used up.
        TooLate: its time is over.
        Incomplete: something it needs is missing.
        NotThatWay: what was given cannot be.
    """
    attempt = Attempt(facts, transition(facts.state, move), mover, given or Given())
    refuse_stranger(attempt)
    refuse_repetition(attempt)
    refuse_late(attempt, now)
    refuse_incomplete(attempt)
    refuse_unguarded(attempt)
    return attempt.row.end(facts.state)


def may(facts: CaseFacts, move: Move, *, mover: Mover) -> bool:
    """Whether to offer *move* at all: the table, the person and the limit; not the guards."""
    if (facts.state, move) not in TABLE:
        return False
    row = TABLE[facts.state, move]
    return _concerns(facts, row, mover) and not _used_up(facts, row)


def refuse_stranger(attempt: Attempt) -> None:
    """Raise NotYours where this is nobody the table lets make the move."""
    if not _concerns(attempt.facts, attempt.row, attempt.mover):
        raise NotYours("这一步不归您做。")


def refuse_repetition(attempt: Attempt) -> None:
    """Raise OftenEnough where the limit is used up."""
    if _used_up(attempt.facts, attempt.row):
        raise OftenEnough(OFTEN_ENOUGH[attempt.row.move])


def refuse_late(attempt: Attempt, now: datetime) -> None:
    """Raise TooLate after the last of the natural days the table gives."""
    within = attempt.row.within
    since = SINCE[attempt.facts.state](attempt.facts) if within is not None else None
    if within is None or since is None:
        return
    if now >= last_moment(since, within):
        raise TooLate(
            "已经过了%(days)s天，不能再%(move)s；可以重新上报。",
            days=within.days,
            move=attempt.row.name,
        )


def refuse_incomplete(attempt: Attempt) -> None:
    """Raise Incomplete for the first thing the move needs and did not get."""
    for need in attempt.row.needs:
        value = getattr(attempt.given, need)
        if value is None or (isinstance(value, str) and not guards.says_something(value)):
            raise Incomplete(WORDS_MISSING[need])
    if attempt.row.move is Move.REPORT_RESULT and not attempt.facts.classified:
        raise Incomplete(KIND_MISSING)
    if attempt.given.main_case is not None and attempt.given.main_case == attempt.facts.case_id:
        raise NotThatWay("不能合并到它自己。")
    if Need.OWNER in attempt.row.needs and _leaves_the_police(attempt):
        raise NotThatWay("涉警的事只能交给派出所或辅警。")


def refuse_unguarded(attempt: Attempt) -> None:
    """Raise for the first guard that does not hold."""
    for guard in guards_of(attempt.row):
        if not GUARDS[guard](attempt):
            raise _REFUSED_AS.get(guard, NotYours)(REFUSALS[guard])


def guards_of(row: Transition) -> tuple[Guard, ...]:
    """Return what must hold for a row of the table.

    A case may be escalated to, and so be owned by, the very leader who reported it: somebody must
    see to it.  But that leader reports no result on it (G3), which the table does not spell out.
    """
    if row.move is Move.REPORT_RESULT:
        return (*row.guards, Guard.HANDLER_NOT_STAFF_REPORTER)
    return row.guards


def last_moment(since: datetime, within: timedelta) -> datetime:
    """Return the end of the last natural day in Asia/Shanghai; that of *since* is not counted."""
    day = since.astimezone(SHANGHAI).date() + within + timedelta(days=1)
    return datetime.combine(day, time.min, SHANGHAI).astimezone(since.tzinfo)


def acting_roles(facts: CaseFacts, mover: Mover) -> frozenset[Role]:
    """Return whose moves this person makes; in police cases the police stand in for the others."""
    if facts.privacy is not Privacy.POLICE:
        return mover.roles
    if not CATALOGUE.police_may(mover.roles, mover.departments):
        return frozenset()
    rule = CATALOGUE.police
    mine = mover.roles & (rule.roles | set(rule.stands_in.values()))
    return mine | {role for role, by in rule.stands_in.items() if by in mine}


def _concerns(facts: CaseFacts, row: Transition, mover: Mover) -> bool:
    roles = acting_roles(facts, mover)
    is_owner = mover.person_id is not None and mover.person_id == facts.owner_id
    return (
        (mover.is_system and Actor.SYSTEM in row.by)
        or (mover.is_reporter and Role.RESIDENT in row.by)
        or bool((roles - {Role.RESIDENT}) & row.by)
        or (Actor.OWNER in row.by and is_owner and bool(roles & ACTOR_ROLES[Actor.OWNER]))
        or (Actor.VERIFIER in row.by and bool(roles & ACTOR_ROLES[Actor.VERIFIER]))
    )


def _used_up(facts: CaseFacts, row: Transition) -> bool:
    return row.limit is not None and TIMES[row.move](facts) >= row.limit


def _leaves_the_police(attempt: Attempt) -> bool:
    is_police = attempt.facts.privacy is Privacy.POLICE
    return is_police and attempt.given.owner_level not in POLICE_LEVELS


def _hands(facts: CaseFacts) -> frozenset[int]:
    """Return who had a hand in it: while a result waits to be verified the owner reported it."""
    return facts.handled_by | ({facts.owner_id} if facts.owner_id is not None else NOBODY)


def _handler(attempt: Attempt) -> bool:
    named = Need.OWNER in attempt.row.needs
    return guards.handler_not_staff_reporter(
        attempt.given.owner if named else attempt.mover.person_id,
        reported_by_staff=attempt.facts.reported_by_staff,
    )


def _third_person(attempt: Attempt) -> bool:
    return guards.third_person_if_self_handled(
        attempt.mover.person_id,
        reported_by_staff=attempt.facts.reported_by_staff,
        handled_by=_hands(attempt.facts),
        kind=attempt.facts.handled_by_kind,
    )


def _new_owner(attempt: Attempt) -> bool:
    return guards.different_owner_or_supervised(
        attempt.given.owner,
        before=_hands(attempt.facts),
        supervised=attempt.given.supervised,
    )


def _up(attempt: Attempt) -> bool:
    if attempt.row.move is not Move.ESCALATE:
        # What the station refused the bureau above it judges, and nobody else of the police.
        is_police = attempt.facts.privacy is Privacy.POLICE
        above = not is_police or POLICE_BUREAU in attempt.mover.departments
        return above and guards.not_the_first_decider(
            attempt.mover.person_id, decided_by=attempt.facts.rejected_by
        )
    level, before = attempt.given.owner_level, attempt.facts.owner_level
    if not attempt.mover.is_system:
        return guards.one_level_up(level, before=before)
    # A case that turns out to be for the police crosses over, wherever it lay.
    crosses = attempt.facts.privacy is Privacy.POLICE and before not in POLICE_LEVELS
    return crosses or guards.upwards(level, before=before)


GUARDS: Final[Mapping[Guard, Callable[[Attempt], bool]]] = MappingProxyType(
    {
        Guard.HANDLER_NOT_STAFF_REPORTER: _handler,
        Guard.VERIFIER_NOT_HANDLER: lambda one: guards.verifier_not_handler(
            one.mover.person_id, handled_by=_hands(one.facts)
        ),
        Guard.THIRD_PERSON_IF_SELF_HANDLED: _third_person,
        Guard.LIGHT_VERIFY_NON_URGENT: lambda one: guards.light_verify_non_urgent(
            acting_roles(one.facts, one.mover), urgency=one.facts.urgency
        ),
        Guard.NON_URGENT: lambda one: guards.non_urgent(one.facts.urgency),
        Guard.FINDING_AS_PROPOSED: lambda one: guards.finding_as_proposed(
            one.given.finding, proposed=one.facts.proposed_finding
        ),
        Guard.DIFFERENT_OWNER_OR_SUPERVISED: _new_owner,
        Guard.SOLE_REPORTER: lambda one: guards.sole_reporter(one.facts.reporters),
        Guard.NO_REJECT_AFTER_UPHELD: lambda one: guards.no_reject_after_upheld(
            upheld=one.facts.upheld
        ),
        Guard.ONE_LEVEL_UP: _up,
    }
)
_REFUSED_AS: Final[Mapping[Guard, type[NotYours | NotThatWay | WrongMoment]]] = MappingProxyType(
    {
        Guard.FINDING_AS_PROPOSED: NotThatWay,
        Guard.DIFFERENT_OWNER_OR_SUPERVISED: NotThatWay,
        Guard.SOLE_REPORTER: WrongMoment,
        Guard.NO_REJECT_AFTER_UPHELD: WrongMoment,
        Guard.ONE_LEVEL_UP: NotThatWay,
    }
)
