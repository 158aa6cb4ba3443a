"""Seals and their leaves."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session

from kernel.db import keyring
from points import rules
from points.models import Seal, SealLeaf, SealSignature
from points.rules import merkle

SHOWN: Final = 31  # days


def seals_published(session: Session) -> Sequence[tuple[Seal, SealSignature | None]]:
    """Return the last seals and their signatures, the newest first; hashes, for everybody."""
    rows = session.execute(
        select(Seal, SealSignature)
        .outerjoin(SealSignature, SealSignature.number == Seal.number)
        .order_by(Seal.number.desc())
        .limit(SHOWN)
    )
    return [(seal, signed) for seal, signed in rows]


def leaf(row: Row[*tuple[Any, ...]]) -> bytes:
    """Return an account's leaf: what it holds and its head, salted so that nobody can guess it.

    *row* has ``account_id``, ``version``, ``in_total``, ``out_total``, ``held`` and ``hash``.
    """
    return leaf_of(
        (row.account_id, row.version, row.in_total, row.out_total, row.held, row.hash),
        salt(row.account_id),
    )


def leaf_of(fields: tuple[int | bytes, ...], salt: str) -> bytes:
    """Return the leaf over an account's numbers, its head and its salt."""
    return merkle.leaf_hash(rules.pack(*fields, salt))


def salt(account_id: int) -> str:
    """Return what an account's leaves are salted with; its owner may know it."""
    return keyring().index(f"ledger-leaf:{account_id}")


def leaves_at(number: int | None = None) -> Select[int, int, bytes]:
    """Return each account's newest leaf, up to seal *number* if one is named, by account."""
    newest = select(SealLeaf.account_id, func.max(SealLeaf.number).label("number"))
    if number is not None:
        newest = newest.where(SealLeaf.number <= number)
    last = newest.group_by(SealLeaf.account_id).subquery()
    return (
        select(SealLeaf.account_id, SealLeaf.version, SealLeaf.hash)
        .join(
            last,
            and_(SealLeaf.account_id == last.c.account_id, SealLeaf.number == last.c.number),
        )
        .order_by(SealLeaf.account_id)
    )
