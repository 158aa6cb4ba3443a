"""How people come into a household and leave it: asked by themselves, decided by others.

Whoever asks by number is answered alike whether there is such a household or not; who lives
there is never told before somebody who knows has said yes.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people import queries, rules
from people.errors import (
    HomeAlready,
    NoSuchHousehold,
    NoSuchRequest,
    NotDecidable,
    TooManyJoins,
    WrongRegrouping,
)
from people.models import Household, JoinRequest, Person
from people.rules import JoinState
from people.service import homes
from people.service.households import end

A_DAY: Final = timedelta(days=1)
GONE: Final = "这个申请已经不在了，请刷新再看。"


def ask_to_join(work: Work, *, number: str, name: str, by: Actor) -> None:
    """Ask to belong to the household with a number; its head or the village decides.

    Raises:
        BadField: the number or the name cannot be used.
        HomeAlready: *by* belongs to a household, or waits to be let into one.
        TooManyJoins: enough was asked today.
    """
    number = rules.checked_number(number)
    name = rules.checked_member(rules.MemberRow(name=name)).name
    found = work.session.scalar(select(Household.id).where(Household.number == number))
    home = homes.locked_open(work, found)
    person = _free(work, by)
    waiting = select(JoinRequest).where(
        JoinRequest.person_id == by.id, JoinRequest.state == JoinState.WAITING
    )
    for old in work.session.scalars(waiting.with_for_update()):
        if old.expires_at > work.now():
            raise HomeAlready("您已经有一个申请在等了，先等它有结果，或者撤回。")
        old.state, old.decided_at = JoinState.EXPIRED, work.now()
    _count_try(work, by)
    person.name = name
    work.session.flush()
    request = _request(work, by, number, home)
    work.session.add(request)
    work.session.flush()
    if home is not None:
        homes.note(work, home, by=by, action="join-ask")


def join_with_card(work: Work, household_id: int | None, *, name: str, by: Actor) -> None:
    """Belong to the household whose card somebody holds; None is a card that is none of ours.

    Raises:
        BadField: the name cannot be used.
        HomeAlready: *by* belongs to a household.
        NoSuchHousehold: the card opens none.
        TooManyJoins: enough was asked today.
    """
    name = rules.checked_member(rules.MemberRow(name=name)).name
    home = homes.locked_open(work, household_id)
    person = _free(work, by)
    _count_try(work, by)
    if home is None:
        raise NoSuchHousehold("这个户码不对，或者已经换了新的。请看看有没有抄错。")
    request = _request(work, by, "", home)
    request.state, request.decided_at, request.decided_by = JoinState.APPROVED, work.now(), by.id
    person.name = name
    _let_in(work, home, person)
    work.session.add(request)
    homes.note(work, home, by=by, action="join-card", detail=f"person:{person.id}")


def decide_joining(work: Work, request_id: int, *, approve: bool, by: Actor) -> None:
    """Let somebody in or not, as the head of the household or for its village.

    Raises:
        HomeAlready: whoever asked belongs to another household by now.
        NoSuchRequest: nobody asks that any more, or not here.
        NotDecidable: *by* asked themselves.
    """
    known = work.session.get(JoinRequest, request_id)
    home = homes.locked_open(work, None if known is None else known.household_id)
    if home is None or known is None or not _may_decide(work, home, by):
        raise NoSuchRequest(GONE)
    person = homes.locked_person(work, known.person_id)  # before the request, as whoever asks
    statement = select(JoinRequest).where(JoinRequest.id == request_id).with_for_update()
    request = work.session.scalars(statement.execution_options(populate_existing=True)).one()
    if request.state is not JoinState.WAITING or request.expires_at <= work.now():
        raise NoSuchRequest(GONE)
    if request.person_id == by.id:
        raise NotDecidable("自己的申请要请别人来确认。")
    request.state = JoinState.APPROVED if approve else JoinState.REFUSED
    request.decided_at, request.decided_by = work.now(), by.id
    work.session.flush()
    detail = f"person:{request.person_id}"
    if not approve:
        homes.note(work, home, by=by, action="join-refuse", detail=detail)
        return
    homes.check_free(work, person)
    _let_in(work, home, person)
    homes.note(work, home, by=by, action="join-approve", detail=detail)


def withdraw_joining(work: Work, *, by: Actor) -> None:
    """Take back what one asked for; a second time changes nothing."""
    mine = JoinRequest.person_id == by.id
    homes.end_requests(work, mine, state=JoinState.WITHDRAWN)


def open_own_household(
    work: Work, *, area_code: str, address: str, name: str, by: Actor
) -> Household:
    """Open a household of one, wherever somebody lives; nobody asks where they are registered.

    Raises:
        BadField: something cannot be used.
        HomeAlready: *by* belongs to a household.
        NoSuchArea: there is no open area with that code.
        TooManyJoins: enough was asked today.
    """
    name = rules.checked_member(rules.MemberRow(name=name)).name
    row = rules.checked_household(rules.HouseholdRow(area_code=area_code, address=address))
    homes.check_area(work, area_code, by=None, permission=Permission.HOUSEHOLD_EDIT)
    person = _free(work, by)
    _count_try(work, by)
    home = homes.add_household(work, row)
    request = _request(work, by, "", home)
    request.state, request.decided_at, request.decided_by = JoinState.APPROVED, work.now(), by.id
    person.name = name
    homes.put_in(work, home, person)
    homes.make_head(work, home, person)
    work.session.add(request)
    homes.note(work, home, by=by, action="open-own", detail=f"person:{person.id}")
    return home


def leave_household(work: Work, *, by: Actor) -> None:
    """Leave; whoever was alone closes the household behind them.

    Raises:
        NoSuchHousehold: *by* belongs to none.
        WrongRegrouping: *by* is the head and others are left: first name another.
    """
    home, person = homes.own_home(work, by)
    if homes.count(work, home) == 1 and home.kind is rules.HouseholdKind.FAMILY:
        person.is_head = False
        end(work, home, by=by, reason="最后一个人退出")
        person.household_id = None
    else:
        homes.let_go(work, home, person)
    work.session.flush()
    homes.note(work, home, by=by, action="leave", detail=f"person:{by.id}")


def hand_over(work: Work, person_id: int, *, by: Actor) -> None:
    """Let another member be the head instead of *by*.

    Raises:
        NoSuchHousehold: *by* belongs to none.
        NoSuchMember: the other does not belong to it.
        NotDecidable: *by* is not the head.
    """
    home, _ = homes.own_home(work, by)
    homes.check_head(work, home, by)
    homes.make_head(work, home, homes.member(work, home, person_id))
    homes.note(work, home, by=by, action="head", detail=f"person:{person_id}")


def put_out(work: Work, person_id: int, *, by: Actor) -> None:
    """Take out again who came in by themselves, by card or by asking, within 30 days.

    Raises:
        NoSuchHousehold: *by* belongs to none.
        NoSuchMember: the other does not belong to it.
        NotDecidable: *by* is not the head, or the village has to decide.
        WrongRegrouping: it is oneself.
    """
    home, _ = homes.own_home(work, by)
    homes.check_head(work, home, by)
    person = homes.member(work, home, person_id)
    if person.id == by.id:
        raise WrongRegrouping("自己要走，请用“退出这一户”。")
    since = work.now() - rules.OWN_TO_UNDO
    if person.id not in queries.joined_themselves(work.session, home.id, since=since):
        raise NotDecidable("这个人是村里登记的，要改请找村里。")
    homes.let_go(work, home, person)
    homes.note(work, home, by=by, action="put-out", detail=f"person:{person.id}")


def _free(work: Work, by: Actor) -> Person:
    person = homes.locked_person(work, by.id)
    homes.check_free(work, person)
    if not person.phone_index:
        raise NotDecidable("请先用手机号登录。")
    return person


def _count_try(work: Work, by: Actor) -> None:
    """Count what was asked within a day; the person is locked, so two at once are two."""
    asked = select(func.count()).select_from(JoinRequest)
    since = JoinRequest.asked_at > work.now() - A_DAY
    if (
        work.session.scalar(asked.where(JoinRequest.person_id == by.id, since)) or 0
    ) >= rules.MOST_JOINS_A_DAY:
        raise TooManyJoins("今天试的次数太多了，请明天再试，或者请村里帮忙登记。")


def _request(work: Work, by: Actor, number: str, home: Household | None) -> JoinRequest:
    return JoinRequest(
        person_id=by.id,
        household_id=home and home.id,
        number=number,
        asked_at=work.now(),
        expires_at=work.now() + rules.JOIN_LIFE,
    )


def _may_decide(work: Work, home: Household, by: Actor) -> bool:
    if queries.reaches(by, Permission.HOUSEHOLD_JOIN_APPROVE, home.area_code):
        return True
    head = homes.head_of(work, home)
    return head is not None and head.id == by.id


def _let_in(work: Work, home: Household, person: Person) -> None:
    homes.put_in(work, home, person)
    if home.kind is rules.HouseholdKind.FAMILY and homes.count(work, home) == 1:
        homes.make_head(work, home, person)
