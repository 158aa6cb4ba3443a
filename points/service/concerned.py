"""Whom a decision concerns, who therefore neither takes nor signs it (回避)."""

from collections.abc import Set as AbstractSet
from typing import Final

from kernel.access import Actor
from kernel.work import Work
from people.queries.bars import near
from people.queries.former import concerned_in
from points.errors import NotYoursToReview

CONCERNED: Final = "这件事和您、您家或您的近亲属有关，要换别人来。"


def refuse_concerned(work: Work, people: AbstractSet[int], by: Actor) -> None:
    """Keep out whoever is one of *people*, lives with one of them, or is their kin.

    Raises:
        NotYoursToReview: *by* is.
    """
    if by.id in people | near(work.session, people):
        raise NotYoursToReview(CONCERNED)


def refuse_household(
    work: Work, household_id: int, by: Actor, *, about: AbstractSet[int] = frozenset()
) -> None:
    """Keep out a household and its kin, also who lived there, or lives in what it became.

    Whom it is *about* may live elsewhere by now.

    Raises:
        NotYoursToReview: *by* is one of them.
    """
    refuse_concerned(work, concerned_in(work.session, [household_id]) | about, by)
