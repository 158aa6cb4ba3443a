"""Verbs on households as village and town staff do them.  All of it is in the log."""

from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people import rules
from people.errors import HomeAlready, NotDecidable, OutOfReach
from people.events import HouseholdClosed, HouseholdMoved
from people.models import Household, JoinRequest, Person
from people.queries import account_of
from people.queries.bars import members
from people.service import homes
from people.service.pins import drop_pin


def add_household(
    work: Work, row: rules.HouseholdRow, *, head: rules.MemberRow | None, by: Actor | None
) -> Household:
    """Write down a household, and its head if there is one to name.

    Raises:
        BadField: something cannot be used.
        HomeAlready: the head belongs to a household.
        HouseholdTaken: the number is somebody else's.
        NoSuchArea: there is no open area with that code.
        OutOfReach: the area lies beyond *by*.
    """
    row = rules.checked_household(row)
    homes.check_area(work, row.area_code, by=by, permission=Permission.HOUSEHOLD_EDIT)
    home = homes.add_household(work, row)
    homes.note(work, home, by=by, action="add")
    if head is not None:
        person = _add(work, home, head, by)
        homes.make_head(work, home, person)
    return home


def describe_household(
    work: Work,
    household_id: int,
    *,
    kind: rules.HouseholdKind,
    name: str,
    address: str,
    by: Actor | None,
) -> None:
    """Write anew what kind of household it is and where its door is, within its area.

    Raises:
        BadField: something cannot be used.
        NoSuchHousehold: there is none for *by*.
    """
    home = homes.locked(work, household_id, by=by, permission=Permission.HOUSEHOLD_EDIT)
    row = rules.HouseholdRow(area_code=home.area_code, kind=kind, name=name, address=address)
    row = rules.checked_household(row)
    home.kind, home.name, home.address = row.kind, row.name, row.address
    homes.note(work, home, by=by, action="edit")


def add_member(work: Work, household_id: int, row: rules.MemberRow, *, by: Actor | None) -> Person:
    """Write down that somebody lives there.

    Raises:
        BadField: something cannot be used.
        HomeAlready: they belong to a household.
        NoSuchHousehold: there is none for *by*.
        NotDecidable: it is *by*, whom somebody else has to add.
    """
    home = homes.locked(work, household_id, by=by, permission=Permission.HOUSEHOLD_EDIT)
    person = _add(work, home, row, by)
    if row.is_head:
        homes.make_head(work, home, person)
    return person


def change_member(
    work: Work, household_id: int, person_id: int, row: rules.MemberRow, *, by: Actor
) -> None:
    """Put a member's name right, and their number if they have none yet.

    A number that is there opens the person's own pages, so only they can change it.

    Raises:
        BadField: something cannot be used.
        HomeAlready: the number is somebody else's.
        NoSuchHousehold: there is none for *by*.
        NoSuchMember: they do not belong to it.
        OutOfReach: they work here, or have a number already.
    """
    home = homes.locked(work, household_id, by=by, permission=Permission.HOUSEHOLD_EDIT)
    person = homes.member(work, home, person_id)
    row = rules.checked_member(row)
    if account_of(work.session, person.id) is not None:
        raise OutOfReach("这个人有工作账号，请到“人员”里改。")
    person.name = row.name
    if row.phone and row.phone != person.phone:
        homes.give_phone(work, person, row.phone)
    homes.note(work, home, by=by, action="member-edit", detail=f"person:{person.id}")


def remove_member(work: Work, household_id: int, person_id: int, *, reason: str, by: Actor) -> None:
    """Write down that somebody does not live there any more.

    Raises:
        BadField: there is no reason.
        NoSuchHousehold: there is none for *by*.
        NoSuchMember: they do not belong to it.
        WrongRegrouping: they are the head and others are left: first name another.
    """
    home = homes.locked(work, household_id, by=by, permission=Permission.HOUSEHOLD_EDIT)
    reason = rules.checked_reason(reason)
    person = homes.member(work, home, person_id)
    homes.let_go(work, home, person)
    detail = f"person:{person.id} {reason}"
    homes.note(work, home, by=by, action="member-remove", detail=detail)


def set_head(work: Work, household_id: int, person_id: int, *, reason: str, by: Actor) -> None:
    """Let another member be the head.

    Raises:
        BadField: there is no reason.
        NoSuchHousehold: there is none for *by*.
        NoSuchMember: they do not belong to it.
    """
    home = homes.locked(work, household_id, by=by, permission=Permission.HOUSEHOLD_EDIT)
    reason = rules.checked_reason(reason)
    person = homes.member(work, home, person_id)
    if by.id == person.id:
        raise NotDecidable("自己家的事要请别的工作人员来办。")
    homes.make_head(work, home, person)
    homes.note(work, home, by=by, action="head", detail=f"person:{person.id} {reason}")


def move_household(
    work: Work, household_id: int, *, area_code: str, address: str, reason: str, by: Actor
) -> None:
    """Write down that a household lives elsewhere now.

    Raises:
        BadField: something cannot be used, or there is no reason.
        NoSuchArea: there is no open area with that code.
        NoSuchHousehold: there is none for *by*.
        OutOfReach: where it goes lies beyond *by*.
    """
    home = homes.locked(work, household_id, by=by, permission=Permission.HOUSEHOLD_MOVE)
    reason = rules.checked_reason(reason)
    homes.check_area(work, area_code, by=by, permission=Permission.HOUSEHOLD_MOVE)
    row = rules.HouseholdRow(area_code=area_code, kind=home.kind, name=home.name, address=address)
    old, home.address = home.area_code, rules.checked_household(row).address
    home.area_code = area_code
    work.session.flush()
    homes.note(work, home, by=by, action="move", detail=f"{old} → {area_code} {reason}")
    if old != area_code:
        event = HouseholdMoved(household_id=home.id, old_area_code=old, area_code=area_code)
        work.announce(event)


def close_household(work: Work, household_id: int, *, reason: str, by: Actor) -> None:
    """End a household; its members are free, and 30 days later only the log knows their numbers.

    Raises:
        BadField: there is no reason.
        NoSuchHousehold: there is none for *by*.
    """
    home = homes.locked(work, household_id, by=by, permission=Permission.HOUSEHOLD_EDIT)
    end(work, home, by=by, reason=rules.checked_reason(reason))


def end(work: Work, home: Household, *, by: Actor | None, reason: str) -> None:
    """Close a locked household and tell the others."""
    home.closed_at = work.now()
    homes.end_requests(work, JoinRequest.household_id == home.id)
    drop_pin(work, home.id)
    work.session.flush()
    homes.note_belonged(work, home, members(work.session, home.id), by=by)
    homes.note(work, home, by=by, action="close", detail=reason)
    work.announce(HouseholdClosed(household_id=home.id))


def _add(work: Work, home: Household, row: rules.MemberRow, by: Actor | None) -> Person:
    row = rules.checked_member(row)
    person, fresh = homes.known_person(work, row)
    if by is not None and by.id == person.id:
        raise NotDecidable("自己家的事要请别的工作人员来办。")
    if not fresh and person.household_id == home.id:
        raise HomeAlready("这个人已经在这一户里了。")
    homes.check_free(work, person)
    homes.put_in(work, home, person)
    homes.note(work, home, by=by, action="member-add", detail=f"person:{person.id}")
    return person
