"""Signatures: is each seal signed, and by a key that counts?"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from points.models import Seal, SealSignature
from points.queries.faults import Fault
from points.rules.signing import Signer, is_signed


def signatures(session: Session, signer: Signer | None) -> Iterator[Fault]:
    """Yield each seal whose signature does not fit, is by a strange key, or is missing.

    Missing counts only where there is a key: the schedule signs all with it.
    """
    found = {one.number: one for one in session.scalars(select(SealSignature))}
    rows = session.execute(select(Seal.number, Seal.hash).order_by(Seal.number))
    for number, seal_hash in rows:
        one = found.get(number)
        name = f"signature {number}"
        if one is None:
            if signer is not None and signer.secret is not None:
                yield Fault(name, "the seal is not signed, though there is a key")
        elif not is_signed(one.public_key, one.signature, seal_hash):
            yield Fault(name, "it is not that of the seal")
        elif signer is not None and signer.known and one.public_key not in signer.known:
            yield Fault(name, "its key is neither LEDGER_SIGN_KEY's nor one of LEDGER_OLD_KEYS")
