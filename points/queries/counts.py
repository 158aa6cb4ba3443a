"""How much there is in the books."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from points.models import Entry, LedgerAccount, Posting, Seal, SealSignature


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows there are of each."""

    postings: int
    entries: int
    accounts: int
    seals: int
    signatures: int


def counted(session: Session) -> Counted:
    """Return how much there is."""
    tables = (Posting, Entry, LedgerAccount, Seal, SealSignature)
    return Counted(*[session.scalar(select(func.count()).select_from(one)) or 0 for one in tables])
