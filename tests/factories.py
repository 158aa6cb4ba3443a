"""Rows for tests.  Say only what the test is about; the rest is filled in."""

from itertools import count

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kernel.access import Actor, Hat
from kernel.grants import Role
from people import rules
from people.models import Account, Area, Household, Membership, Person
from tests.fakes import NOON

DISTRICT = "330106"
TOWN = "330106001"
VILLAGE = "330106001001"
GRID = f"{VILLAGE}001"
MICRO_GRID = f"{GRID}01"
NEXT_GRID = f"{VILLAGE}002"
NEXT_VILLAGE = "330106001002"
NEXT_TOWN = "330106002"
_numbers = count(1)


# Built once: every other row of every test stands in an area.
_AREAS = Area.metadata.tables[Area.__tablename__]
_ONCE = {
    one.__name__.split(".")[2]: one.insert(_AREAS).on_conflict_do_nothing()
    for one in (sqlite, postgresql)
}


def make_area(session: Session, code: str = GRID) -> Area:
    """Return a saved area; what contains it is saved too."""
    put_area(session, code)
    return session.get_one(Area, code)


def put_area(session: Session, code: str) -> None:
    """Save an area and what contains it, whatever of it is there."""
    session.flush()
    rows = [
        {"code": part, "name": f"区域{part[-3:]}", "level": rules.level_of(part)}
        for part in reversed(rules.ancestors(code))
    ]
    session.execute(_ONCE[session.get_bind().dialect.name], rows)


def make_household(session: Session, area: str = VILLAGE) -> Household:
    """Return a saved household."""
    put_area(session, area)
    household = Household(number=f"H{next(_numbers):06}", area_code=area, opened_at=NOON)
    session.add(household)
    session.flush()
    return household


def make_person(session: Session, name: str | None = None) -> Person:
    """Return a saved person who wears no hat."""
    number = next(_numbers)
    person = Person(name=name or f"李{number}", public_name=f"李师傅{number}", made_at=NOON)
    session.add(person)
    session.flush()
    return person


def make_staff(session: Session, *roles: Role, area: str = VILLAGE, department: str = "") -> Actor:
    """Return someone who can sign in and wears *roles* in *area*."""
    put_area(session, area)
    return make_crew(session, frozenset(Hat(role, area, department or None) for role in roles))[0]


def make_crew(session: Session, *each: frozenset[Hat]) -> list[Actor]:
    """Return people who can sign in, one for each set of hats; their areas are there."""
    numbers = [next(_numbers) for _ in each]
    people = [Person(name=f"李{one}", public_name=f"李师傅{one}", made_at=NOON) for one in numbers]
    session.add_all(people)
    session.flush()
    for person, hats in zip(people, each, strict=True):
        session.add(
            Account(person_id=person.id, login=f"staff{person.id}", password="-", must_change=False)
        )
        session.add_all(
            Membership(
                person_id=person.id,
                role=hat.role,
                area_code=hat.area,
                department=hat.department or "",
            )
            for hat in sorted(hats, key=lambda hat: hat.role)
        )
    session.flush()
    return [Actor(person.id, hats) for person, hats in zip(people, each, strict=True)]
