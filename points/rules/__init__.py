"""What the ledger decides, without looking anything up."""

from points.rules.expiry import carried, expiring
from points.rules.hashing import (
    Chained,
    digest,
    entry_hash,
    fingerprint,
    fingerprint_of,
    genesis,
    line_fields,
    microseconds,
    moment_of,
    pack,
    seal_hash,
)
from points.rules.kinds import (
    COIN,
    ENDS_HOLD,
    REVERSIBLE,
    SIGNED,
    AccountKind,
    Phase,
    PostingKind,
    System,
)
from points.rules.requests import Change, Line, Request, changes, check

__all__ = [
    "COIN",
    "ENDS_HOLD",
    "REVERSIBLE",
    "SIGNED",
    "AccountKind",
    "Chained",
    "Change",
    "Line",
    "Phase",
    "PostingKind",
    "Request",
    "System",
    "carried",
    "changes",
    "check",
    "digest",
    "entry_hash",
    "expiring",
    "fingerprint",
    "fingerprint_of",
    "genesis",
    "line_fields",
    "microseconds",
    "moment_of",
    "pack",
    "seal_hash",
]
