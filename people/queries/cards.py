"""Whose card is whose, for the cards that are printed."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from people import rules
from people.models import Household, Person
from people.queries.areas import paths_of
from people.rules import Level


class Holder(NamedTuple):
    """What stands on a household's card."""

    name: str  # of the head, masked, or of the firm
    area: str


def card_holders(session: Session, household_ids: Collection[int]) -> Mapping[int, Holder]:
    """Return what stands on the cards of households: two statements; for printing, unscoped."""
    head = aliased(Person)
    rows = session.execute(
        select(Household, head.name)
        .outerjoin(head, (head.household_id == Household.id) & head.is_head)
        .where(Household.id.in_(household_ids))
    ).all()
    paths = paths_of(session, (home.area_code for home, _name in rows), top=Level.VILLAGE)
    return {
        home.id: Holder(
            name=home.name or rules.mask_name(name) or home.number,
            area=paths.get(home.area_code, ""),
        )
        for home, name in rows
    }
