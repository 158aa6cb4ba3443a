"""Rows of the front door for tests.  Say only what the test is about; the rest is filled in."""

from dataclasses import replace
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import service
from citizen.models import Report
from citizen.rules import Place, Said
from grid import service as grid
from grid.models import Case
from grid.rules import Finding, Level, Move, State
from grid.service import Values
from kernel.access import Actor
from kernel.delivery import deliver
from kernel.grants import Role
from kernel.outbox import GRACE, Delivery
from kernel.work import parts, transaction
from people.queries import actor_of
from qr import service as qr
from qr.rules import CodeKind
from tests.factories import GRID, TOWN, VILLAGE, make_area, make_staff

PHONE = "13812345678"
A_KIND = "0503"  # earns nobody coins
_keys = count(1)


def said(**more: object) -> Said:
    """Return what somebody says, each time under another key."""
    known = Said(submission_key=f"key-{next(_keys)}", words="东门的路灯不亮")
    return replace(known, **more)  # type: ignore[arg-type]


def make_code(
    session: Session, kind: CodeKind = CodeKind.SPOT, area: str = GRID, name: str = "老街菜场东门"
) -> str:
    """Return the token of a code, in an area that somebody looks after."""
    make_area(session, area)
    make_staff(session, Role.GRID_FULL, Role.GRID_LEADER, area=area)
    session.commit()
    with transaction() as work:
        return qr.issue(work, kind=kind, area_code=area, place_name=name, by=None).token


def make_report(session: Session, area: str = GRID, **more: object) -> Report:
    """Return a report that has not gone to the grid yet."""
    make_area(session, area)
    session.commit()
    with transaction() as work:
        report = service.submit(work, said(**more), Place(area_code=area, name="菜场东门"))
        number = report.id
    return session.get_one(Report, number)


def make_case(session: Session, area: str = GRID, **more: object) -> Report:
    """Return a report whose case is open, with somebody who has it."""
    make_area(session, area)
    # At the hour of these tests no worker is on duty; whoever leads them is asked at any hour.
    make_staff(session, Role.GRID_LEADER, area=area)
    report_id = make_report(session, area, **more).id
    session.commit()
    with transaction() as work:
        service.push_to_grid(work, report_id)
    return session.get_one(Report, report_id, populate_existing=True)


def deliver_all(session: Session) -> list[str]:
    """Be the workers until nothing is owed now that has not been tried; return what was run.

    A message that is held until the morning is left alone.
    """
    seen: dict[int, str] = {}
    while True:
        session.commit()
        owed = session.scalars(select(Delivery).where(Delivery.done_at.is_(None))).all()
        soon = parts().clock.now() + GRACE
        fresh = {row.id: row.handler for row in owed if row.id not in seen and row.due_at <= soon}
        session.commit()
        if not fresh:
            return list(seen.values())
        for row_id in sorted(fresh):
            deliver(row_id)
        seen |= fresh


def close(session: Session, case_id: int | None) -> None:
    """Take a case to its end: somebody handles it, and somebody else sees that it is settled."""
    to_verify(session, case_id)
    verifier = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
    act(session, case_id, Move.VERIFY, verifier, Values(finding=Finding.TRUE))


def to_verify(session: Session, case_id: int | None) -> None:
    """Have a case handled; afterwards somebody has to see whether it is settled."""
    case = session.get_one(Case, case_id, populate_existing=True)
    if case.state is State.REOPENED:
        other = make_staff(session, Role.GRID_LEADER, area=case.area_code)
        admin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        given = Values(owner=other.id, owner_level=Level.GRID_LEADER)
        act(session, case_id, Move.ASSIGN, admin, given)
    owner = actor_of(session, session.get_one(Case, case_id, populate_existing=True).owner_id or 0)
    assert owner is not None
    act(session, case_id, Move.ACCEPT, owner, Values())
    done = Values(result_text="换了灯泡", proposed_finding=Finding.TRUE)
    act(session, case_id, Move.REPORT_RESULT, owner, done)


def act(session: Session, case_id: int | None, move: Move, by: Actor, values: Values) -> None:
    """Make one move; a result is of something whose kind somebody settled."""
    case = session.get_one(Case, case_id, populate_existing=True)
    state = case.state
    if move is Move.REPORT_RESULT:
        case.category = case.category or A_KIND
    session.commit()
    with transaction() as work:
        grid.move(work, case_id or 0, move, by=by, expected=state, values=values)
    session.expire_all()
