"""Cases and the people at them.  Say only what the test is about; the rest is filled in."""

from dataclasses import replace
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from grid import service
from grid.models import Act, Case, Step
from grid.rules import Finding, HandledBy, Level, Move, Privacy, State, Urgency
from grid.service import NewCase, Values
from kernel import crockford
from kernel.access import Actor, Hat
from kernel.events import Event
from kernel.grants import Role
from kernel.work import Work
from tests.factories import DISTRICT, GRID, TOWN, VILLAGE, make_area, make_crew, make_staff
from tests.fakes import NOON

_numbers = count(1)
A_KIND = "0503"  # earns nobody coins
WITH_OWNER = frozenset({State.DISPATCHED, State.HANDLING, State.TO_VERIFY})


def a_number() -> str:
    """Return a fresh receipt number."""
    body = ""
    number = next(_numbers)
    for _ in range(11):
        number, digit = divmod(number, 32)
        body = crockford.ALPHABET[digit] + body
    return crockford.with_check(body)


def a_report(**values: Any) -> NewCase:  # noqa: ANN401 - fields of NewCase
    """Return what citizen hands over."""
    number = a_number()
    new = NewCase(
        source=f"citizen.report:{number}",
        number=number,
        area_code=GRID,
        place_name="幸福路3号灯杆",
        words="楼道里堆满了纸箱。",
        submitted_at=NOON,
    )
    return replace(new, **values)


def opened(work: Work, **values: Any) -> Case:  # noqa: ANN401 - fields of NewCase
    """Return a case that went in by the front door."""
    new = a_report(**values)
    make_area(work.session, new.area_code)
    return work.session.get_one(Case, service.open_case(work, new))


def make_case(session: Session, **values: Any) -> Case:  # noqa: ANN401 - columns of Case
    """Return a saved case as it would look in its state; an owner is made where it needs one."""
    state: State = values.get("state", State.DISPATCHED)
    make_area(session, values.get("area_code", GRID))
    number = a_number()
    row: dict[str, Any] = {
        "number": number,
        "source": f"test:{number}",
        "area_code": GRID,
        "urgency": Urgency.NORMAL,
        "privacy": Privacy.NORMAL,
        "department": "urban_mgmt",
        "state": state,
        "words": "楼道里堆满了纸箱。",
        "caller_name": "张三",
        "caller_phone": "13800138000",
        "submitted_at": NOON,
        "round_at": NOON,
        "touched_at": NOON,
        "accept_by": NOON,
        "respond_by": NOON,
        **_state_columns(session, state, values),
        **values,
    }
    case = Case(**row)
    session.add(case)
    session.flush()
    handler = row.get("handled_by")
    if handler is not None:
        _note_hand(session, case, handler)
    return case


def _state_columns(session: Session, state: State, values: dict[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if state is not State.SUBMITTED:
        columns["admitted_at"] = NOON
    if state in WITH_OWNER | {State.CLOSED}:
        owner = values.get("owner_id") or make_staff(session, Role.GRID_FULL, area=GRID).id
        level = values.get("owner_level", Level.GRID)
        columns |= {"owner_id": owner, "owner_level": level}
    if state in {State.TO_VERIFY, State.CLOSED}:
        columns |= {
            "handled_by": columns["owner_id"],
            "proposed_finding": Finding.TRUE,
            "result_text": "已清走。",
            "handled_kind": HandledBy.GRID,
        }
    if state is State.CLOSED:
        columns |= {"finding": Finding.TRUE, "closed_at": NOON}
    if state is State.REJECTED:
        columns |= {"rejected_at": NOON, "responsible_channel": "物业"}
    if state is State.MERGED:
        columns["main_id"] = make_case(session, reporters=2).id
    if state is State.REOPENED:
        columns["reopens"] = 1
    return columns


def _note_hand(session: Session, case: Case, who: int) -> None:
    case.last_step += 1
    session.add(
        Step(
            case_id=case.id,
            number=case.last_step,
            at=NOON,
            who=who,
            move=Move.REPORT_RESULT,
            from_state=State.HANDLING,
            to_state=State.TO_VERIFY,
        )
    )
    session.flush()


def make_team(session: Session) -> dict[Role, Actor]:
    """Return one person for each hat of the grid queue over GRID, the police among them."""
    areas = {
        Role.GRID_FULL: GRID,
        Role.GRID_PART: GRID,
        Role.GRID_LEADER: VILLAGE,
        Role.VILLAGE_ADMIN: VILLAGE,
        Role.TOWN_ADMIN: TOWN,
        Role.DISTRICT_CMD: DISTRICT,
        Role.POLICE_AUX: VILLAGE,
        Role.AUDITOR: DISTRICT,
        Role.DEPT_HANDLER: TOWN,
    }
    make_area(session, GRID)
    police = {Role.DEPT_HANDLER: "police_station"}
    hats = [frozenset({Hat(role, area, police.get(role))}) for role, area in areas.items()]
    return dict(zip(areas, make_crew(session, *hats), strict=True))


def make_station(session: Session, area: str = TOWN) -> Actor:
    """Return somebody of the police station."""
    return make_staff(session, Role.DEPT_HANDLER, area=area, department="police_station")


def do(
    work: Work,
    case: Case,
    chosen: Move,
    by: Actor,
    **values: Any,  # noqa: ANN401 - fields of Values
) -> Case:
    """Make a move from a fresh page; a result is of something whose kind somebody settled."""
    if chosen is Move.REPORT_RESULT:
        case.category = case.category or A_KIND
    return service.move(work, case.id, chosen, by=by, expected=case.state, values=Values(**values))


def handle(work: Work, case: Case, by: Actor) -> None:
    """Report the result of a case in hand."""
    values = {"result_text": "清走了", "proposed_finding": Finding.TRUE}
    do(work, case, Move.REPORT_RESULT, by, **values)


def acts_of(session: Session, case: Case) -> list[Move | Act]:
    """Return what was written down about a case, first things first."""
    steps = session.query(Step).filter_by(case_id=case.id).order_by(Step.number)
    return [done for step in steps if (done := step.move or step.act) is not None]


def eavesdrop(work: Work) -> tuple[Work, list[Event]]:
    """Return the same unit of work, and the list of what is announced in it."""
    heard: list[Event] = []

    class Listening(Work):
        def announce(self, event: Event) -> None:
            heard.append(event)

    return Listening(work.session, work.parts), heard
