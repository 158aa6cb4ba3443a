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

    Of several with one name the last four digits of a phone number, written behind the name, say
    which.  Answered alike whether there is no such household or nobody of that name in it.

    Raises:
        NobodyThere: nobody, or several of one name.
    """
    wanted = "".join(name.split())
    people = members_of(work, number, there=there) if wanted else []
    named = [one for one in people if wanted == _tight(one)]
    named = named or [one for one in people if wanted == f"{_tight(one)}{(one.phone or '')[-4:]}"]
    if len(named) > 1:
        raise NobodyThere(
            "这一户里有几个人同名，请在姓名后面写上手机号后四位。没有手机的，请村里在姓名里写明。"
        )
    if not named:
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
