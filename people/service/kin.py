"""Who is whose kin, as far as those who keep the staff are told (回避)."""

from sqlalchemy import delete, func, select

from kernel import audit
from kernel.access import Actor
from kernel.db import keyring
from kernel.work import Work
from people import queries, rules
from people.errors import BadField
from people.models import Account, Kin, Person
from people.service.bars import bar_kin


def note_kin(work: Work, person_id: int, *, who: str, by: Actor) -> None:
    """Write down that a member of staff and somebody else are near relatives; again is the same.

    *who* is a login, or the mobile number somebody signed in with.

    Raises:
        NoSuchPerson: *by* may not change this member of staff.
        BadField: nobody is known by that, or it is the same person.
    """
    queries.staff_detail(work.session, person_id, by=by)
    other = _known_as(work, who)
    if other is None:
        raise BadField("没有找到这个人：写登录名，或他验证过的手机号")
    if other == person_id:
        raise BadField("这是他本人")
    first, second = sorted((person_id, other))
    if work.session.get(Kin, (first, second)) is None:
        work.session.add(Kin(person_id=first, other_id=second, noted_at=work.now()))
        work.session.flush()
        audit.note(work, by=by, action="staff.kin-noted", subject=f"person:{person_id}")
    bar_kin(work, first, second)


def drop_kin(work: Work, person_id: int, other_id: int, *, by: Actor) -> None:
    """Take back that two are kin.  What is against one of them stays hidden from the other.

    Raises:
        NoSuchPerson: *by* may not change this member of staff.
    """
    queries.staff_detail(work.session, person_id, by=by)
    first, second = sorted((person_id, other_id))
    work.session.execute(delete(Kin).where(Kin.person_id == first, Kin.other_id == second))
    audit.note(work, by=by, action="staff.kin-dropped", subject=f"person:{person_id}")


def _known_as(work: Work, who: str) -> int | None:
    login = select(Account.person_id).where(
        Account.login == func.lower(who), Account.closed_at.is_(None)
    )
    found = work.session.scalar(login)
    if found is not None:
        return found
    try:
        index = keyring().index(rules.checked_phone(who))
    except BadField:
        return None
    return work.session.scalar(select(Person.id).where(Person.phone_index == index))
