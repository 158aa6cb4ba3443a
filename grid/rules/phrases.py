"""The sentences that come with the program, by the situation they are for."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from grid.rules.source import packaged, tree


class Situation(StrEnum):
    """What somebody is about to write."""

    ASK = "ask"
    PAUSE = "pause"
    EXTEND = "extend"
    RESULT = "result"
    REJECT = "reject"
    DECIDE = "decide"

    @property
    def label(self) -> str:
        """What the page says."""
        return {
            Situation.ASK: "请居民补充",
            Situation.PAUSE: "停表",
            Situation.EXTEND: "申请延期",
            Situation.RESULT: "报结果",
            Situation.REJECT: "不予受理",
            Situation.DECIDE: "裁决异议",
        }[self]


SHIPPED: Final[Mapping[Situation, tuple[str, ...]]] = MappingProxyType(
    {Situation(name): tuple(said) for name, said in tree(packaged("phrases"))["phrases"].items()}
)
