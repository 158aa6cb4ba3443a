"""Opening accounts, and closing them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kernel.db import insert_missing
from kernel.work import Work
from points import rules
from points.errors import NoSuchAccount, NotEnough
from points.models import LedgerAccount
from points.rules import COIN, AccountKind, System

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose account is meant: kind, the owner's number, and what it counts."""

    kind: AccountKind
    ref: str
    unit: str = COIN

    @classmethod
    def household(cls, household_id: int) -> "Owner":
        """The coins of a household."""
        return cls(AccountKind.HOUSEHOLD, str(household_id))

    @classmethod
    def budget(cls, village: str) -> "Owner":
        """What a village may still award."""
        return cls(AccountKind.VILLAGE_BUDGET, village)

    @classmethod
    def system(cls, name: System, unit: str = COIN) -> "Owner":
        """One of the far ends of the books."""
        return cls(AccountKind.SYSTEM, name.value, unit)


def account_ids(work: Work, owners: Iterable[Owner]) -> dict[Owner, int]:
    """Return the account of each owner, and open those that are not there yet."""
    wanted = dict.fromkeys(owners)
    found = _found(work, wanted)
    missing = [owner for owner in wanted if owner not in found]
    # In one order for everybody: who opens the same ones at once waits, and never in a ring.
    missing.sort(key=lambda one: (one.kind, one.ref, one.unit))
    insert_missing(work.session, LedgerAccount, [_new(work, owner) for owner in missing])
    return found | _found(work, missing)


def account_id(work: Work, owner: Owner) -> int:
    """Return the account of *owner*; it is opened if need be."""
    return account_ids(work, [owner])[owner]


def close_account(work: Work, account_id: int) -> None:
    """Close an empty account for good: its history stays.

    Raises:
        NoSuchAccount: there is none.
        NotEnough: something is left on it or held; *missing* is below zero then.
    """
    account = work.session.get(
        LedgerAccount, account_id, with_for_update=True, populate_existing=True
    )
    if account is None:
        raise NoSuchAccount("没有这个账户。")
    left = account.in_total - account.out_total
    if left or account.held:
        raise NotEnough(account_id, -left)
    account.closed_on = account.closed_on or _day(work.now())


def _found(work: Work, owners: Iterable[Owner]) -> dict[Owner, int]:
    by_key = {(owner.kind.value, owner.ref, owner.unit): owner for owner in owners}
    if not by_key:
        return {}
    rows = work.session.execute(
        select(
            LedgerAccount.id, LedgerAccount.kind, LedgerAccount.owner_ref, LedgerAccount.unit
        ).where(
            # By the reference, which is what the index narrows by; the rest is few.
            LedgerAccount.kind.in_({kind for kind, _, _ in by_key}),
            LedgerAccount.owner_ref.in_({ref for _, ref, _ in by_key}),
        )
    )
    return {by_key[key]: row.id for row in rows if (key := (row[1], row[2], row[3])) in by_key}


def _new(work: Work, owner: Owner) -> dict[str, str | int | bytes]:
    opened_on = _day(work.now())
    return {
        "kind": owner.kind.value,
        "unit": owner.unit,
        "owner_ref": owner.ref,
        "opened_on": opened_on,
        "in_total": 0,
        "out_total": 0,
        "held": 0,
        "version": 0,
        "head_hash": rules.genesis(owner.kind.value, owner.unit, owner.ref, opened_on),
        "head_at": 0,
    }


def _day(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).date().isoformat()
