"""What the town's desk reads at night: the urgent cases nobody has said of that they go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from grid.models import OPEN, Case, DeskAlarm
from grid.queries.cards import Card, card_of, with_card
from grid.queries.departments import of_desks
from kernel.access import Actor
from kernel.permissions import Permission
from people.queries import scoped

MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NightCall:
    """An urgent case the desk was called to."""

    card: Card
    began_at: datetime
    rung: int
    answered: bool


def called_tonight(session: Session, *, by: Actor, now: datetime) -> tuple[NightCall, ...]:
    """Return the calls to the desk of *by* that still matter, the latest first; one statement."""
    statement = (
        with_card(DeskAlarm)
        .join(DeskAlarm, DeskAlarm.case_id == Case.id)
        .where(
            Case.state.in_(OPEN),
            Case.responded_at.is_(None),
            DeskAlarm.round == Case.reopens,
        )
    )
    rows = session.execute(
        scoped(statement, of_desks(by), Permission.CASE_ASSIGN)
        .order_by(DeskAlarm.began_at.desc(), DeskAlarm.id)
        .limit(MOST)
    )
    return tuple(
        NightCall(
            card=card_of(row, now=now, full=False),
            began_at=row.DeskAlarm.began_at,
            rung=row.DeskAlarm.rung,
            answered=row.DeskAlarm.answered_at is not None,
        )
        for row in rows
    )
