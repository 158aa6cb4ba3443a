"""Coins run out at the end of the year after they were earned, and whoever has them is told."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.clock import SHANGHAI
from kernel.db import keyring
from kernel.grants import Role
from kernel.outbound import Message
from people.models import Person
from points import jobs, queries, service
from points.models import Posting, Reminder
from points.rules import Line, PostingKind, System
from points.rules.expiry import expires_on, is_reminded
from points.service import Owner
from tests.factories import NEXT_TOWN, make_staff
from tests.points.claims import Village
from tests.points.test_service_months import at, earn

DECEMBER = date(2027, 12, 31)


def day(village: Village, when: date, hour: int = 12) -> None:
    at(village, datetime(when.year, when.month, when.day, hour, tzinfo=SHANGHAI))


def spend(village: Village, coins: int) -> int:
    """Set coins aside; return the hold's number."""
    ids = service.account_ids(
        village.work, [Owner.household(village.home.id), Owner.system(System.REDEEMED)]
    )
    home, far = ids.values()
    lines = [Line(debit=home, credit=far, amount=coins)]
    found = service.hold(village.work, key=f"h:{coins}", lines=lines, effective_on=DECEMBER)
    return found.id


def expiries(village: Village) -> list[Posting]:
    found = select(Posting).where(Posting.kind == PostingKind.EXPIRY).order_by(Posting.id)
    return list(village.work.session.scalars(found))


@pytest.fixture
def saved(village: Village) -> Village:
    """A household that earned 7 in 2026 and 5 in 2027; then it is the last day of 2027."""
    village.fund()
    earn(village, 7)
    day(village, date(2027, 2, 1))
    earn(village, 5)
    day(village, DECEMBER, 23)
    return village


def test_what_is_left_of_a_year_runs_out_once_and_the_year_after_stays(saved: Village) -> None:
    jobs.expire_coins(saved.work)
    assert saved.balance() == 12
    day(saved, date(2028, 1, 1), 0)

    for _ in range(2):
        jobs.expire_coins(saved.work)
    day(saved, date(2028, 7, 1))
    jobs.expire_coins(saved.work)

    assert saved.balance() == 5
    (posting,) = expiries(saved)
    assert (posting.actor_id, posting.effective_on) == (None, "2027-12-31")
    assert list(queries.verify(saved.work.session)) == []


def test_what_is_set_aside_is_left_alone_and_taken_when_it_comes_back(saved: Village) -> None:
    held = spend(saved, 4)
    day(saved, date(2028, 1, 1))
    jobs.expire_coins(saved.work)
    assert [one.idem_key[-2:] for one in expiries(saved)] == [":1"]
    assert saved.balance() == 5

    service.release(saved.work, held, effective_on=date(2028, 1, 2))
    jobs.expire_coins(saved.work)

    assert [one.idem_key[-2:] for one in expiries(saved)] == [":1", ":2"]
    assert saved.balance() == 5


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2027, 10, 31), None),
        (date(2027, 11, 1), 60),
        (date(2027, 11, 30), 60),
        (date(2027, 12, 1), 30),
        (DECEMBER, 30),
        (date(2028, 1, 1), None),
    ],
)
def test_sixty_and_thirty_days_before_it_is_said(today: date, due: int | None) -> None:
    assert is_reminded(today, DECEMBER, (60, 30)) == due


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_coins_are_good_for_a_year_at_least_and_two_at_most(earned: date) -> None:
    assert timedelta(days=365) <= expires_on(earned) - earned <= timedelta(days=731)


def test_a_household_is_told_twice_and_the_village_reads_whom_nobody_could_text(
    saved: Village,
) -> None:
    session, work = saved.work.session, saved.work
    head = session.scalars(select(Person).where(Person.is_head)).one()
    for when, phone in ((date(2027, 11, 2), None), (date(2027, 12, 5), "13800138000")):
        head.phone, head.phone_index = phone, phone and keyring().index(phone)
        day(saved, when)
        for _ in range(2):
            jobs.remind_expiring(work)
        lines, _more = queries.expiring_listed(session, by=saved.village, today=when)
        assert [(one.coins, one.texted) for one in lines] == [(7, phone is not None)]

    reminders = session.scalars(select(Reminder).order_by(Reminder.at)).all()
    assert [(one.days, one.coins, one.texted) for one in reminders] == [
        (60, 7, False),
        (30, 7, True),
    ]
    assert [one.text for one in session.scalars(select(Message))] == [
        "您户有7绿币用到12月31日，过后失效。登录后看“我家的绿币”，或到村社区柜台问。"
    ]
    elsewhere = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    for by in (saved.next_village, elsewhere, saved.resident):
        assert queries.expiring_listed(session, by=by, today=when) == ([], False)


def test_more_than_fifty_households_are_several_jobs_of_few_statements_each(
    village: Village, statements: list[str]
) -> None:
    village.fund(10_000)
    homes = [Owner.household(900_000 + number) for number in range(60)]
    for owner in homes:
        earn(village, 1, home=int(owner.ref), key=owner.ref)
    day(village, date(2028, 1, 1))
    village.work.outbox.clear()
    counts = []
    for more in (True, False):
        statements.clear()
        assert service.expire_coins(village.work) is more
        counts.append(len([one for one in statements if one.lstrip().startswith("SELECT")]))

    assert len(expiries(village)) == 60
    # Reading what is due is the same few statements for fifty as for ten; posting is the ledger's.
    assert all(abs(first - second) <= 50 * 4 for first, second in pairwise(counts))
