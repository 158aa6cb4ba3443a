"""What an account holds, now and at any moment before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from points import rules
from points.errors import NoSuchAccount
from points.models import Entry, LedgerAccount

# Built once: asked for on every page of coins, and by every check of them.
_ACCOUNT: Final = LedgerAccount.__table__.c
_ENTRY: Final = Entry.__table__.c
_NOW: Final = select(_ACCOUNT.in_total, _ACCOUNT.out_total, _ACCOUNT.held, _ACCOUNT.version).where(
    _ACCOUNT.id == bindparam("account")
)
_AT: Final = (
    select(_ENTRY.in_total, _ENTRY.out_total, _ENTRY.held, _ENTRY.version)
    .where(_ENTRY.account_id == bindparam("account"), _ENTRY.posted_at <= bindparam("moment"))
    .order_by(_ENTRY.posted_at.desc(), _ENTRY.version.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Balance:
    """Totals of an account: whole coins or pieces that ever came in, went out, and are held."""

    in_total: int = 0
    out_total: int = 0
    held: int = 0
    version: int = 0

    @property
    def total(self) -> int:
        """What is there, what is held included."""
        return self.in_total - self.out_total

    @property
    def free(self) -> int:
        """What may be spent."""
        return self.total - self.held


def balance(session: Session, account_id: int) -> Balance:
    """Return what a tracked account holds now: one row by its key.

    Raises:
        NoSuchAccount: there is none.
    """
    row = session.execute(_NOW, {"account": account_id}).one_or_none()
    if row is None:
        raise NoSuchAccount("没有这个账户。")
    return Balance(*row)


def balance_at(session: Session, account_id: int, moment: datetime) -> Balance:
    """Return what a tracked account held at *moment* (aware): one probe of one index.

    Of an account without entries by then it is nothing at all.
    """
    at = {"account": account_id, "moment": rules.microseconds(moment)}
    row = session.execute(_AT, at).one_or_none()
    return Balance() if row is None else Balance(*row)
