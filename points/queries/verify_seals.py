"""Seals: does each root follow from the entries it names, and each seal from the one before?"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from points import rules
from points.models import Entry, Seal, SealLeaf
from points.queries.faults import Fault, stream
from points.queries.seals import leaf
from points.rules import merkle


def seals(session: Session) -> Iterator[Fault]:
    """Yield each seal and each leaf that does not follow."""
    leaves: dict[int, bytes] = {}
    moved = {number: list(rows) for number, rows in _by_seal(session)}
    previous, number = b"", 0
    for seal in session.scalars(select(Seal).order_by(Seal.number)):
        rows = moved.pop(seal.number, [])
        leaves |= {row.account_id: row.leaf for row in rows}
        yield from _wrong_leaves(rows)
        name = f"seal {seal.number}"
        if seal.number != number + 1:
            yield Fault(name, f"seal {number + 1} is missing before it")
        if seal.previous != previous or seal.hash != _hash(seal):
            yield Fault(name, "its hash does not follow")
        if seal.leaves != len(leaves) or seal.root != merkle.root(_in_order(leaves)):
            yield Fault(name, "its root is not that of the accounts")
        previous, number = seal.hash, seal.number
    for lost in moved:
        yield Fault(f"seal {lost}", "it is gone, its leaves are there")


def _wrong_leaves(rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterator[Fault]:
    for row in rows:
        if row.hash is None or leaf(row) != row.leaf:
            yield Fault(f"seal_leaf {row.account_id}/{row.number}", "it is not its entry's")


def _by_seal(session: Session) -> Iterator[tuple[int, Iterator[Row[*tuple[Any, ...]]]]]:
    yield from groupby(stream(session, _leaves()), lambda row: row.number)


def _in_order(leaves: dict[int, bytes]) -> list[bytes]:
    return [leaves[account] for account in sorted(leaves)]


def _hash(seal: Seal) -> bytes:
    return rules.seal_hash(
        seal.number, seal.day, seal.sealed_at, seal.leaves, seal.root, seal.previous
    )


def _leaves() -> Select[*tuple[Any, ...]]:
    entry = and_(Entry.account_id == SealLeaf.account_id, Entry.version == SealLeaf.version)
    return (
        select(
            SealLeaf.number,
            SealLeaf.account_id,
            SealLeaf.version,
            SealLeaf.hash.label("leaf"),
            Entry.in_total,
            Entry.out_total,
            Entry.held,
            Entry.hash,
        )
        .outerjoin(Entry, entry)
        .order_by(SealLeaf.number, SealLeaf.account_id)
    )
