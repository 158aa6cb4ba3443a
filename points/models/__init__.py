"""Tables of the coins: the ledger, and beside it the rules, the claims and who looked at them."""

from points.models.budgets import Budget
from points.models.claims import Claim, ClaimPicture, ClaimReview, RuleVersion
from points.models.expiry import Reminder
from points.models.ledger import Entry, LedgerAccount, Posting, Seal, SealLeaf, Transfer
from points.models.months import Close, Month, Publication, Shows, Signature, Statement
from points.models.public import Objection, Showing

__all__ = [
    "Budget",
    "Claim",
    "ClaimPicture",
    "ClaimReview",
    "Close",
    "Entry",
    "LedgerAccount",
    "Month",
    "Objection",
    "Posting",
    "Publication",
    "Reminder",
    "RuleVersion",
    "Seal",
    "SealLeaf",
    "Showing",
    "Shows",
    "Signature",
    "Statement",
    "Transfer",
]
