"""Whom a thing about a household concerns: who lives there, who did, and what became of it (回避).

The verbs on households write down who leaves, by number, in the log; so this reaches as far back
as lines are kept.  Unscoped: it is read to keep people out.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import takewhile
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.audit import AuditLine
from people.models import Household, Person

LEFT: Final = frozenset(
    f"household.{one}" for one in ("belonged", "leave", "member-remove", "put-out")
)
BECAME: Final = "household.merged"
TOOK_IN: Final = "household.merge"
CAME_FROM: Final = "household.split-off"


def concerned_in(session: Session, homes: Iterable[int]) -> frozenset[int]:
    """Return who lives or lived in households, in what they became, or in what they are made of.

    Made of: households that were merged into one of them, or that have ended since one was split
    from them.  One statement where nothing ever happened to a household, beside its members.
    """
    forward = back = seen = frozenset(homes)
    people: set[int] = set()
    while forward or back:
        after: set[int] = set()
        before: set[int] = set()
        parents: set[int] = set()
        for home, action, detail in _said(session, forward | back):
            if action in LEFT:
                people |= _numbers("person:", detail)
                continue
            other = _numbers("household:", detail)
            if action == BECAME and home in forward:
                after |= other
            elif action == TOOK_IN and home in back:
                before |= other
            elif action == CAME_FROM and home in back:
                parents |= other
        forward = frozenset(after) - seen
        back = frozenset(before | _ended(session, parents - seen)) - seen
        seen |= forward | back
    living = select(Person.id).where(Person.household_id.in_(seen))
    return frozenset(people) | frozenset(session.scalars(living))


def _said(session: Session, homes: AbstractSet[int]) -> Iterator[tuple[int, str, str]]:
    """Yield (household, action, detail) of all that says who left or what it became."""
    rows = session.execute(
        select(AuditLine.subject, AuditLine.action, AuditLine.detail).where(
            AuditLine.subject.in_([f"household:{one}" for one in sorted(homes)]),
            AuditLine.action.in_(sorted({*LEFT, BECAME, TOOK_IN, CAME_FROM})),
        )
    )
    for subject, action, detail in rows:
        yield int(subject.partition(":")[2]), action, detail


def _numbers(kind: str, detail: str) -> set[int]:
    """Return the numbers that a detail begins with; what follows are somebody's words."""
    begins = takewhile(lambda word: word.startswith(kind), detail.split())
    return {int(word.removeprefix(kind)) for word in begins}


def _ended(session: Session, homes: AbstractSet[int]) -> frozenset[int]:
    if not homes:
        return frozenset()
    ended = select(Household.id).where(Household.id.in_(homes), Household.closed_at.is_not(None))
    return frozenset(session.scalars(ended))
