"""What an account holds, now and at any moment before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from points import rules
from points.errors import NoSuchAccount
from points.models import Entry, LedgerAccount


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
    row = session.execute(
        select(
            LedgerAccount.in_total,
            LedgerAccount.out_total,
            LedgerAccount.held,
            LedgerAccount.version,
        ).where(LedgerAccount.id == account_id)
    ).one_or_none()
    if row is None:
        raise NoSuchAccount("没有这个账户。")
    return Balance(*row)


def balance_at(session: Session, account_id: int, moment: datetime) -> Balance:
    """Return what a tracked account held at *moment* (aware): one probe of one index.

    Of an account without entries by then it is nothing at all.
    """
    row = session.execute(
        select(Entry.in_total, Entry.out_total, Entry.held, Entry.version)
        .where(Entry.account_id == account_id, Entry.posted_at <= rules.microseconds(moment))
        .order_by(Entry.posted_at.desc(), Entry.version.desc())
        .limit(1)
    ).one_or_none()
    return Balance() if row is None else Balance(*row)
