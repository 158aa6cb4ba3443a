"""How coins are taken: notice, time to put it right, a look, a second person; and appeals."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.clock import SHANGHAI
from kernel.grants import Role
from points.errors import CannotAppeal, WrongMoment
from points.rules.table import ReviewLevel


class DeductionState(StrEnum):
    """Where it stands."""

    NOTICED = "noticed"
    MENDED = "mended"  # in time: nothing is taken
    UNMENDED = "unmended"  # looked at; waits for a second person
    DROPPED = "dropped"  # the second person did not agree
    DEDUCTED = "deducted"
    MENDED_LATE = "mended_late"  # waits for a second person to restore
    RESTORED = "restored"
    OVERTURNED = "overturned"  # an appeal was upheld

    @property
    def label(self) -> str:
        """What everybody reads."""
        return _LABELS[self]


class DeductionMove(StrEnum):
    """What can happen to it."""

    MENDED = "mended"
    UNMENDED = "unmended"
    AGREE = "agree"
    DISAGREE = "disagree"
    OVERTURN = "overturn"


class AppealState(StrEnum):
    """What became of an appeal."""

    WAITING = "waiting"
    JUDGED = "judged"  # one judge upholds it; nothing moves before somebody else confirms
    UPHELD = "upheld"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """What everybody reads."""
        return {
            "waiting": "等上一级定",
            "judged": "定了成立，等另一个人签",
            "upheld": "申诉成立",
            "rejected": "申诉不成立",
        }[self.value]


_LABELS: Final = {
    DeductionState.NOTICED: "告知了，等改正",
    DeductionState.MENDED: "改好了，不扣",
    DeductionState.UNMENDED: "到期没改，等镇里定",
    DeductionState.DROPPED: "镇里没有同意，不扣",
    DeductionState.DEDUCTED: "扣了",
    DeductionState.MENDED_LATE: "后来改好了，等镇里恢复",
    DeductionState.RESTORED: "改好了，扣的还了",
    DeductionState.OVERTURNED: "申诉成立，扣的还了",
}
_S, _M = DeductionState, DeductionMove
TABLE: Final[Mapping[tuple[DeductionState, DeductionMove], DeductionState]] = MappingProxyType(
    {
        (_S.NOTICED, _M.MENDED): _S.MENDED,
        (_S.NOTICED, _M.UNMENDED): _S.UNMENDED,
        (_S.UNMENDED, _M.MENDED): _S.MENDED,
        (_S.UNMENDED, _M.AGREE): _S.DEDUCTED,
        (_S.UNMENDED, _M.DISAGREE): _S.DROPPED,
        (_S.DEDUCTED, _M.MENDED): _S.MENDED_LATE,
        (_S.MENDED_LATE, _M.AGREE): _S.RESTORED,
        (_S.MENDED_LATE, _M.DISAGREE): _S.DEDUCTED,
        (_S.DEDUCTED, _M.OVERTURN): _S.OVERTURNED,
        (_S.MENDED_LATE, _M.OVERTURN): _S.OVERTURNED,
    }
)
OPEN: Final = frozenset({_S.NOTICED, _S.UNMENDED, _S.MENDED_LATE})
SAYABLE: Final = frozenset({_S.NOTICED, _S.UNMENDED})  # the household may still say its side
TAKEN: Final = frozenset({_S.DEDUCTED, _S.MENDED_LATE})
# Who decides what a level has decided; above the district there is nobody.
ABOVE: Final[Mapping[ReviewLevel, ReviewLevel]] = MappingProxyType(
    {
        ReviewLevel.VILLAGE: ReviewLevel.TOWN,
        ReviewLevel.TOWN: ReviewLevel.DISTRICT,
    }
)
JUDGES: Final[Mapping[ReviewLevel, Role]] = MappingProxyType(
    {ReviewLevel.TOWN: Role.TOWN_ADMIN, ReviewLevel.DISTRICT: Role.DISTRICT_CMD}
)

# Who confirms what a level has judged: somebody else of it, or of the level above.
CONFIRMS: Final[Mapping[ReviewLevel, frozenset[Role]]] = MappingProxyType(
    {
        ReviewLevel.TOWN: frozenset({Role.TOWN_ADMIN, Role.DISTRICT_CMD}),
        ReviewLevel.DISTRICT: frozenset({Role.DISTRICT_CMD}),
    }
)
UNDECIDED: Final = frozenset({AppealState.WAITING, AppealState.JUDGED})


def moved(state: DeductionState, move: DeductionMove) -> DeductionState:
    """Return where it stands after *move*.

    Raises:
        WrongMoment: the table has no such move from here.
    """
    found = TABLE.get((state, move))
    if found is None:
        raise WrongMoment("这件事已经有人处理过了，或者还没到这一步，请刷新再看。")
    return found


def level_above(level: ReviewLevel) -> ReviewLevel:
    """Return who judges an appeal against what *level* decided.

    Raises:
        CannotAppeal: it was the highest.
    """
    found = ABOVE.get(level)
    if found is None:
        raise CannotAppeal("区里已经是最后一级，不能再往上申诉。")
    return found


def appealable_until(decided_at: datetime, days: int) -> date:
    """Return the last day in Shanghai on which something decided then can be appealed."""
    return decided_at.astimezone(SHANGHAI).date() + timedelta(days=days)
