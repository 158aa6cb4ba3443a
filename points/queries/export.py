"""The whole ledger as files that anybody can verify.

There are no names in it: accounts and people are numbers, bytes are hexadecimal.  A leaf's salt
is left out, so what a neighbour holds cannot be guessed from a root.
"""

import json
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from points.models import Entry, LedgerAccount, Posting, Seal, SealLeaf, SealSignature, Transfer
from points.queries.faults import stream

FILES: Final = {
    "accounts": (LedgerAccount, (LedgerAccount.id,)),
    "postings": (Posting, (Posting.id,)),
    "transfers": (Transfer, (Transfer.posting_id, Transfer.line)),
    "entries": (Entry, (Entry.account_id, Entry.version)),
    "seals": (Seal, (Seal.number,)),
    "signatures": (SealSignature, (SealSignature.number,)),
    "leaves": (SealLeaf, (SealLeaf.number, SealLeaf.account_id)),
}


def export(session: Session, name: str) -> Iterator[str]:
    """Yield one of ``FILES`` as lines of JSON, in the order in which they are verified."""
    model, order = FILES[name]
    for row in stream(session, select(model.__table__).order_by(*order)):
        plain = {
            column: value.hex() if isinstance(value, bytes) else value
            for column, value in row._asdict().items()
        }
        yield json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n"
