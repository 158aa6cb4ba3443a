"""Bringing in balances from before: looked through whole, signed by two, posted once.

Whoever sends a table that has no fault signs it; somebody else signs, and each line becomes a
posting that names the file's hash and the line.  A household is brought in once, whatever the file.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from sqlalchemy import Select, Text, cast, delete, exists, insert, literal, select
from sqlalchemy.exc import IntegrityError

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once
from kernel.permissions import Permission
from kernel.work import Work
from people import rules as people
from people.models import Household, Person
from people.queries import reaches, scoped, within
from people.queries.bars import near
from people.rules.imports import Problem
from points.errors import NoSuchOpening, NotYoursToReview, WrongMoment
from points.models import Opening, OpeningRow, Posting
from points.rules import Line, PostingKind, Request, System
from points.rules.openings import (
    OPENING_COLUMNS,
    KnownHome,
    OpeningLine,
    OpeningState,
    check_openings,
    common_area,
    numbers_of,
)
from points.rules.undoing import OPENING
from points.service.accounts import Owner, account_ids
from points.service.concerned import CONCERNED
from points.service.posting import MOST_AT_ONCE, post_many
from points.service.ruling import today

GONE: Final = "没有这张表，或者它不归您管。"
OWN: Final = "是您自己家或近亲属的户，要请同事导入"


def check_opening(
    work: Work, content: bytes, *, by: Actor | None
) -> tuple[list[OpeningLine], list[Problem]]:
    """Look through a table and write nothing; *by* None is whoever runs the machine itself.

    Raises:
        BadFile: it is no table.
    """
    rows = people.read_sheet(content, OPENING_COLUMNS)
    return check_openings(rows, _known(work, numbers_of(rows), by))


def send_opening(
    work: Work, content: bytes, *, by: Actor
) -> tuple[Opening | None, Sequence[Problem]]:
    """Take a table in if no line has a fault; that is the first signature.  The same is once.

    Raises:
        BadFile: it is no table, or there is nothing in it.
        WrongMoment: the same households were sent at the same moment.
    """
    digest = sha256(content).hexdigest()
    there = work.session.scalar(
        scoped(select(Opening), by, Permission.LEDGER_QUOTA).where(
            Opening.digest == digest, Opening.state != OpeningState.REFUSED
        )
    )
    if there is not None:
        return there, ()
    good, problems = check_opening(work, content, by=by)
    if problems or not good:
        return None, problems
    fresh = insert_once(
        work.session,
        Opening,
        unique=None,
        digest=digest,
        area_code=_area(work, good),
        lines=len(good),
        coins=sum(one.coins for one in good),
        asked_by=by.id,
        asked_at=work.now(),
        state=OpeningState.WAITING,
    )
    made = work.session.scalars(
        select(Opening).where(Opening.digest == digest, Opening.state != OpeningState.REFUSED)
    ).one()
    if not fresh:
        return made, ()  # the same file from two windows
    _keep(work, made, good)
    _note(work, made, "send", by)
    return made, ()


def decide_opening(work: Work, opening_id: int, *, agree: bool, by: Actor) -> Opening:
    """Sign as the second person, and all of it is posted; or refuse, and none of it is.

    Whoever sent it may refuse it too, which takes it back.

    Raises:
        NoSuchOpening: there is none for *by*.
        WrongMoment: it is decided.
        NotYoursToReview: *by* sent it, or it concerns them or their kin.
    """
    statement = scoped(select(Opening).where(Opening.id == opening_id), by, Permission.LEDGER_QUOTA)
    one = work.session.scalar(
        statement.with_for_update(of=Opening).execution_options(populate_existing=True)
    )
    if one is None or not reaches(by, Permission.LEDGER_QUOTA, one.area_code):
        raise NoSuchOpening(GONE)
    if one.state is not OpeningState.WAITING:
        raise WrongMoment("这张表已经有人处理过了，请刷新再看。")
    if agree and by.id == one.asked_by:
        raise NotYoursToReview("是您导入的，要换另一个人来签。")
    homes = select(OpeningRow.household_id).where(OpeningRow.opening_id == one.id)
    if agree and _near_homes(work, homes, by):
        raise NotYoursToReview(CONCERNED)
    one.state = OpeningState.POSTING if agree else OpeningState.REFUSED
    one.decided_by, one.decided_at = by.id, work.now()
    if not agree:
        work.session.execute(delete(OpeningRow).where(OpeningRow.opening_id == one.id))
    work.session.flush()
    _note(work, one, "decide", by)
    return one


def post_opening(work: Work, opening_id: int, *, after: int = 0) -> int | None:
    """Post the next lines, *after* one, of a table that two have signed, at most fifty.

    Return the last one if more are left, which the next call continues after, else None.
    """
    one = work.session.get(Opening, opening_id, with_for_update=True, populate_existing=True)
    if one is None or one.state is not OpeningState.POSTING:
        return None
    source = cast(OpeningRow.opening_id, Text) + literal(":") + cast(OpeningRow.line, Text)
    posted = exists().where(Posting.source_type == OPENING, Posting.source_id == source)
    due = work.session.scalars(
        select(OpeningRow)
        .where(OpeningRow.opening_id == one.id, OpeningRow.line > after, ~posted)
        .order_by(OpeningRow.line)
        .limit(MOST_AT_ONCE + 1)
    ).all()
    part = due[:MOST_AT_ONCE]
    if part:
        post_many(work, _requests(work, one, part))
    if len(due) > len(part):
        return part[-1].line
    one.state = OpeningState.POSTED
    return None


def _requests(work: Work, one: Opening, rows: Sequence[OpeningRow]) -> list[Request]:
    far = Owner.system(System.BROUGHT_IN)
    homes = {row.household_id: Owner.household(row.household_id) for row in rows}
    accounts = account_ids(work, [far, *homes.values()])
    return [
        Request(
            key=f"opening:household:{row.household_id}",
            kind=PostingKind.OPENING,
            lines=[
                Line(
                    debit=accounts[far],
                    credit=accounts[homes[row.household_id]],
                    amount=row.coins,
                )
            ],
            effective_on=today(work),
            source=(OPENING, f"{one.id}:{row.line}"),
            actor_id=one.asked_by,
            second_actor_id=one.decided_by,
            evidence=bytes.fromhex(one.digest),
        )
        for row in rows
    ]


def _known(work: Work, numbers: set[str], by: Actor | None) -> dict[str, KnownHome]:
    """Return the households of *numbers* that *by* reaches, and what speaks against each."""
    statement = select(Household).where(Household.number.in_(numbers))
    if by is not None:
        statement = statement.where(within(Household, by, Permission.LEDGER_QUOTA))
    homes = work.session.scalars(statement).all()
    ids = [home.id for home in homes]
    sent = select(OpeningRow.household_id).where(OpeningRow.household_id.in_(ids))
    taken = set(work.session.scalars(sent))
    own = set() if by is None else _near_homes(work, ids, by)
    return {
        home.number: KnownHome(
            household_id=home.id,
            area_code=home.area_code,
            against=_against(home, taken=home.id in taken, own=home.id in own),
        )
        for home in homes
    }


def _against(home: Household, *, taken: bool, own: bool) -> str:
    if home.closed_at is not None:
        return "这一户已经注销了"
    if taken:
        return "这一户从前的余额已经导入过，或者在另一张表里等着签"
    return OWN if own else ""


def _near_homes(work: Work, homes: Sequence[int] | Select[int], by: Actor) -> set[int]:
    """Return those of *homes* in which *by* or their kin live.

    Asked from the side of *by*: a table may name ten thousand households, and their people are
    more than one statement takes.
    """
    mine = {by.id} | near(work.session, [by.id])
    found = select(Person.household_id).where(Person.id.in_(mine), Person.household_id.in_(homes))
    return {home for home in work.session.scalars(found) if home is not None}


def _keep(work: Work, made: Opening, good: Sequence[OpeningLine]) -> None:
    rows = [
        {
            "opening_id": made.id,
            "line": one.line,
            "household_id": one.household_id,
            "coins": one.coins,
        }
        for one in good
    ]
    try:
        work.session.execute(insert(OpeningRow), rows)
    except IntegrityError as error:
        raise WrongMoment("刚刚有人导入了同样的户，请刷新再看。") from error


def _area(work: Work, good: Sequence[OpeningLine]) -> str:
    ids = [one.household_id for one in good]
    codes = select(Household.area_code).where(Household.id.in_(ids)).distinct()
    return common_area(work.session.scalars(codes).all(), sorted(people.DIGITS.values()))


def _note(work: Work, one: Opening, verb: str, by: Actor) -> None:
    audit.note(
        work,
        by=by,
        action=f"coin.opening-{verb}",
        subject=f"opening:{one.id}",
        area=one.area_code,
        detail=f"{one.state.value} {one.lines} {one.coins}",
    )
