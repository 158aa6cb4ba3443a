"""The one way into the books.

On PostgreSQL one stored function does it in one round trip; SQLite, and the test that compares
the two, go by portable statements.  Both lock the tracked accounts in ascending order, and only
those; system accounts are never locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from kernel.work import Work
from points import rules
from points.rules import Request
from points.service import native, portable
from points.service.written import Written

MOST_AT_ONCE: Final = 50  # postings of one transaction: longer ones keep others waiting


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a request: its posting, and whether it had been posted before."""

    id: int
    replayed: bool


def post(work: Work, request: Request) -> Posted:
    """Post *request*, or find what the same request has posted.

    When a refusal is raised nothing of this transaction may be kept, unless the caller
    put the call into a savepoint.

    Raises:
        BadPosting: no posting may be like that.
        NotEnough: an account would go below zero.
        KeyReused: the key stands for something else.
        AccountClosed: one of the accounts is closed.
    """
    rules.check(request)
    written = Written.of(request, work.now())
    if is_native(work.session):
        return Posted(*native.post(work.session, written))
    return Posted(*portable.post(work.session, written))


def post_many(work: Work, requests: Sequence[Request]) -> list[Posted]:
    """Post all of *requests*, at most 50, or none; the answers are in their order.

    Raises:
        ValueError: they are more.
        BadPosting, NotEnough, KeyReused, AccountClosed: as ``post``, for the first refused.
    """
    if len(requests) > MOST_AT_ONCE:
        raise ValueError(f"{len(requests)} postings in one transaction")
    for request in requests:
        rules.check(request)
    now = work.now()
    written = [Written.of(request, now) for request in requests]
    way = native if is_native(work.session) else portable
    return [Posted(*one) for one in way.post_many(work.session, written)]


def is_native(session: Session) -> bool:
    """Whether the database has the stored function."""
    return session.get_bind().dialect.name == "postgresql"
