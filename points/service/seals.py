"""The day's seal: one root over all tracked accounts."""

from datetime import date

from sqlalchemy import Select, insert, select

from kernel.db import insert_once
from kernel.work import Work
from points import queries, rules
from points.models import LedgerAccount, Seal, SealLeaf, SealSignature
from points.rules import AccountKind, merkle
from points.rules.signing import Signer


def seal_day(work: Work, day: date) -> Seal | None:
    """Seal all accounts as they are now under *day*; None if that or a later day is sealed.

    One statement reads the accounts, so the root is of one moment; which of them moved since
    the last seal is decided by their versions, never by numbers that may commit late.
    """
    newest = select(Seal).order_by(Seal.number.desc()).limit(1)
    last = work.session.scalar(newest.with_for_update())
    if last is not None and last.day >= day.isoformat():
        return None
    before = {row.account_id: row.version for row in work.session.execute(queries.leaves_at())}
    rows = work.session.execute(_accounts()).all()
    leaves = {row.account_id: queries.leaf(row) for row in rows}
    sealed = _next(last, day, work, list(leaves.values()))
    work.session.add(sealed)
    work.session.flush()
    moved = [
        (row.account_id, row.version) for row in rows if before.get(row.account_id) != row.version
    ]
    if moved:
        values = [
            {"account_id": one, "number": sealed.number, "version": version, "hash": leaves[one]}
            for one, version in moved
        ]
        work.session.execute(insert(SealLeaf), values)
    return sealed


def sign_seals(work: Work, signer: Signer) -> int:
    """Sign every seal that has no signature yet; return how many there were.

    What was sealed while the key was away is signed as soon as it is back.

    Raises:
        NoKey: there is no key.
    """
    unsigned = (
        select(Seal)
        .outerjoin(SealSignature, SealSignature.number == Seal.number)
        .where(SealSignature.number.is_(None))
        .order_by(Seal.number)
    )
    signed = 0
    for one in work.session.scalars(unsigned):
        signed += insert_once(
            work.session,
            SealSignature,
            unique=None,
            number=one.number,
            public_key=signer.public,
            signature=signer.sign(one.hash),
            signed_at=rules.microseconds(work.now()),
        )
    return signed


def _next(last: Seal | None, day: date, work: Work, leaves: list[bytes]) -> Seal:
    sealed = Seal(
        number=1 if last is None else last.number + 1,
        day=day.isoformat(),
        sealed_at=rules.microseconds(work.now()),
        leaves=len(leaves),
        root=merkle.root(leaves),
        previous=b"" if last is None else last.hash,
    )
    sealed.hash = rules.seal_hash(
        sealed.number, sealed.day, sealed.sealed_at, sealed.leaves, sealed.root, sealed.previous
    )
    return sealed


def _accounts() -> Select[int, int, int, int, int, bytes]:
    return (
        select(
            LedgerAccount.id.label("account_id"),
            LedgerAccount.version,
            LedgerAccount.in_total,
            LedgerAccount.out_total,
            LedgerAccount.held,
            LedgerAccount.head_hash.label("hash"),
        )
        .where(LedgerAccount.kind != AccountKind.SYSTEM, LedgerAccount.version > 0)
        .order_by(LedgerAccount.id)
    )
