"""What accounts and postings there are, and who signs which posting."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

COIN: Final = "coin"  # the unit of 平安绿币; a gift's unit is its own number


class AccountKind(StrEnum):
    """Whose account it is.  All but system accounts are tracked and never below zero."""

    HOUSEHOLD = "household"
    PLACE = "place"
    VILLAGE_BUDGET = "village_budget"
    STOCK = "stock"
    SYSTEM = "system"


class System(StrEnum):
    """The far ends: where what enters the books comes from, and where it goes."""

    ISSUANCE = "issuance"
    BROUGHT_IN = "brought_in"  # balances from paper, with their source
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    DEDUCTED = "deducted"
    SUPPLIED = "supplied"  # goods bought or donated
    HANDED_OUT = "handed_out"
    SPOILED = "spoiled"


class PostingKind(StrEnum):
    """What happened.  LEDGER.md section 2.1 says what each is for."""

    OPENING = "opening"
    AWARD_REVIEWED = "award_reviewed"
    AWARD_SYSTEM = "award_system"
    DEDUCT = "deduct"
    ADJUST = "adjust"
    QUOTA = "quota"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    REDEMPTION = "redemption"
    EXPIRY = "expiry"
    REVERSAL = "reversal"
    STOCK_IN = "stock_in"
    STOCK_OUT = "stock_out"


class Phase(StrEnum):
    """What a line does: move, set aside, hand out what was set aside, or give it back."""

    POSTED = "posted"
    PENDING = "pending"
    CAPTURED = "captured"
    RELEASED = "released"


ENDS_HOLD: Final = frozenset({PostingKind.CAPTURE, PostingKind.RELEASE})
# What can be undone by a reversal; a hold is released instead, and an undoing stays.
REVERSIBLE: Final = frozenset(PostingKind) - {
    PostingKind.HOLD,
    PostingKind.RELEASE,
    PostingKind.REVERSAL,
}
PHASES: Final = {
    PostingKind.HOLD: {Phase.PENDING},
    PostingKind.CAPTURE: {Phase.CAPTURED, Phase.RELEASED, Phase.POSTED},
    PostingKind.RELEASE: {Phase.RELEASED},
}


@dataclass(frozen=True, slots=True)
class Signed:
    """How many people must and may sign a posting, and whether a rule must stand behind it."""

    least: int
    most: int
    by_rule: bool = False


SIGNED: Final = {
    PostingKind.OPENING: Signed(1, 2),
    PostingKind.AWARD_REVIEWED: Signed(2, 2, by_rule=True),
    PostingKind.AWARD_SYSTEM: Signed(0, 1, by_rule=True),
    PostingKind.DEDUCT: Signed(2, 2, by_rule=True),
    PostingKind.ADJUST: Signed(2, 2),
    PostingKind.QUOTA: Signed(1, 2),
    PostingKind.HOLD: Signed(0, 2),
    PostingKind.CAPTURE: Signed(1, 2),
    PostingKind.RELEASE: Signed(0, 2),  # a time-out has nobody
    PostingKind.REDEMPTION: Signed(1, 2),
    PostingKind.EXPIRY: Signed(0, 0),
    PostingKind.REVERSAL: Signed(1, 2),
    PostingKind.STOCK_IN: Signed(1, 2),
    PostingKind.STOCK_OUT: Signed(1, 2),
}
