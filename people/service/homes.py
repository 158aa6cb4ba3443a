"""What every verb on households begins with: the lock, who lives there, the line in the log.

The household is locked before its members, several by number; so whoever joins, leaves or is
moved waits for whoever decides.  *by* None is whoever runs the machine itself.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select, update

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once, keyring
from kernel.permissions import Permission
from kernel.work import Work
from people import queries, rules
from people.errors import (
    HomeAlready,
    HouseholdTaken,
    NoSuchArea,
    NoSuchHousehold,
    NoSuchMember,
    NotDecidable,
    OutOfReach,
    WrongRegrouping,
)
from people.models import Area, Household, JoinRequest, Person
from people.rules import JoinState
from people.service.bars import bar_mates

NOT_THERE: Final = "没有这一户，或者它不归您管。"
ENDED: Final = "这一户已经注销了。"
DIGITS: Final = "0123456789"
IN_A_LINE: Final = 20  # numbers of people, of a line of the log


def locked(work: Work, household_id: int, *, by: Actor | None, permission: Permission) -> Household:
    """Return an open household that *by* holds *permission* for, locked.

    Raises:
        NoSuchHousehold: there is none, it was closed, or it is not for *by*.
    """
    return locked_all(work, [household_id], by=by, permission=permission)[0]


def locked_all(
    work: Work, household_ids: Sequence[int], *, by: Actor | None, permission: Permission
) -> list[Household]:
    """Return open households, locked by number, in the order they were asked for.

    Raises:
        NoSuchHousehold: one is not there, was closed, or is not for *by*.
    """
    statement = select(Household).where(Household.id.in_(sorted(household_ids)))
    if by is not None:
        statement = queries.scoped(statement, by, permission)
    found = {home.id: home for home in work.session.scalars(_for_change(statement))}
    if len(found) < len(set(household_ids)):
        raise NoSuchHousehold(NOT_THERE)
    if any(home.closed_at is not None for home in found.values()):
        raise NoSuchHousehold(ENDED)
    return [found[one] for one in household_ids]


def locked_open(work: Work, household_id: int | None) -> Household | None:
    """Return a household whoever asks, locked, or None if there is none that is open."""
    if household_id is None:
        return None
    home = work.session.scalar(_for_change(select(Household).where(Household.id == household_id)))
    return None if home is None or home.closed_at is not None else home


def locked_person(work: Work, person_id: int) -> Person:
    """Return somebody, locked.

    Raises:
        NoSuchMember: there is nobody with that number.
    """
    statement = select(Person).where(Person.id == person_id).with_for_update()
    person = work.session.scalar(statement.execution_options(populate_existing=True))
    if person is None:
        raise NoSuchMember("没有这个人。")
    return person


def member(work: Work, home: Household, person_id: int) -> Person:
    """Return somebody who belongs to *home*, locked; *home* is locked already.

    Raises:
        NoSuchMember: they do not, or not any more.
    """
    person = locked_person(work, person_id)
    if person.household_id != home.id:
        raise NoSuchMember("这个人已经不在这一户里了，请刷新再看。")
    return person


def own_home(work: Work, by: Actor) -> tuple[Household, Person]:
    """Return the household somebody belongs to, and themselves, both locked.

    Raises:
        NoSuchHousehold: they belong to none.
    """
    known = work.session.scalar(select(Person.household_id).where(Person.id == by.id))
    home = locked_open(work, known)
    person = locked_person(work, by.id)
    if home is None or person.household_id != home.id:
        raise NoSuchHousehold("您现在不在任何一户里。")
    return home, person


def check_head(work: Work, home: Household, by: Actor) -> None:
    """Make sure that *by* is the head of *home*, which is locked.

    Raises:
        NotDecidable: they are not, or not any more.
    """
    person = locked_person(work, by.id)
    if person.household_id != home.id or not person.is_head:
        raise NotDecidable("只有户主能这样做。")


def check_free(work: Work, person: Person) -> None:
    """Make sure that a locked person belongs to no open household.

    Raises:
        HomeAlready: they do: nobody belongs to two.
    """
    if person.household_id is None:
        return
    home = work.session.get(Household, person.household_id)
    if home is not None and home.closed_at is None:
        raise HomeAlready("这个人已经在一户里了。一个人只能在一户，要先从原来那户退出。")


def put_in(work: Work, home: Household, person: Person) -> None:
    """Let a free, locked person belong to *home*; whatever they asked for before is over."""
    person.household_id, person.is_head = home.id, False
    end_requests(work, JoinRequest.person_id == person.id)
    work.session.flush()
    bar_mates(work, home.id)


def head_of(work: Work, home: Household) -> Person | None:
    """Return the head of *home*, locked, if it has one."""
    statement = select(Person).where(Person.household_id == home.id, Person.is_head)
    return work.session.scalar(
        statement.with_for_update().execution_options(populate_existing=True)
    )


def make_head(work: Work, home: Household, person: Person) -> None:
    """Let a member be the head instead of whoever is."""
    old = head_of(work, home)
    if old is not None and old.id != person.id:
        old.is_head = False
        work.session.flush()  # one head at a time, which the database sees to
    person.is_head = True
    work.session.flush()


def let_go(work: Work, home: Household, person: Person) -> None:
    """Take a locked member out of a locked household.

    Raises:
        WrongRegrouping: they are the head and others are left: first name another.
    """
    if person.is_head and count(work, home) > 1:
        raise WrongRegrouping("户主不能先走，请先换一个户主。")
    person.household_id, person.is_head = None, False
    work.session.flush()


def give_phone(work: Work, person: Person, phone: str) -> None:
    """Write down the number of a locked person who has none.

    Raises:
        HomeAlready: it is somebody else's.
        OutOfReach: they have one, which only they can change.
    """
    if person.phone is not None:
        raise OutOfReach("这个人已经有手机号了，换号要本人登录后自己改。")
    index = keyring().index(phone)
    if work.session.scalar(select(Person.id).where(Person.phone_index == index)) is not None:
        raise HomeAlready("这个手机号已经是别人的了。")
    person.phone, person.phone_index = phone, index
    work.session.flush()


def count(work: Work, home: Household) -> int:
    """Return how many belong to *home*."""
    statement = select(func.count()).select_from(Person).where(Person.household_id == home.id)
    return work.session.scalar(statement) or 0


def end_requests(
    work: Work, *conditions: ColumnElement[bool], state: JoinState = JoinState.EXPIRED
) -> None:
    """End all waiting requests that meet the conditions."""
    work.session.execute(
        update(JoinRequest)
        .where(JoinRequest.state == JoinState.WAITING, *conditions)
        .values(state=state, decided_at=work.now())
        .execution_options(synchronize_session="fetch")
    )


def check_area(work: Work, code: str, *, by: Actor | None, permission: Permission) -> None:
    """Make sure that a household may lie in an area, and that *by* may put one there.

    The area is locked against being closed meanwhile.

    Raises:
        BadField: households lie in villages or deeper.
        NoSuchArea: there is no open area with that code.
        OutOfReach: it lies beyond *by*.
    """
    area = rules.is_code(code) and work.session.scalar(
        select(Area)
        .where(Area.code == code)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if not area or area.closed_at is not None:
        raise NoSuchArea("没有这个区域，或者它已经撤销。")
    if rules.level_of(code) not in rules.LIES_IN:
        raise OutOfReach("住户要放在村社、网格或微网格。")
    if by is not None and not queries.reaches(by, permission, code):
        raise OutOfReach("那个区域不归您管，请两边都管的上一级来办。")


def add_household(work: Work, row: rules.HouseholdRow) -> Household:
    """Write a household down, with a number that nobody has if it brings none.

    Raises:
        HouseholdTaken: its number is somebody else's.
    """
    values = {
        "area_code": row.area_code,
        "kind": row.kind,
        "name": row.name,
        "address": row.address,
        "opened_at": work.now(),
    }
    number = row.number or _drawn(work, row.area_code)
    while not insert_once(work.session, Household, unique="number", number=number, **values):
        if row.number:
            raise HouseholdTaken("这个户号已经有了。")
        number = _drawn(work, row.area_code)
    return work.session.scalars(select(Household).where(Household.number == number)).one()


def known_person(work: Work, row: rules.MemberRow) -> tuple[Person, bool]:
    """Return the locked person with that phone, or a new one; and whether it is a new one."""
    if not row.phone:
        person = Person(name=row.name, made_at=work.now())
        work.session.add(person)
        work.session.flush()
        return person, True
    index = keyring().index(row.phone)
    known = {"phone": row.phone, "phone_index": index, "made_at": work.now()}
    fresh = insert_once(work.session, Person, unique="phone_index", name=row.name, **known)
    found = work.session.scalars(select(Person.id).where(Person.phone_index == index)).one()
    person = locked_person(work, found)
    if fresh or not person.name:
        person.name = row.name  # once more through the model, which keeps it findable
    work.session.flush()
    return person, fresh


def note(work: Work, home: Household, *, by: Actor | None, action: str, detail: str = "") -> None:
    """Write down what happened to a household; the words name nobody."""
    audit.note(
        work,
        by=by,
        action=f"household.{action}",
        subject=f"household:{home.id}",
        detail=detail,
        area=home.area_code,
    )


def note_belonged(work: Work, home: Household, people: Iterable[int], *, by: Actor | None) -> None:
    """Write down by number who belonged to a household until now.

    Whoever is asked later whom a thing concerns reads it (``queries.former``).
    """
    numbers = sorted(people)
    for at in range(0, len(numbers), IN_A_LINE):
        named = " ".join(f"person:{one}" for one in numbers[at : at + IN_A_LINE])
        note(work, home, by=by, action="belonged", detail=named)


def note_look(work: Work, home: Household, *, by: Actor) -> None:
    """Write down that *by* read the names of who lives there."""
    note(work, home, by=by, action="read")


def _for_change(statement: Select[Household]) -> Select[Household]:
    ordered = statement.order_by(Household.id).with_for_update()
    return ordered.execution_options(populate_existing=True)


def _drawn(work: Work, area_code: str) -> str:
    village = rules.at_level(area_code, rules.Level.VILLAGE) or area_code
    return f"{village}-{work.parts.chance.letters(DIGITS, 7)}"
