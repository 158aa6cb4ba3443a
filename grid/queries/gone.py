"""What to tell whoever does not reach a case."""

from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grid.errors import NoSuchCase
from grid.models import Case, Step
from grid.models.cases import BARRED_AS
from kernel.access import Actor
from people.queries.bars import open_to

GONE: Final = "没有这件事，或者它不在您的区域。"
TAKEN_UP: Final = "这件事已由上级办理，您不用再办了。"


def missing(session: Session, case_id: int, by: Actor) -> NoSuchCase:
    """Return what to tell *by*, whom a case is hidden from; one statement.

    Who had it in hand until it turned out to be against them, or their kin, hears that it went
    up and nothing else; everybody else does not learn that it is there.
    """
    had_it = exists(select(Step.id).where(Step.case_id == Case.id, Step.owner_id == by.id))
    barred = ~open_to(BARRED_AS, Case.id, by.id)
    taken = select(Case.id).where(Case.id == case_id, had_it, barred)
    return NoSuchCase(GONE if session.scalar(taken) is None else TAKEN_UP)
