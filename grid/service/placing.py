"""A desk says where a case really is: what was said without a place can go down to people."""

from typing import Final

from grid.events import CasePlaced
from grid.models import Case
from grid.models.cases import BARRED_AS
from grid.queries.accused import family
from grid.queries.facts import category_of
from grid.queries.placing import checked_place
from grid.rules import TABLE, Move, Need, says_something
from kernel import audit
from kernel.access import Actor
from kernel.work import Work
from people.queries import path_of
from people.queries.bars import staff_under
from people.rules import Level, at_level
from people.service.bars import bar

PLACES: Final = frozenset({Move.ASSIGN, Move.REASSIGN})  # moves that may say where it is


def place(work: Work, case: Case, chosen: Move, code: str, reason: str, *, by: Actor) -> str:
    """Let a locked case lie in the area *code*; return the reason for the history, with the place.

    From now on whoever works there sees it, and nobody else below *by*.  Where the move wants a
    reason and there is none, none is made of the place: the rules say that it is missing.

    Raises:
        NotYours: *by* gives out nothing here, or nothing there.
        NotThatWay: there is no such area, or it is closed.
    """
    if code == case.area_code:
        return reason
    area = checked_place(work.session, case, code, by=by)
    audit.note(
        work,
        by=by,
        action="case.place",
        subject=f"{BARRED_AS}:{case.id}",
        area=case.area_code,
        detail=f"{case.area_code} → {area.code}",
    )
    case.area_code = area.code
    known = category_of(case)
    if known is not None and known.skip_level:
        keep_away(work, case)
    work.session.flush()  # who can take it is asked of what is written
    work.announce(CasePlaced(case_id=case.id))
    return _said(work, case, chosen, reason)


def keep_away(work: Work, case: Case) -> None:
    """Bar all who work in the grid or village that a case complains of: the place's, or its own."""
    about = at_level(case.area_code, Level.VILLAGE) or case.area_code
    accused = staff_under(work.session, about)
    bar(work, BARRED_AS, family(work.session, case.id), accused=accused)


def _said(work: Work, case: Case, chosen: Move, reason: str) -> str:
    row = TABLE.get((case.state, chosen))
    where = f"地方是{path_of(work.session, case.area_code, top=Level.TOWN)}"
    if says_something(reason):
        return f"{where}。{reason}"
    return reason if row is None or Need.REASON in row.needs else where
