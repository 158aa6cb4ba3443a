"""Tables of the coins: the ledger, and beside it the rules, the claims and who looked at them."""

from points.models.claims import Claim, ClaimPicture, ClaimReview, RuleVersion
from points.models.ledger import Entry, LedgerAccount, Posting, Seal, SealLeaf, Transfer

__all__ = [
    "Claim",
    "ClaimPicture",
    "ClaimReview",
    "Entry",
    "LedgerAccount",
    "Posting",
    "RuleVersion",
    "Seal",
    "SealLeaf",
    "Transfer",
]
