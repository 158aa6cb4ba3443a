"""Undoing what was posted wrongly: where it stands, and who of two may sign."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

MOST_REASON: Final = 200
OPENING: Final = "opening"  # what brought in a line of balances from before comes from
CLAIM: Final = "claim"  # what paid a claim comes from


class UndoState(StrEnum):
    """Where it stands that a posting is undone; but for the first, it is over."""

    PROPOSED = "proposed"
    POSTED = "posted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """What staff read."""
        return {
            "proposed": "等另一个人签",
            "posted": "币冲回了",
            "refused": "没有同意",
            "withdrawn": "撤回了",
        }[self.value]


def is_fresh_pair(first: int, second: int, passed: Collection[int]) -> bool:
    """Whether two are two, and one of them did not pass what they undo."""
    return first != second and not {first, second} <= set(passed)
