"""Which households have coins that run out: one statement over all of them, by index probes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import Integer, Select, and_, cast, func, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import within
from people.rules import mask_name
from points.models import Entry, LedgerAccount, Reminder
from points.queries.ages import came_aged
from points.rules import COIN, AccountKind, microseconds
from points.rules.expiry import last_day_of

PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringLine:
    """A household whose coins run out at the end of the year, and whether it knows."""

    number: str
    address: str
    name: str  # its head's, masked
    coins: int
    texted: bool


def left_of(earned_before: date) -> Select[*tuple[Any, ...]]:
    """Return (account_id, household_id, coins) that were earned before a year and are left.

    *earned_before* is the first day of a year.  What went out since is taken from the oldest, and
    what is held counts as gone (``rules.expiry.expiring``, here for all at once); what came from
    another household is as old as it was there.
    """
    moment = microseconds(datetime.combine(earned_before, time(), SHANGHAI))
    earned = (
        select(Entry.in_total)
        .where(Entry.account_id == LedgerAccount.id, Entry.posted_at < moment)
        .order_by(Entry.posted_at.desc(), Entry.version.desc())
        .limit(1)
        .correlate(LedgerAccount)
        .scalar_subquery()
    )
    old = func.coalesce(earned, 0) + came_aged(earned_before.year)
    coins = old - LedgerAccount.out_total - LedgerAccount.held
    return (
        select(
            LedgerAccount.id.label("account_id"),
            cast(LedgerAccount.owner_ref, Integer).label("household_id"),
            coins.label("coins"),
        )
        .where(
            LedgerAccount.kind == AccountKind.HOUSEHOLD,
            LedgerAccount.unit == COIN,
            LedgerAccount.in_total > LedgerAccount.out_total,
            coins > 0,
        )
        .order_by(LedgerAccount.id)
    )


def expiring_listed(
    session: Session, *, by: Actor, today: date, page: int = 1
) -> tuple[Sequence[ExpiringLine], bool]:
    """Return households of *by*'s whose coins run out this year, and whether more follow.

    Whoever could not be told by a text comes first: somebody has to go and say so.
    """
    left = left_of(date(today.year, 1, 1)).subquery()
    last_day = last_day_of(today.year)
    texted = (
        select(func.count())
        .where(
            Reminder.account_id == left.c.account_id, Reminder.last_day == last_day, Reminder.texted
        )
        .correlate(left)
        .scalar_subquery()
    )
    head = and_(Person.household_id == Household.id, Person.is_head)
    rows = session.execute(
        select(Household.number, Household.address, Person.name, left.c.coins, texted.label("told"))
        .join(left, left.c.household_id == Household.id)
        .outerjoin(Person, head)
        .where(within(Household, by, Permission.LEDGER_READ), Household.closed_at.is_(None))
        .order_by((texted > 0), left.c.coins.desc(), Household.id)
        .offset((max(page, 1) - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    lines = [
        ExpiringLine(
            number=number, address=address, name=mask_name(name), coins=coins, texted=told > 0
        )
        for number, address, name, coins, told in rows[:PAGE]
    ]
    return lines, len(rows) > PAGE
