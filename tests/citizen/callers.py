"""Reports taken down for callers, as the tests of the service make them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizen import service
from citizen.models import Rating, Report, SaidFor, TakenDown
from citizen.rules import Channel, Place, Satisfied, Solved, Wish
from citizen.service import Heard
from grid.models import Case
from kernel.access import Actor
from kernel.work import transaction
from people.queries import actor_of
from tests.citizen.factories import deliver_all, said
from tests.factories import GRID

HERE = Place(area_code=GRID, name="菜场东门")


LANDLINE = "057187654321"


def taken(session: Session, by: Actor, place: Place = HERE, **more: object) -> Report:
    """Return a report that *by* took down, with its case open."""
    session.commit()
    with transaction() as work:
        number = service.take_down(work, said(**more), place, channel=Channel.PHONE, by=by).id
    deliver_all(session)
    return session.get_one(Report, number, populate_existing=True)


def say(
    session: Session, report: Report, wish: Wish, by: Actor, *, key: str = "k", words: str = ""
) -> None:
    session.commit()
    heard = Heard(
        key=key,
        channel=Channel.PHONE,
        words=words,
        solved=Solved.SOLVED,
        satisfied=Satisfied.SATISFIED,
    )
    with transaction() as work:
        service.say_for(work, report.id, wish, heard, by=by)
    session.expire_all()


def count(session: Session, table: type[SaidFor] | type[TakenDown] | type[Rating]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def owner(session: Session, report: Report) -> Actor:
    found = actor_of(session, session.get_one(Case, report.case_id).owner_id or 0)
    assert found is not None
    return found
