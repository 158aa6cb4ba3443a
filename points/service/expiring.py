"""Letting coins run out, and saying so before.  Both may run late, twice or at the same time."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import exists, func, select

from kernel.db import insert_once
from kernel.outbound import send_sms
from kernel.sms import render
from kernel.work import Work
from people.models import Person
from points.models import LedgerAccount, Posting, Reminder
from points.queries.expiring import left_of
from points.queries.ruling import rules_in_force
from points.rules import Line, PostingKind, Request, System
from points.rules.expiry import is_reminded, last_day_of
from points.service.accounts import Owner, account_id
from points.service.posting import MOST_AT_ONCE, post_many
from points.service.ruling import today

TEMPLATE: Final = "T51"
SOURCE: Final = "expiry"


def expire_coins(work: Work) -> bool:
    """Take back what was earned up to the end of the year before last; say whether more may be.

    At most fifty households at once.  Whatever is set aside is left, and taken by a later run if
    it comes back.  The last day is the fact that is posted, however late this runs.
    """
    year = today(work).year - 1
    due = left_of(date(year, 1, 1))
    ids = [row.account_id for row in work.session.execute(due.limit(MOST_AT_ONCE))]
    if not ids:
        return False
    _expire(work, ids, year)
    return len(ids) == MOST_AT_ONCE


def expire_before_move(work: Work, giver: int, taker: int) -> None:
    """Let run out what is over on an account whose coins are moved, however late the job is.

    Both accounts stay locked, in the order in which the ledger locks them.
    """
    _expire(work, [giver], today(work).year - 1, beside=[taker])


def _expire(work: Work, ids: list[int], year: int, *, beside: Sequence[int] = ()) -> None:
    # Locked in the order in which the ledger locks them, then counted: nobody spends in between.
    work.session.execute(
        select(LedgerAccount.id)
        .where(LedgerAccount.id.in_([*ids, *beside]))
        .order_by(LedgerAccount.id)
        .with_for_update()
    )
    due = left_of(date(year, 1, 1))
    rows = work.session.execute(due.where(LedgerAccount.id.in_(ids))).all()
    last_day = last_day_of(year)
    far = account_id(work, Owner.system(System.EXPIRED))
    sources = {row.account_id: f"{row.account_id}:{last_day.isoformat()}" for row in rows}
    counted = work.session.execute(
        select(Posting.source_id, func.count())
        .where(Posting.source_type == SOURCE, Posting.source_id.in_(sources.values()))
        .group_by(Posting.source_id)
    )
    before = {source: count for source, count in counted if source is not None}
    requests = [
        Request(
            key=f"expire:{sources[row.account_id]}:{before.get(sources[row.account_id], 0) + 1}",
            kind=PostingKind.EXPIRY,
            lines=[Line(debit=row.account_id, credit=far, amount=row.coins)],
            effective_on=last_day,
            source=(SOURCE, sources[row.account_id]),
        )
        for row in rows
    ]
    if requests:
        post_many(work, requests)


def remind_expiring(work: Work) -> bool:
    """Tell households whose coins end with this year; say whether there may be more of them.

    Each once for each of the days that the rules name.  Without a number of the head nothing is
    sent, and the village reads whom it has to tell.
    """
    day = today(work)
    last_day = last_day_of(day.year)
    days = is_reminded(day, last_day, rules_in_force(work.session, day).remind_days)
    if days is None:
        return False
    told = exists().where(
        Reminder.account_id == LedgerAccount.id,
        Reminder.last_day == last_day,
        Reminder.days == days,
    )
    due = left_of(date(day.year, 1, 1)).where(~told).limit(MOST_AT_ONCE)
    rows = work.session.execute(due).all()
    heads = _phones(work, [row.household_id for row in rows])
    for row in rows:
        phone = heads.get(row.household_id)
        fresh = insert_once(
            work.session,
            Reminder,
            unique=None,
            account_id=row.account_id,
            last_day=last_day,
            days=days,
            coins=row.coins,
            texted=phone is not None,
            at=work.now(),
        )
        if fresh and phone is not None:
            said = f"{last_day.month}月{last_day.day}日"
            text = render(TEMPLATE, coins=row.coins, date=said)
            about = f"points.account:{row.account_id}"
            send_sms(work, phone=phone, template=TEMPLATE, text=text, about=about)
    return len(rows) == MOST_AT_ONCE


def _phones(work: Work, homes: list[int]) -> dict[int, str]:
    """Return the numbers of the heads of some households, of those who have one."""
    rows = work.session.execute(
        select(Person.household_id, Person.phone).where(
            Person.household_id.in_(homes), Person.is_head
        )
    )
    return {home: phone for home, phone in rows if home is not None and phone}
