"""Recomputes the whole ledger from the lines, and names every row that does not agree."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from points.queries.faults import Fault
from points.queries.guards import guards
from points.queries.verify_entries import entries
from points.queries.verify_months import months
from points.queries.verify_openings import openings
from points.queries.verify_postings import postings
from points.queries.verify_seals import seals
from points.queries.verify_signatures import signatures
from points.queries.verify_sources import sources
from points.queries.verify_undos import undos
from points.rules.signing import Signer


def verify(session: Session, signer: Signer | None = None) -> Iterator[Fault]:
    """Yield every fault there is, as it is found.

    With *signer* signatures count only by keys it knows; without, that they fit is all that is
    looked at.  Nothing trusts a total: amounts come from the lines, and all else is computed
    again.  What somebody rewrote consistently after the last published seal cannot be found by
    anybody (docs/ledger.md).
    """
    yield from guards(session)
    yield from postings(session)
    yield from entries(session)
    yield from seals(session)
    yield from signatures(session, signer)
    yield from months(session)
    yield from sources(session)
    yield from openings(session)
    yield from undos(session)
