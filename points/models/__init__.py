"""Tables of the coins: the ledger, and beside it the rules, the claims and who looked at them."""

from points.models.activities import Activity, ListLine, SignUp, Waiting
from points.models.adjustments import Adjustment
from points.models.budgets import Budget
from points.models.claims import Claim, ClaimHelp, ClaimPicture, ClaimReview, RuleVersion
from points.models.deductions import Appeal, Deduction
from points.models.expiry import Reminder
from points.models.ledger import (
    Entry,
    LedgerAccount,
    Posting,
    Seal,
    SealLeaf,
    SealSignature,
    Transfer,
)
from points.models.months import Close, Month, Publication, Shows, Signature, Statement
from points.models.naming import NameConsent
from points.models.openings import Opening, OpeningRow
from points.models.public import Objection, Showing
from points.models.rules import RuleDraft, RuleNarrowing
from points.models.samples import Sample
from points.models.skills import VolunteerSkill
from points.models.undoing import Undo

__all__ = [
    "Activity",
    "Adjustment",
    "Appeal",
    "Budget",
    "Claim",
    "ClaimHelp",
    "ClaimPicture",
    "ClaimReview",
    "Close",
    "Deduction",
    "Entry",
    "LedgerAccount",
    "ListLine",
    "Month",
    "NameConsent",
    "Objection",
    "Opening",
    "OpeningRow",
    "Posting",
    "Publication",
    "Reminder",
    "RuleDraft",
    "RuleNarrowing",
    "RuleVersion",
    "Sample",
    "Seal",
    "SealLeaf",
    "SealSignature",
    "Showing",
    "Shows",
    "SignUp",
    "Signature",
    "Statement",
    "Transfer",
    "Undo",
    "VolunteerSkill",
    "Waiting",
]
