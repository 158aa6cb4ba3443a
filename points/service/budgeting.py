"""A village's funds: what it gets each month, and paying whoever waits as soon as it may be."""

from datetime import date
from hashlib import sha256
from typing import Final

from sqlalchemy import func, select

from kernel import audit
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Area
from people.queries import reaches
from people.rules import DIGITS, Level, at_level
from points.errors import BadPosting, CannotClaim
from points.models import Budget, Claim, Posting
from points.rules import Line, PostingKind, Request, System
from points.rules.claims import ClaimState
from points.rules.months import first_day, named
from points.service.accounts import Owner, account_ids
from points.service.paying import pay_line
from points.service.posting import MOST_AT_ONCE, post
from points.service.ruling import today

MOST_COINS: Final = 1_000_000  # a typed zero too many
MOST_YUAN: Final = 100_000_000


def give_quota(work: Work, village: str, *, coins: int, key: str, by: Actor) -> None:
    """Give a village what it may award; the same form again gives nothing more.

    Raises:
        CannotClaim: *by* gives nothing there, or it is no village.
        BadPosting: the number is none.
    """
    _check(village, by)
    if not 1 <= coins <= MOST_COINS:
        raise BadPosting("请写 1 到 1000000 的整数。")
    hashed = sha256(key.encode()).hexdigest()[:32]
    day = today(work)
    if _give(work, village, coins, key=f"quota:{village}:{hashed}", day=day, actor_id=by.id):
        audit.note(work, by=by, action="coin.quota", subject=f"area:{village}", detail=str(coins))
        pay_line(work, village)


def set_budget(work: Work, village: str, *, monthly: int, yuan: int, by: Actor) -> None:
    """Say what a village gets each month, and how much money there is for its gifts.

    The month's quota is given in the night, once a month, and signed by whoever said so.

    Raises:
        CannotClaim: *by* gives nothing there, or it is no village of ours.
        BadPosting: a number is none.
    """
    _check(village, by)
    if not 0 <= monthly <= MOST_COINS:
        raise BadPosting("每月的币请写 0 到 1000000 的整数。")
    if not 0 <= yuan <= MOST_YUAN:
        raise BadPosting("经费请写 0 到 100000000 的整数，单位是元。")
    if work.session.get(Area, village) is None:
        raise CannotClaim("这个村的额度不归您拨。")
    found = work.session.get(Budget, village, with_for_update=True, populate_existing=True)
    if found is None:
        found = Budget(village=village)
        work.session.add(found)
    found.monthly, found.yuan, found.set_by, found.set_at = monthly, yuan, by.id, work.now()
    work.session.flush()
    audit.note(
        work,
        by=by,
        action="coin.budget-set",
        subject=f"area:{village}",
        detail=f"{monthly}/{yuan}",
    )
    pay_line(work, village)


def give_monthly(work: Work) -> int:
    """Give each village its quota of this month, once; return how many got it now."""
    month = named(today(work))
    budgets = work.session.scalars(
        select(Budget).where(Budget.monthly > 0).order_by(Budget.village)
    ).all()
    keys = {one.village: f"quota:{one.village}:{month}" for one in budgets}
    there = set(
        work.session.scalars(select(Posting.idem_key).where(Posting.idem_key.in_(keys.values())))
    )
    due = [one for one in budgets if keys[one.village] not in there]
    for one in due[:MOST_AT_ONCE]:
        key, day = keys[one.village], first_day(month)
        _give(work, one.village, one.monthly, key=key, day=day, actor_id=one.set_by)
        pay_line(work, one.village)
    return len(due[:MOST_AT_ONCE])


def pay_lines(work: Work) -> bool:
    """Pay who waits in every village, as far as funds and rules let; say whether more may be."""
    village = func.substr(Claim.area_code, 1, DIGITS[Level.VILLAGE])
    waiting = select(village).where(Claim.state == ClaimState.WAITING_QUOTA).distinct()
    paid = [pay_line(work, one) for one in sorted(work.session.scalars(waiting))]
    return any(count >= MOST_AT_ONCE for count in paid)


def _check(village: str, by: Actor) -> None:
    is_village = at_level(village, Level.VILLAGE) == village
    if not is_village or not reaches(by, Permission.LEDGER_QUOTA, village):
        raise CannotClaim("这个村的额度不归您拨。")


def _give(work: Work, village: str, coins: int, *, key: str, day: date, actor_id: int) -> bool:
    """Post a quota, unless its key has posted it; return whether it is new."""
    issuance, budget = Owner.system(System.ISSUANCE), Owner.budget(village)
    accounts = account_ids(work, [issuance, budget])
    posted = post(
        work,
        Request(
            key=key,
            kind=PostingKind.QUOTA,
            lines=[Line(debit=accounts[issuance], credit=accounts[budget], amount=coins)],
            effective_on=day,
            actor_id=actor_id,
        ),
    )
    return not posted.replayed
