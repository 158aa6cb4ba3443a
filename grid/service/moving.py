"""Moves: the one way a case gets from one state to the next (G2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from string import digits
from types import MappingProxyType
from typing import Final

from grid.errors import NotThatWay, NotYours
from grid.events import CaseClosed, CaseMoved, ReworkSupervised
from grid.models import Case
from grid.models.cases import BARRED_AS
from grid.queries.detail import PERMISSIONS, STAFF_MOVES
from grid.queries.facts import case_facts, known_kind, mover_for, nobody_verifies_below
from grid.queries.outside import unit_was_done
from grid.queries.staff import Candidate, pick, who_can_take
from grid.rules import (
    CATALOGUE,
    ONE_UP,
    POLICE_LEVELS,
    TABLE,
    Given,
    HandledBy,
    Level,
    Move,
    Mover,
    Need,
    PauseEnd,
    State,
    decide,
    is_sampled,
)
from grid.service import merging
from grid.service.alarms import about, call, rings_on, tell, tell_desk, tell_district
from grid.service.extending import lapse
from grid.service.night import ring_desk
from grid.service.pausing import forget_questions, go_on
from grid.service.placing import PLACES, place
from grid.service.record import Entry, locked, reckon, refuse_stale, silence, wind, write
from grid.service.reporters import reports_of
from grid.service.signing import GIVES as GIVES_AWAY
from grid.service.signing import follow
from kernel.access import Actor
from kernel.work import Work
from people.models import Barred

LONGEST_CHANNEL: Final = 120
ABOVE: Final = frozenset({Level.TOWN, Level.DISTRICT})  # where few work: see who verifies


@dataclass(frozen=True, slots=True, kw_only=True)
class Values(Given):
    """What somebody fills in for a move.

    ``owner`` is a person's id; where they stand is found out here.  ``turn`` is the turn of the
    page the person looked at, so that two changes to the same state are told apart as well.
    ``area`` is where whoever gives it out says that it is; "" for where it is taken to be.
    ``category``, of a result, settles what the case is about where nobody has.
    ``came_from`` is found out here: its last owner hears of it in the group of that area.
    """

    turn: int | None = None
    area: str = ""
    category: str = ""
    came_from: str | None = None


@dataclass(frozen=True, slots=True)
class Making:
    """A move that has been decided, on its way into the case."""

    case: Case
    move: Move
    mover: Mover
    given: Given
    start: State


NOTHING: Final = Values()


def move(
    work: Work,
    case_id: int,
    chosen: Move,
    *,
    by: Actor,
    expected: State,
    values: Values = NOTHING,
) -> Case:
    """Make *chosen* the next step of a case, and write down who did it and why.

    *expected* is the state the person's page showed.  To escalate nobody needs to be named: it
    goes to whoever has least to do one level above.

    Raises:
        NoSuchCase: there is no such case where *by* may make this move.
        WrongMoment: somebody was faster, or the table has no such move from here.
        NotYours: this person may not, or had a hand in it (G3).
        OftenEnough, TooLate, Incomplete, NotThatWay: as the rules say.
    """
    if chosen not in STAFF_MOVES:
        raise NotYours("这一步不归您做。")
    if chosen is Move.MERGE:
        case = merging.locked_pair(work, case_id, values.main_case, by=by)
    else:
        case = locked(work, case_id, by=by, permission=PERMISSIONS[chosen])
    refuse_stale(work, case, expected=expected, turn=values.turn)
    mover = mover_for(by, case, PERMISSIONS[chosen])
    if chosen in PLACES and values.area:
        before = case.area_code
        reason = place(work, case, chosen, values.area, values.reason, by=by)
        values = replace(values, reason=reason, came_from=before)
    make(work, case, chosen, mover=mover, given=_completed(work, case, chosen, values))
    return case


def make(
    work: Work, case: Case, chosen: Move, *, mover: Mover, given: Given, fresh: bool = False
) -> None:
    """Make a move on a locked case.  The case tells the others, and its next owner is called.

    *fresh*: nobody has touched the case yet, so nothing need be asked about its past.

    Raises:
        WrongMoment, NotYours, OftenEnough, TooLate, Incomplete, NotThatWay: as the rules say.
    """
    nobody: frozenset[int] | None = frozenset() if fresh else None
    facts = case_facts(work.session, case, handled_by=nobody)
    end = decide(facts, chosen, mover=mover, given=given, now=work.now())
    if not fresh and given.owner is not None:
        _refuse_barred(work, case, given.owner)
    making = Making(case, chosen, mover, given, case.state)
    before, level = case.owner_id, case.owner_level
    settle_promises(work, case, end)
    case.state, case.turn = end, case.turn + 1
    EFFECTS[chosen](work, making)
    write(
        work,
        case,
        Entry(
            move=chosen,
            start=making.start,
            who=mover.person_id,
            by_reporter=mover.is_reporter,
            why=given.reason or given.result_text,
            finding=given.finding or given.proposed_finding,
        ),
    )
    follow(work, case, before=level, chosen=chosen, who=mover.person_id)
    reckon(work, case, taken=frozenset() if fresh else None)
    if not fresh and not rings_on(work, case, chosen):
        silence(work, case, answered_by=mover.person_id if chosen is Move.ACCEPT else None)
    _tell_people(work, making, before)
    _announce(work, making)
    if _stays_with(making, facts.handled_by):
        for case_id in reports_of(work, case):
            work.announce(ReworkSupervised(case_id=case_id))


def _stays_with(making: Making, before: frozenset[int]) -> bool:
    """Whether rework goes to somebody who did it before, by the town's choice or the ladder's."""
    return making.start is State.REOPENED and making.given.owner in before


def find_owner(
    work: Work, case: Case, levels: tuple[Level, ...], *, never: frozenset[int] = frozenset()
) -> Candidate | None:
    """Return whom to give the case to at the first of *levels* where somebody is."""
    people = who_can_take(work.session, case, now=work.now())
    return pick((one for one in people if one.person_id not in never), levels)


def _completed(work: Work, case: Case, chosen: Move, values: Values) -> Given:
    """Return *values* with what the program knows better than whoever fills in a form."""
    row = TABLE.get((case.state, chosen))
    if chosen is Move.MERGE and values.main_case is not None:
        channel = merging.channel_of(work, values.main_case)
        return replace(values, responsible_channel=channel)
    if row is None or Need.OWNER not in row.needs:
        return values
    people = who_can_take(work.session, case, now=work.now())
    level_above = ONE_UP.get(case.owner_level) if case.owner_level else None
    if chosen is Move.ESCALATE and values.owner is None:
        above = pick(people, (level_above,) if level_above else ())
        if above is None:
            raise NotThatWay("上一级现在没有人可以接，请打电话给值班室。")
        return replace(values, owner=above.person_id, owner_level=above.level)
    if values.owner is None:
        return values
    hats = [one for one in people if one.person_id == values.owner]
    if not hats and values.owner != case.staff_reporter:
        raise NotThatWay("这个人接不了这件事，请另选一位。")
    # Somebody with several hats takes it in the one that fits: right above, or the nearest.
    fitting = [one for one in hats if chosen is Move.ESCALATE and one.level is level_above]
    return replace(values, owner_level=next((one.level for one in (*fitting, *hats)), None))


def _refuse_barred(work: Work, case: Case, owner: int) -> None:
    """Nobody is given what is against them or their kin, whoever gives it and why."""
    if work.session.get(Barred, (owner, BARRED_AS, case.id)) is not None:
        raise NotThatWay("这个人接不了这件事，请另选一位。")


def _give(work: Work, making: Making) -> None:
    case, given = making.case, making.given
    case.owner_id, case.owner_level = given.owner, given.owner_level
    if given.owner_level is Level.DEPARTMENT:
        people = who_can_take(work.session, case, now=work.now())
        mine = [one.department for one in people if one.person_id == given.owner]
        if case.department not in mine:
            case.department = next(filter(None, mine), case.department)


def _admit(work: Work, making: Making) -> None:
    making.case.admitted_at = work.now()
    wind(work, making.case)


def _accept(work: Work, making: Making) -> None:
    case = making.case
    case.taken_at = case.taken_at or work.now()


def _return(_work: Work, making: Making) -> None:
    case = making.case
    case.returns += 1
    if case.owner_level is Level.DEPARTMENT:  # whose it is by its kind, until somebody decides
        case.department = CATALOGUE.department_of(*known_kind(case)) or case.department
    case.owner_id = case.owner_level = None


def _report(work: Work, making: Making) -> None:
    case, given = making.case, making.given
    case.result_text, case.proposed_finding = given.result_text, given.proposed_finding
    case.handled_by = making.mover.person_id
    case.handled_kind = kind_of(case.owner_level)
    if unit_was_done(work.session, case):
        case.handled_kind = HandledBy.OUTSIDE_UNIT


def kind_of(level: Level | None) -> HandledBy:
    """Return what kind of owner somebody at *level* is; the police are a department."""
    outside = {Level.DEPARTMENT, *POLICE_LEVELS}
    return HandledBy.DEPARTMENT if level in outside else HandledBy.GRID


def _close(work: Work, making: Making) -> None:
    case = making.case
    case.finding, case.closed_at = making.given.finding, work.now()
    case.verified_by = making.mover.person_id  # None: the resident said so


def _close_unseen(work: Work, making: Making) -> None:
    """Close on the reporter's word; of a few somebody goes and looks afterwards."""
    _close(work, making)
    making.case.to_spot_check = is_sampled(work.parts.chance.letters(digits, 2))


def _send_back(_work: Work, making: Making) -> None:
    case = making.case
    case.result_text, case.proposed_finding, case.handled_by = "", None, None


def _reopen(work: Work, making: Making) -> None:
    """Begin another round: other clocks, another ladder, nobody's yet."""
    case = making.case
    case.reopens += 1
    case.round_at = case.admitted_at = work.now()
    case.owner_id = case.owner_level = case.taken_at = case.responded_at = None
    case.closed_at = case.finding = case.proposed_finding = None
    case.handled_by = case.verified_by = None
    case.result_text, case.to_spot_check = "", False
    case.extended = False
    wind(work, case)


def settle_promises(work: Work, case: Case, end: State) -> None:
    """End what hangs on a case that leaves its owner's hands: standstill, questions, an ask."""
    if end is State.HANDLING:
        return
    if case.paused_until is not None:
        go_on(work, case, PauseEnd.MOVE)
    if case.questions:
        forget_questions(work, case)
    if case.extension_open and (end.is_over or end is State.OBJECTED):
        lapse(work, case)


def _object(_work: Work, making: Making) -> None:
    making.case.objections += 1


def _uphold(work: Work, making: Making) -> None:
    """Begin anew: other clocks, another ladder, nobody's yet."""
    case = making.case
    case.upheld, case.responsible_channel = True, ""
    case.round_at = case.admitted_at = work.now()
    case.owner_id = case.owner_level = case.taken_at = case.responded_at = None
    case.extended = False
    wind(work, case)


def _dismiss(work: Work, making: Making) -> None:
    making.case.rejected_at = work.now()


def _reject(work: Work, making: Making) -> None:
    case = making.case
    case.rejected_at, case.rejected_by = work.now(), making.mover.person_id
    case.responsible_channel = making.given.responsible_channel[:LONGEST_CHANNEL]


def _withdraw(_work: Work, _making: Making) -> None:
    """Nothing but the state: what was said stays as long as the law wants it kept."""


def _merge(work: Work, making: Making) -> None:
    case = making.case
    case.responsible_channel = making.given.responsible_channel
    merging.join(work, case, making.given.main_case, who=making.mover.person_id)


EFFECTS: Final[Mapping[Move, Callable[[Work, Making], None]]] = MappingProxyType(
    {
        Move.ADMIT: _admit,
        Move.ASSIGN: _give,
        Move.REASSIGN: _give,
        Move.ESCALATE: _give,
        Move.ACCEPT: _accept,
        Move.RETURN: _return,
        Move.REPORT_RESULT: _report,
        Move.VERIFY: _close,
        Move.CONFIRM: _close_unseen,
        Move.SEND_BACK: _send_back,
        Move.REOPEN: _reopen,
        Move.REJECT: _reject,
        Move.WITHDRAW: _withdraw,
        Move.MERGE: _merge,
        Move.OBJECT: _object,
        Move.UPHOLD: _uphold,
        Move.DISMISS: _dismiss,
    }
)


def _tell_people(work: Work, making: Making, before: int | None) -> None:
    case = making.case
    if making.move in GIVES_AWAY:
        call(work, case)
        if before is not None and before != case.owner_id:
            text = f"{about(work, case)}已交给别人办：{making.given.reason}"
            left = making.given.came_from if isinstance(making.given, Values) else None
            tell(work, case, before, text, at=left)
    elif making.move in {Move.RETURN, Move.REOPEN}:
        tell_desk(work, case, f"{about(work, case)}{making.move.label}，请派人。")
        ring_desk(work, case)
    elif making.move is Move.REPORT_RESULT and case.owner_level in ABOVE:
        if nobody_verifies_below(work.session, case):
            tell_district(work, case, f"{about(work, case)}办好了，下面没有别人能核实，请去核实。")
    elif making.move is Move.SEND_BACK and case.owner_id is not None:
        tell(work, case, case.owner_id, f"{about(work, case)}核实没通过，请再去看看。")


def _announce(work: Work, making: Making) -> None:
    case = making.case
    for case_id in reports_of(work, case):
        work.announce(CaseMoved(case_id=case_id, move=making.move.value, state=case.state.value))
    if case.state is State.CLOSED and case.finding is not None:
        work.announce(
            CaseClosed(
                case_id=case.id,
                category=case.category,
                urgency=case.urgency.value,
                finding=case.finding.value,
                reported_by=case.reported_by,
            )
        )
