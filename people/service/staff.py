"""Verbs on members of staff and their hats.

*by* None is whoever runs the machine itself, from the command line.  Nobody
hands out a role or an area beyond their own reach, nor touches the account of
somebody who wears a hat there: who could reset that account could become it.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once, keyring
from kernel.permissions import Permission
from kernel.work import Work
from people import queries, rules
from people.errors import LoginTaken, NoSuchPerson, OutOfReach, PhoneTaken, WrongHat
from people.events import AccountClosed
from people.models import Account, Membership, Person
from people.service.bars import bar_mates

NOT_YOURS: Final = "没有这个人，或者不归您管。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A fresh account and its one-time password, which is shown once and kept nowhere."""

    person_id: int
    login: str
    password: str


def add_staff(
    work: Work,
    staff: rules.StaffRow,
    *,
    by: Actor | None,
    password: str | None = None,
    hashed: str | None = None,
) -> Issued:
    """Open an account for somebody and hand them their hats.

    Args:
        work: the unit of work.
        staff: who it is and what they do.
        by: who adds them.
        password: only for the made-up people of the demo: it need not be changed.
        hashed: what is kept of *password*, where many share one and its slow hash is at hand.

    Raises:
        BadField: a field cannot be used.
        LoginTaken: somebody else signs in so.
        OutOfReach: a role or an area lies beyond *by*.
        PhoneTaken: the private number belongs to a person who has an account, or to a resident
            and *by* is not of the district.
        WrongHat: there is no hat, or one is not worn there.
    """
    login = rules.checked_login(staff.login)
    if not staff.hats:
        raise WrongHat("至少要有一个身份。")
    person = _person(work, staff, by)
    issued = password or rules.issued_password(work.parts.chance)
    fresh = insert_once(
        work.session,
        Account,
        unique="login",
        person_id=person.id,
        login=login,
        password=hashed or rules.hash_password(issued, chance=work.parts.chance),
        must_change=password is None,
    )
    if not fresh:
        raise LoginTaken("这个登录名已经有人用了。")
    _note(work, person.id, by, "staff.add", login)
    for hat in staff.hats:
        _give(work, person.id, hat, by)
    if person.household_id is not None:
        bar_mates(work, person.household_id)
    return Issued(person_id=person.id, login=login, password=issued)


def give_hat(work: Work, person_id: int, *, hat: rules.HatWanted, by: Actor | None) -> None:
    """Hand somebody one more hat; one they wear already changes nothing.

    Raises:
        NoSuchPerson: there is no such member of staff for *by*.
        OutOfReach: the role, the area or the person lies beyond *by*, or is oneself.
        WrongHat: it is not worn there.
    """
    managed(work, person_id, by)
    _give(work, person_id, hat, by)


def take_hat(work: Work, person_id: int, *, hat: rules.HatWanted, by: Actor | None) -> None:
    """Take a hat back; one they do not wear changes nothing.

    Raises:
        NoSuchPerson: there is no such member of staff for *by*.
        OutOfReach: the person lies beyond *by*, or is oneself.
        WrongHat: it is the last one: close the account instead.
    """
    managed(work, person_id, by)
    if set(queries.hats_of(work.session, person_id)) == {hat}:
        raise WrongHat("这是最后一个身份，不能收回；人离开了就停用账号。")
    _take(work, person_id, hat, by)


def move(
    work: Work, person_id: int, *, old: rules.HatWanted, new: rules.HatWanted, by: Actor | None
) -> None:
    """Exchange one hat for another: somebody goes to work elsewhere.

    Raises:
        NoSuchPerson: there is no such member of staff for *by*.
        OutOfReach: the role, the area or the person lies beyond *by*, or is oneself.
        WrongHat: the new one is not worn there, or the old one is not theirs.
    """
    managed(work, person_id, by)
    if old not in queries.hats_of(work.session, person_id):
        raise WrongHat("这个人已经没有原来的身份了，请刷新再看。")
    _give(work, person_id, new, by)
    if old != new:
        _take(work, person_id, old, by)


def describe_staff(
    work: Work, person_id: int, *, public_name: str, work_phone: str, by: Actor | None
) -> None:
    """Write anew what residents may read about somebody.

    Raises:
        BadField: one of them cannot be used.
        NoSuchPerson: there is no such member of staff for *by*.
        OutOfReach: the person lies beyond *by*, or is oneself.
    """
    managed(work, person_id, by)
    person = work.session.get_one(Person, person_id)
    person.public_name = rules.checked_words(public_name, what="称呼", most=30, least=0)
    person.work_phone = rules.checked_desk_phone(work_phone)
    _note(work, person_id, by, "staff.edit")


def reset_password(work: Work, person_id: int, *, by: Actor | None) -> Issued:
    """Issue a new one-time password: every session ends, the lock opens, TOTP is off.

    Raises:
        NoSuchPerson: there is no such member of staff for *by*.
        OutOfReach: the person lies beyond *by*, or is oneself.
    """
    account = managed(work, person_id, by)
    issued = rules.issued_password(work.parts.chance)
    account.password = rules.hash_password(issued, chance=work.parts.chance)
    account.must_change = True
    account.epoch += 1
    account.failures, account.locked_until = 0, None
    account.totp, account.totp_step = None, 0
    _note(work, person_id, by, "staff.reset")
    return Issued(person_id=person_id, login=account.login, password=issued)


def close_account(work: Work, person_id: int, *, by: Actor | None) -> None:
    """Close somebody's account and take all hats back; what they did stays theirs.

    Raises:
        NoSuchPerson: there is no such member of staff for *by*.
        OutOfReach: the person lies beyond *by*, or is oneself.
    """
    account = managed(work, person_id, by)
    for hat in queries.hats_of(work.session, person_id):
        _take(work, person_id, hat, by)
    account.closed_at = work.now()
    account.epoch += 1
    _note(work, person_id, by, "staff.close", account.login)
    work.announce(AccountClosed(person_id=person_id))


def why_not_give(work: Work, hat: rules.HatWanted, by: Actor | None) -> str:
    """Return what keeps *by* from handing out *hat*, or ""."""
    if not rules.may_give(by, hat.role):
        return f"{rules.ROLE_NAMES[hat.role]}只能由系统管理员指定"
    if by is not None and not queries.reaches(by, Permission.SYSTEM_STAFF_EDIT, hat.area):
        return "这个区域不归您管"
    if queries.find_area(work.session, hat.area) is None:
        return f"没有编码为 {hat.area} 的区域"
    return ""


def may_take_known_phones(by: Actor | None) -> bool:
    """Whether *by* may open an account for a resident who is known by phone.

    The account would see what is the resident's own, wherever they live; so this is for those
    whose reach is the whole district.
    """
    return by is None or any(
        rules.level_of(start) is rules.Level.DISTRICT
        for start, _ in queries.area_ranges(by, Permission.SYSTEM_STAFF_EDIT)
    )


def _person(work: Work, staff: rules.StaffRow, by: Actor | None) -> Person:
    """Return the person with that phone, or a new one, with what is written about them."""
    name = rules.checked_words(staff.name, what="姓名", most=30)
    public_name = rules.checked_words(staff.public_name, what="称呼", most=30, least=0)
    work_phone = rules.checked_desk_phone(staff.work_phone)
    phone = rules.checked_phone(staff.phone) if staff.phone else None
    index = keyring().index(phone) if phone else None
    if index is None:
        person = Person(made_at=work.now())
        work.session.add(person)
    else:
        known = {"phone": phone, "phone_index": index, "made_at": work.now()}
        fresh = insert_once(work.session, Person, unique="phone_index", name=name, **known)
        if not fresh and not may_take_known_phones(by):
            raise PhoneTaken("这个手机号已经登记过，请区县的管理员来添加。")
        person = work.session.scalars(select(Person).where(Person.phone_index == index)).one()
        if work.session.get(Account, person.id) is not None:
            raise PhoneTaken("用这个手机号的人已经有账号了。")
    person.name, person.public_name, person.work_phone = name, public_name, work_phone
    work.session.flush()
    return person


def managed(work: Work, person_id: int, by: Actor | None) -> Account:
    """Return the locked account of somebody whose every hat *by* could have handed out."""
    account = work.session.scalar(
        select(Account)
        .where(Account.person_id == person_id, Account.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if account is None:
        raise NoSuchPerson(NOT_YOURS)
    if by is None:
        return account
    hats = queries.hats_of(work.session, person_id)
    near = [queries.reaches(by, Permission.SYSTEM_STAFF_EDIT, hat.area) for hat in hats]
    if not any(near):
        raise NoSuchPerson(NOT_YOURS)
    if person_id == by.id:
        raise OutOfReach("自己的身份和账号要请另一位管理员来改。")
    if not all(near) or not all(rules.may_give(by, hat.role) for hat in hats):
        raise OutOfReach("这个人还有您管不到的身份，请上一级来办。")
    return account


def _give(work: Work, person_id: int, hat: rules.HatWanted, by: Actor | None) -> None:
    rules.checked_hat(hat)
    reason = why_not_give(work, hat, by)
    if reason:
        raise OutOfReach(f"{reason}。")
    if hat in queries.hats_of(work.session, person_id):
        return
    work.session.add(
        Membership(
            person_id=person_id, role=hat.role, area_code=hat.area, department=hat.department
        )
    )
    work.session.flush()
    _note_hat(work, person_id, hat, by, "staff.hat-give")


def _take(work: Work, person_id: int, hat: rules.HatWanted, by: Actor | None) -> None:
    gone = work.session.scalars(
        delete(Membership)
        .where(
            Membership.person_id == person_id,
            Membership.role == hat.role,
            Membership.area_code == hat.area,
            Membership.department == hat.department,
        )
        .returning(Membership.id)
    ).all()
    if gone:
        _note_hat(work, person_id, hat, by, "staff.hat-take")


def _note_hat(
    work: Work, person_id: int, hat: rules.HatWanted, by: Actor | None, action: str
) -> None:
    detail = f"{hat.role.value}@{hat.area}" + (f"/{hat.department}" if hat.department else "")
    subject = f"person:{person_id}"
    audit.note(work, by=by, action=action, subject=subject, detail=detail, area=hat.area)


def _note(work: Work, person_id: int, by: Actor | None, action: str, detail: str = "") -> None:
    hats = queries.hats_of(work.session, person_id)
    audit.note(
        work,
        by=by,
        action=action,
        subject=f"person:{person_id}",
        detail=detail,
        area=hats[0].area if hats else "",
    )
