"""What is read from the ledger, about rules and claims, and by whom."""

from points.queries.activities import (
    activities_led,
    activities_open,
    activity_card,
    activity_led,
    line_of,
    own_lines,
    own_wishes,
    standings_of,
    wishes_of,
)
from points.queries.adjustments import adjustment_detail, adjustments_listed, left_behind
from points.queries.audited_books import (
    audit_choices,
    audited_deductions,
    audited_reversals,
    rule_versions,
)
from points.queries.auditing import audited_claim, audited_claims, pictures_across
from points.queries.balances import Balance, balance, balance_at
from points.queries.claims import claim_detail, claim_file, claims_chosen, claims_listed, reviews_of
from points.queries.copies import OwnCoins, own_coins
from points.queries.counts import Counted, counted
from points.queries.deductions import (
    appeals_listed,
    corrections,
    deduction_detail,
    deductions_listed,
    has_notice,
    own_deductions,
    own_refusals,
)
from points.queries.expiring import expiring_listed
from points.queries.export import FILES, export
from points.queries.faults import Fault
from points.queries.funds import funds, outstanding
from points.queries.home import household_passbook, own_passbook
from points.queries.months import month_detail, month_homes, month_sheet, months_listed
from points.queries.naming import household_naming, own_naming
from points.queries.narrowing import (
    draft_waiting,
    rule_in,
    rules_for,
    terms_of,
    town_rules,
    towns_ruled,
    versions_set,
)
from points.queries.openings import (
    opening_detail,
    opening_line,
    openings_listed,
)
from points.queries.own import is_offered, own_area, own_book, own_claim, own_claims
from points.queries.photos import activity_photo, activity_photos
from points.queries.public import (
    close_of,
    objection_at,
    objections_to,
    public_month,
    public_villages,
    showing_of,
)
from points.queries.rolls import roll_detail, rolls_waiting
from points.queries.ruling import rules_in_force, rules_of
from points.queries.seals import leaf, leaves_at, salt, seals_published
from points.queries.skills import own_skills, volunteers_with
from points.queries.undos import claim_undoing, returns_published, undos_waiting
from points.queries.verify import verify
from points.queries.watching import samples_listed, warnings

__all__ = [
    "FILES",
    "Balance",
    "Counted",
    "Fault",
    "OwnCoins",
    "activities_led",
    "activities_open",
    "activity_card",
    "activity_led",
    "activity_photo",
    "activity_photos",
    "adjustment_detail",
    "adjustments_listed",
    "appeals_listed",
    "audit_choices",
    "audited_claim",
    "audited_claims",
    "audited_deductions",
    "audited_reversals",
    "balance",
    "balance_at",
    "claim_detail",
    "claim_file",
    "claim_undoing",
    "claims_chosen",
    "claims_listed",
    "close_of",
    "corrections",
    "counted",
    "deduction_detail",
    "deductions_listed",
    "draft_waiting",
    "expiring_listed",
    "export",
    "funds",
    "has_notice",
    "household_naming",
    "household_passbook",
    "is_offered",
    "leaf",
    "leaves_at",
    "left_behind",
    "line_of",
    "month_detail",
    "month_homes",
    "month_sheet",
    "months_listed",
    "objection_at",
    "objections_to",
    "opening_detail",
    "opening_line",
    "openings_listed",
    "outstanding",
    "own_area",
    "own_book",
    "own_claim",
    "own_claims",
    "own_coins",
    "own_deductions",
    "own_lines",
    "own_naming",
    "own_passbook",
    "own_refusals",
    "own_skills",
    "own_wishes",
    "pictures_across",
    "public_month",
    "public_villages",
    "returns_published",
    "reviews_of",
    "roll_detail",
    "rolls_waiting",
    "rule_in",
    "rule_versions",
    "rules_for",
    "rules_in_force",
    "rules_of",
    "salt",
    "samples_listed",
    "seals_published",
    "showing_of",
    "standings_of",
    "terms_of",
    "town_rules",
    "towns_ruled",
    "undos_waiting",
    "verify",
    "versions_set",
    "volunteers_with",
    "warnings",
    "wishes_of",
]
