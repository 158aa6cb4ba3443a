"""Posting by statements that both databases take: SQLite's way, and the other one's oracle."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from points import rules
from points.errors import NotEnough
from points.models import Entry, LedgerAccount, Posting, Transfer
from points.rules import AccountKind, Chained, Change, Line
from points.service.refusals import closed, key_reused, mismatched
from points.service.written import Written

# Built once: building them takes longer than SQLite needs for what they do.
_TABLES: Final = Posting.metadata.tables
_ACCOUNT: Final = _TABLES[LedgerAccount.__tablename__]
_POSTING: Final = _TABLES[Posting.__tablename__]
_ONCE: Final = {
    "sqlite": sqlite.insert(_POSTING).on_conflict_do_nothing().returning(_POSTING.c.id),
    "postgresql": postgresql.insert(_POSTING).on_conflict_do_nothing().returning(_POSTING.c.id),
}
_BY_KEY: Final = select(_POSTING.c.id, _POSTING.c.fingerprint).where(
    _POSTING.c.idem_key == bindparam("idem_key")
)
_WANTED: Final = select(_ACCOUNT).where(_ACCOUNT.c.id.in_(bindparam("ids", expanding=True)))
_IS_SYSTEM: Final = _ACCOUNT.c.kind == AccountKind.SYSTEM
_TRACKED: Final = _WANTED.where(~_IS_SYSTEM).order_by(_ACCOUNT.c.id).with_for_update()
_SYSTEM: Final = _WANTED.where(_IS_SYSTEM)
_ADD_LINES: Final = insert(_TABLES[Transfer.__tablename__])
_ADD_ENTRY: Final = insert(_TABLES[Entry.__tablename__])
_MOVE_ON: Final = (
    update(_ACCOUNT)
    .where(_ACCOUNT.c.id == bindparam("account"))
    .values(
        {
            name: bindparam(name)
            for name in ("in_total", "out_total", "held", "version", "head_hash", "head_at")
        }
    )
)


def post(session: Session, written: Written) -> tuple[int, bool]:
    """Post one request; return the posting's number and whether it had been there."""
    number, replayed = _insert(session, written)
    if not replayed:
        _apply(session, number, written)
    return number, replayed


def post_many(session: Session, written: Sequence[Written]) -> list[tuple[int, bool]]:
    """Post all of them: keys first, then the union of their accounts, each in order."""
    found = {
        place: _insert(session, written[place])
        for place in sorted(
            range(len(written)), key=lambda place: written[place].posting["idem_key"]
        )
    }
    new = [place for place in range(len(written)) if not found[place][1]]
    _locked(session, [line for place in new for line in written[place].request.lines])
    for place in new:
        _apply(session, found[place][0], written[place])
    return [found[place] for place in range(len(written))]


def _insert(session: Session, written: Written) -> tuple[int, bool]:
    """Write posting and lines unless its key, or what it undoes or ends, is there."""
    once = _ONCE[session.get_bind().dialect.name]
    number = session.execute(once, written.posting).scalar()
    if number is not None:
        lines = [{"posting_id": number, **line} for line in written.lines]
        session.execute(_ADD_LINES, lines)
        return number, False
    key = {"idem_key": written.posting["idem_key"]}
    found = session.execute(_BY_KEY, key).one_or_none()
    # None: another key has undone, or ended, the same.
    if found is None or found.fingerprint != written.posting["fingerprint"]:
        raise key_reused()
    return found.id, True


def _apply(session: Session, number: int, written: Written) -> None:
    """Write what the lines do to each tracked account."""
    lines = written.request.lines
    accounts = _locked(session, lines)
    units = {one.id: one.unit for one in accounts.values()}
    if any(units.get(line.debit, "") != units.get(line.credit) for line in lines):
        raise mismatched()
    at = written.posting["created_at"]
    for account_id, change in rules.changes(lines).items():
        account = accounts[account_id]
        if account.kind != AccountKind.SYSTEM:
            _write(session, account, change, Chain(number, at, written.digest))


class Chain:
    """What an entry takes in of its posting."""

    __slots__ = ("at", "digest", "posting_id")

    def __init__(self, posting_id: int, at: int, digest: bytes) -> None:
        self.posting_id = posting_id
        self.at = at
        self.digest = digest


def _write(session: Session, account: Any, change: Change, chain: Chain) -> None:  # noqa: ANN401 - a row
    """Add one entry, and move the account on to it."""
    if account.closed_on is not None:
        raise closed()
    in_total = account.in_total + change.in_total
    out_total = account.out_total + change.out_total
    held = account.held + change.held
    if in_total - out_total - held < 0:
        raise NotEnough(account.id, held + out_total - in_total)
    if held < 0:
        raise mismatched()
    entry = Chained(
        account_id=account.id,
        version=account.version + 1,
        posting_id=chain.posting_id,
        amount=change.amount,
        in_total=in_total,
        out_total=out_total,
        held=held,
        posted_at=max(chain.at, account.head_at),
    )
    head = rules.entry_hash(account.head_hash, entry, chain.digest)
    session.execute(
        _MOVE_ON,
        {
            "account": account.id,
            "in_total": in_total,
            "out_total": out_total,
            "held": held,
            "version": entry.version,
            "head_hash": head,
            "head_at": entry.posted_at,
        },
    )
    names = ("account_id", "version", "posting_id", "amount", "in_total", "out_total", "held")
    values = {name: getattr(entry, name) for name in (*names, "posted_at")}
    session.execute(_ADD_ENTRY, {**values, "hash": head})


def _locked(session: Session, lines: Sequence[Line]) -> dict[int, Any]:
    """Return the accounts; the tracked ones are locked in ascending order, system ones are not."""
    ids = {one for line in lines for one in (line.debit, line.credit)}
    wanted = {"ids": sorted(ids)}
    rows = [*session.execute(_TRACKED, wanted), *session.execute(_SYSTEM, wanted)]
    return {row.id: row for row in rows}
