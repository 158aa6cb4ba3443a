"""Where a claim on coins stands, and how it moves: one literal table, and who may review."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.permissions import Permission
from points.errors import NotYoursToReview, WrongMoment
from points.rules.table import ReviewLevel

MOST_WORDS: Final = 500


class ClaimState(StrEnum):
    """Where a claim stands."""

    SUBMITTED = "submitted"
    VILLAGE_OK = "village_ok"
    TOWN_OK = "town_ok"
    DISTRICT_OK = "district_ok"
    PAID = "paid"
    CAPPED = "capped"  # all were content, and the cap left nothing
    WAITING_QUOTA = "waiting_quota"
    REFUSED = "refused"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """What residents and staff read."""
        return _LABELS[self]


class ClaimMove(StrEnum):
    """What can happen to a claim."""

    APPROVE_VILLAGE = "approve_village"
    APPROVE_TOWN = "approve_town"
    APPROVE_DISTRICT = "approve_district"
    PAY = "pay"
    CAP = "cap"
    WAIT = "wait"
    REFUSE = "refuse"
    SEND_BACK = "send_back"
    RESUBMIT = "resubmit"
    REOPEN = "reopen"  # an appeal was upheld
    WITHDRAW = "withdraw"


class Decision(StrEnum):
    """What a reviewer says."""

    APPROVE = "approve"
    REFUSE = "refuse"
    SEND_BACK = "send_back"

    @property
    def label(self) -> str:
        """What everybody reads."""
        return {"approve": "通过", "refuse": "没有通过", "send_back": "退回补充"}[self.value]


_LABELS: Final = {
    ClaimState.SUBMITTED: "等审核",
    ClaimState.VILLAGE_OK: "村里通过，等镇里审",
    ClaimState.TOWN_OK: "镇里通过，等区里审",
    ClaimState.DISTRICT_OK: "区里通过",
    ClaimState.PAID: "已发币",
    ClaimState.CAPPED: "审核通过，但上限已满，没有发币",
    ClaimState.WAITING_QUOTA: "审核通过，在等村里的额度",
    ClaimState.REFUSED: "没有通过",
    ClaimState.SENT_BACK: "要补充",
    ClaimState.WITHDRAWN: "已撤回",
}
_S, _M = ClaimState, ClaimMove
TABLE: Final[Mapping[tuple[ClaimState, ClaimMove], ClaimState]] = MappingProxyType(
    {
        (_S.SUBMITTED, _M.APPROVE_VILLAGE): _S.VILLAGE_OK,
        (_S.SUBMITTED, _M.APPROVE_TOWN): _S.TOWN_OK,  # where the rule skips the village
        (_S.VILLAGE_OK, _M.APPROVE_TOWN): _S.TOWN_OK,
        (_S.TOWN_OK, _M.APPROVE_DISTRICT): _S.DISTRICT_OK,
        (_S.TOWN_OK, _M.PAY): _S.PAID,
        (_S.TOWN_OK, _M.CAP): _S.CAPPED,
        (_S.TOWN_OK, _M.WAIT): _S.WAITING_QUOTA,
        (_S.DISTRICT_OK, _M.PAY): _S.PAID,
        (_S.DISTRICT_OK, _M.CAP): _S.CAPPED,
        (_S.DISTRICT_OK, _M.WAIT): _S.WAITING_QUOTA,
        (_S.WAITING_QUOTA, _M.PAY): _S.PAID,
        (_S.SUBMITTED, _M.REFUSE): _S.REFUSED,
        (_S.VILLAGE_OK, _M.REFUSE): _S.REFUSED,
        (_S.TOWN_OK, _M.REFUSE): _S.REFUSED,
        (_S.SUBMITTED, _M.SEND_BACK): _S.SENT_BACK,
        (_S.VILLAGE_OK, _M.SEND_BACK): _S.SENT_BACK,
        (_S.TOWN_OK, _M.SEND_BACK): _S.SENT_BACK,
        (_S.SENT_BACK, _M.RESUBMIT): _S.SUBMITTED,
        (_S.REFUSED, _M.REOPEN): _S.SUBMITTED,
        (_S.SUBMITTED, _M.WITHDRAW): _S.WITHDRAWN,
        (_S.VILLAGE_OK, _M.WITHDRAW): _S.WITHDRAWN,
        (_S.SENT_BACK, _M.WITHDRAW): _S.WITHDRAWN,
    }
)
APPROVALS: Final[Mapping[ReviewLevel, ClaimMove]] = MappingProxyType(
    {
        ReviewLevel.VILLAGE: _M.APPROVE_VILLAGE,
        ReviewLevel.TOWN: _M.APPROVE_TOWN,
        ReviewLevel.DISTRICT: _M.APPROVE_DISTRICT,
    }
)
ENDS: Final = frozenset({_S.PAID, _S.CAPPED, _S.REFUSED, _S.WITHDRAWN})
COUNTED: Final = frozenset({_S.PAID, _S.WAITING_QUOTA})  # what uses up a cap
PERMISSIONS: Final[Mapping[ReviewLevel, Permission]] = MappingProxyType(
    {
        ReviewLevel.VILLAGE: Permission.CLAIM_FIRST_REVIEW,
        ReviewLevel.TOWN: Permission.CLAIM_SECOND_REVIEW,
        ReviewLevel.DISTRICT: Permission.CLAIM_THIRD_REVIEW,
    }
)
GONE: Final = "没有这份申报，或者它不归您看。"


def moved(state: ClaimState, move: ClaimMove) -> ClaimState:
    """Return where a claim stands after *move*.

    Raises:
        WrongMoment: the table has no such move from here.
    """
    found = TABLE.get((state, move))
    if found is None:
        raise WrongMoment("这份申报已经有人审过了，或者还没轮到这一步，请刷新再看。")
    return found


def check_reviewer(reviewer: int, *, concerned: Collection[int], earlier: Collection[int]) -> None:
    """Refuse a reviewer who may not judge this claim (回避), or has judged it before.

    *concerned* is whoever earned, filed or lives with it, and their kin.

    Raises:
        NotYoursToReview: it is somebody else's to judge.
    """
    if reviewer in concerned:
        raise NotYoursToReview("这份申报和您、您家或您的近亲属有关，要换别人审。")
    if reviewer in earlier:
        raise NotYoursToReview("前一级就是您审的，这一级要换别人审。")
