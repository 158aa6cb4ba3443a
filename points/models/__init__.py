"""Tables of the coins: the ledger, and beside it the rules, the claims and who looked at them."""

from points.models.activities import Activity, ListLine, SignUp
from points.models.claims import Claim, ClaimHelp, ClaimPicture, ClaimReview, RuleVersion
from points.models.deductions import Appeal, Deduction
from points.models.ledger import Entry, LedgerAccount, Posting, Seal, SealLeaf, Transfer
from points.models.rules import RuleDraft, RuleNarrowing
from points.models.samples import Sample

__all__ = [
    "Activity",
    "Appeal",
    "Claim",
    "ClaimHelp",
    "ClaimPicture",
    "ClaimReview",
    "Deduction",
    "Entry",
    "LedgerAccount",
    "ListLine",
    "Posting",
    "RuleDraft",
    "RuleNarrowing",
    "RuleVersion",
    "Sample",
    "Seal",
    "SealLeaf",
    "SignUp",
    "Transfer",
]
