"""Coins follow a household that splits, merges, moves or ends: proposed, then agreed to."""

import json
from enum import StrEnum
from hashlib import sha256
from typing import Final

MOST_REASON: Final = 200
MOST_NAME: Final = 60


class AdjustmentWhy(StrEnum):
    """What happened to the household; nothing else moves coins between households."""

    SPLIT = "split"
    MERGE = "merge"
    MOVE = "move"  # given up here, written down anew elsewhere
    DEATH = "death"

    @property
    def label(self) -> str:
        """What staff choose, and households read."""
        return {"split": "分户", "merge": "并户", "move": "搬走", "death": "去世"}[self.value]


class AdjustmentState(StrEnum):
    """Where it stands; but for the first, it is over."""

    PROPOSED = "proposed"
    POSTED = "posted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # nobody decided it as long as its words may be kept

    @property
    def label(self) -> str:
        """What staff read."""
        return {
            "proposed": "等另一个人签",
            "posted": "转好了",
            "refused": "没有同意",
            "withdrawn": "撤回了",
            "lapsed": "一直没人签，作废了",
        }[self.value]


def adjustment_evidence(*said: str | int | None) -> bytes:
    """Return the SHA-256 of all that was proposed, which its posting names."""
    return sha256(json.dumps(said, ensure_ascii=False).encode()).digest()
