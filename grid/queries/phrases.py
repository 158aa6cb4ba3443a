"""The sentences somebody can choose from: those that come along, and their town's own."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import people.rules
from grid.models import Phrase
from grid.rules.phrases import SHIPPED, Situation
from kernel.access import Actor
from kernel.permissions import Permission
from people.queries import scoped

MOST: Final = 200


def phrases_for(session: Session, area_code: str) -> dict[Situation, tuple[str, ...]]:
    """Return the sentences of a place, the shipped ones first; one statement."""
    rows = session.execute(
        select(Phrase.situation, Phrase.words)
        .where(Phrase.area_code.in_(people.rules.ancestors(area_code)))
        .order_by(Phrase.id)
        .limit(MOST)
    ).all()
    return {
        one: (*SHIPPED.get(one, ()), *(words for name, words in rows if name == one))
        for one in Situation
    }


def own_phrases(session: Session, *, by: Actor) -> Sequence[Phrase]:
    """Return the sentences that *by* may take out again, by situation; one statement."""
    statement = scoped(select(Phrase), by, Permission.SYSTEM_AREA_EDIT)
    return session.scalars(statement.order_by(Phrase.situation, Phrase.id).limit(MOST)).all()
