"""Finding somebody who has no phone with them: by their household's number and their name."""

from sqlalchemy import ColumnElement, select

from kernel.work import Work
from people.errors import BadField
from people.models import Household, Person
from people.queries import lies_in
from people.rules import Level, at_level
from people.rules.households import checked_number
from points.errors import NobodyThere


def member_of(work: Work, number: str, name: str, *, there: ColumnElement[bool]) -> Person:
    """Return who has a name in the household with a number; *there* says where to look.

    Answered alike whether there is no such household or nobody of that name in it.

    Raises:
        NobodyThere: nobody, or several of one name.
    """
    wanted = "".join(name.split())
    named = [one for one in members_of(work, number, there=there) if _tight(one) == wanted]
    if not wanted or len(named) != 1:
        raise NobodyThere("这一户里没有叫这个名字的人，请看看户号和姓名。")
    return named[0]


def members_of(work: Work, number: str, *, there: ColumnElement[bool]) -> list[Person]:
    """Return who lives in the open household with a number, the head first."""
    try:
        kept = checked_number(number)
    except BadField:
        return []
    found = work.session.scalars(
        select(Person)
        .join(Household, Household.id == Person.household_id)
        .where(Household.number == kept, Household.closed_at.is_(None), there)
        .order_by(Person.is_head.desc(), Person.id)
    )
    return list(found)


def around(area_code: str) -> ColumnElement[bool]:
    """Return the condition that a household lies in the town of an area."""
    return lies_in(Household, at_level(area_code, Level.TOWN) or area_code)


def _tight(person: Person) -> str:
    return "".join(person.name.split())
