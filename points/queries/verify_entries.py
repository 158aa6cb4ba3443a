"""Entries and accounts: does each total and each hash follow from the one before?"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from points import rules
from points.models import Entry, LedgerAccount, Posting
from points.queries.effects import effects
from points.queries.faults import Fault, stream
from points.rules import AccountKind, Chained

_TOTALS = ("in_total", "out_total", "held", "version", "head_hash", "head_at")


class Chain:
    """An account's totals and head so far, computed from the lines."""

    __slots__ = ("head_at", "head_hash", "held", "in_total", "out_total", "version")

    def __init__(self, head: bytes) -> None:
        self.head_hash = head
        self.in_total = self.out_total = self.held = self.version = self.head_at = 0

    def follow(self, row: Row[Any]) -> str:
        """Take in one entry; return what is wrong with it, or nothing.

        Goes on from what is written, so that one edited row is named once.
        """
        wrong = self._wrong(row)
        self.in_total, self.out_total, self.held = row.in_total, row.out_total, row.held
        self.version, self.head_hash, self.head_at = row.version, row.hash, row.posted_at
        return wrong

    def _wrong(self, row: Row[Any]) -> str:
        if row.version != self.version + 1:
            return f"version {self.version + 1} is missing before it"
        if row.comes is None:
            return "its posting does not touch this account"
        gained = (row.in_total - self.in_total, row.out_total - self.out_total)
        moved = (*gained, row.held - self.held)
        found = (
            (moved != (row.comes, row.goes, row.moved_held), "its totals do not follow"),
            (row.amount != row.comes - row.goes, "its amount is not what the lines say"),
            (row.in_total - row.out_total - row.held < 0, "it is below zero"),
            (row.posted_at < self.head_at, "it is earlier than the entry before it"),
            (row.hash != self._hash(row), "its hash does not follow"),
        )
        return next((what for is_so, what in found if is_so), "")

    def _hash(self, row: Row[Any]) -> bytes:
        entry = Chained(
            account_id=row.account_id,
            version=row.version,
            posting_id=row.posting_id,
            amount=row.amount,
            in_total=row.in_total,
            out_total=row.out_total,
            held=row.held,
            posted_at=row.posted_at,
        )
        digest = rules.digest(row.idem_key, row.fingerprint, row.created_at)
        return rules.entry_hash(self.head_hash, entry, digest)


def entries(session: Session) -> Iterator[Fault]:
    """Yield each entry and each account that does not follow from the lines."""
    accounts = {row.id: row for row in session.execute(select(LedgerAccount.__table__))}
    seen = set()
    for account_id, rows in groupby(stream(session, _entries()), lambda row: row.account_id):
        account = accounts.get(account_id)
        if account is None:
            yield Fault(f"account {account_id}", "it is gone, its entries are there")
            continue
        seen.add(account_id)
        chain = Chain(genesis(account))
        for row in rows:
            wrong = chain.follow(row)
            if wrong:
                yield Fault(f"entry {account_id}/{row.version}", wrong)
        yield from _account(account, chain)
    for account_id, account in accounts.items():
        if account_id not in seen:
            yield from _account(account, Chain(genesis(account)))


def genesis(account: Row[Any]) -> bytes:
    """Return where an account's chain begins."""
    return rules.genesis(account.kind, account.unit, account.owner_ref, account.opened_on)


def _account(account: Row[Any], chain: Chain) -> Iterator[Fault]:
    wrong = [name for name in _TOTALS if getattr(account, name) != getattr(chain, name)]
    if wrong:
        yield Fault(f"account {account.id}", f"{', '.join(wrong)}: not as after its last entry")
    if account.kind == AccountKind.SYSTEM and chain.version:
        yield Fault(f"account {account.id}", "a system account has entries")


def _entries() -> Select[*tuple[Any, ...]]:
    lines = effects()
    here = and_(lines.c.posting_id == Entry.posting_id, lines.c.account_id == Entry.account_id)
    return (
        select(
            Entry.__table__,
            Posting.idem_key,
            Posting.fingerprint,
            Posting.created_at,
            lines.c.comes,
            lines.c.goes,
            lines.c.held.label("moved_held"),
        )
        .outerjoin(Posting, Posting.id == Entry.posting_id)
        .outerjoin(lines, here)
        .order_by(Entry.account_id, Entry.version)
    )
