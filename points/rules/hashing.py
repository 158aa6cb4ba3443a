"""The bytes that are hashed, so that whoever has the rows can hash them again.

docs/ledger.md describes them, and docs/verify_ledger.py does the same without this program.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from points.rules.requests import Line, Request

Field = str | int | bytes | None

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS: Final = struct.Struct(">8q")


def microseconds(moment: datetime) -> int:
    """Return *moment* as the ledger keeps it: whole microseconds since 1970, UTC."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(number: int) -> datetime:
    """Return the moment, aware and in UTC, that the ledger keeps as *number*."""
    return EPOCH + timedelta(microseconds=number)


def pack(*fields: Field) -> bytes:
    """Return *fields* as bytes, each with its length before it, so that no two lists are alike."""
    packed = bytearray()
    for field in fields:
        if field is None:
            packed += b"\xff\xff\xff\xff"
            continue
        data = field if isinstance(field, bytes) else str(field).encode()
        packed += len(data).to_bytes(4) + data
    return bytes(packed)


def fingerprint(request: Request) -> bytes:
    """Return the SHA-256 of all that *request* says but its key."""
    source_type, source_id = request.source or (None, None)
    rule_code, rule_version = request.rule or (None, None)
    expires = None if request.expires_at is None else microseconds(request.expires_at)
    return fingerprint_of(
        [
            request.kind.value,
            request.actor_id,
            request.second_actor_id,
            rule_code,
            rule_version,
            request.evidence,
            source_type,
            source_id,
            request.reverses_id,
            request.pending_id,
            request.effective_on.isoformat(),
            expires,
        ],
        [line_fields(line) for line in request.lines],
    )


def line_fields(line: Line) -> Sequence[Field]:
    """Return a line as it is hashed: both accounts, amount, phase, person, place."""
    return (
        line.debit,
        line.credit,
        line.amount,
        line.phase.value,
        line.person_id,
        line.place_id,
    )


def fingerprint_of(head: Sequence[Field], lines: Sequence[Sequence[Field]]) -> bytes:
    """Return the SHA-256 of a posting's columns and its lines, in their order."""
    packed = pack(*head, len(lines), *[field for line in lines for field in line])
    return sha256(packed).digest()


def digest(key: str, fingerprint: bytes, created_at: int) -> bytes:
    """Return what an entry's hash takes in of its posting: everything, through the fingerprint."""
    return sha256(pack(key, fingerprint, created_at)).digest()


def genesis(kind: str, unit: str, owner_ref: str, opened_on: str) -> bytes:
    """Return the head of an account's chain before its first entry: what the account is."""
    return sha256(pack("account", kind, unit, owner_ref, opened_on)).digest()


@dataclass(frozen=True, slots=True)
class Chained:
    """The numbers of an entry, in the order in which they are hashed."""

    account_id: int
    version: int
    posting_id: int
    amount: int
    in_total: int
    out_total: int
    held: int
    posted_at: int  # microseconds since 1970, UTC


def entry_hash(previous: bytes, entry: Chained, digest: bytes) -> bytes:
    """Return the hash of an entry: over the one before, its numbers and its posting."""
    numbers = _NUMBERS.pack(
        entry.account_id,
        entry.version,
        entry.posting_id,
        entry.amount,
        entry.in_total,
        entry.out_total,
        entry.held,
        entry.posted_at,
    )
    return sha256(previous + numbers + digest).digest()


def seal_hash(
    number: int, day: str, sealed_at: int, leaves: int, root: bytes, previous: bytes
) -> bytes:
    """Return the hash of a seal, which the next one takes in."""
    return sha256(pack("seal", number, day, sealed_at, leaves, root, previous)).digest()
