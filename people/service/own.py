"""What people may do about what is kept of themselves: put it right, or have it forgotten."""

from sqlalchemy import delete, select, update

from kernel import audit
from kernel.access import Actor
from kernel.db import keyring
from kernel.work import Work
from people import rules
from people.errors import NotWhileStaff, PhoneTaken
from people.models import JoinRequest, Person, PhoneCode
from people.queries import account_of
from people.rules import HouseholdKind, JoinState
from people.service import homes
from people.service.households import end
from people.service.phone import check_code, send_code


def correct_name(work: Work, *, name: str, by: Actor) -> None:
    """Write one's own name anew; "" is none.

    Raises:
        BadField: it cannot be used.
    """
    person = homes.locked_person(work, by.id)
    person.name = rules.checked_words(name, what="姓名", most=30, least=0)
    _note(work, by, "correct-name")


def send_new_phone_code(work: Work, *, phone: str, by: Actor) -> None:
    """Send a code to the number somebody wants to have from now on.

    Raises:
        BadField: it is no mobile number.
        TooManyCodes: enough were sent to it.
    """
    send_code(work, phone=phone, purpose=_purpose(by))


def change_phone(work: Work, *, phone: str, code: str, by: Actor) -> bool:
    """Have another number from now on, once *code* shows that it is theirs.

    Returns whether the code was right; commit after a False, too: the try counts.

    Raises:
        BadField: it is no mobile number.
        PhoneTaken: it is somebody's who is here already.
    """
    if not check_code(work, phone=phone, purpose=_purpose(by), code=code):
        return False
    number = rules.checked_phone(phone)
    index = keyring().index(number)
    person = homes.locked_person(work, by.id)
    other = work.session.scalar(select(Person.id).where(Person.phone_index == index))
    if other is not None and other != person.id:
        raise PhoneTaken("这个手机号已经登记在另一个人名下。如果是您自己的，请到村里办。")
    person.phone, person.phone_index = number, index
    work.session.flush()
    _note(work, by, "correct-phone")
    return True


def erase_person(work: Work, *, by: Actor) -> None:
    """Forget who somebody is, at once: name, number, household, and what they asked to join.

    The row stays without anything in it, because the log names its number.

    Raises:
        NotWhileStaff: they work here; the account has to be closed first.
    """
    account = account_of(work.session, by.id)
    if account is not None and account.closed_at is None:
        raise NotWhileStaff("您还有工作账号，请先请管理员停用，再来注销。")
    known = work.session.scalar(select(Person.household_id).where(Person.id == by.id))
    home = homes.locked_open(work, known)
    person = homes.locked_person(work, by.id)
    alone = home is not None and homes.count(work, home) == 1
    index = person.phone_index
    person.name = person.public_name = person.work_phone = ""
    person.phone = person.phone_index = None
    person.household_id, person.is_head = None, False
    work.session.flush()
    if home is not None:  # without its head the village decides who is
        homes.note(work, home, by=by, action="leave", detail=f"person:{by.id}")
        if alone and home.kind is HouseholdKind.FAMILY:
            end(work, home, by=by, reason="最后一个人注销了账号")
    homes.end_requests(work, JoinRequest.person_id == by.id, state=JoinState.WITHDRAWN)
    work.session.execute(
        update(JoinRequest).where(JoinRequest.person_id == by.id).values(number="")
    )
    if index is not None:
        work.session.execute(delete(PhoneCode).where(PhoneCode.phone_index == index))
    _note(work, by, "delete")


def _purpose(by: Actor) -> str:
    return f"new-phone:{by.id}"


def _note(work: Work, by: Actor, action: str) -> None:
    audit.note(work, by=by, action=f"person.{action}", subject=f"person:{by.id}")
