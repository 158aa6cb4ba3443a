"""The verbs of the coins.  Nothing else writes to the ledger, or to the claims on it."""

from points.service.accounts import SHANGHAI, Owner, account_id, account_ids, close_account
from points.service.activities import (
    ActivityWanted,
    call_off,
    edit_activity,
    leave,
    post_activity,
    sign_in_for,
    sign_up,
    sign_up_for,
    stopped_elsewhere,
    wait_for,
)
from points.service.adjusting import (
    AdjustmentWanted,
    decide_adjustment,
    propose_adjustment,
    withdraw_adjustment,
)
from points.service.appealing import (
    appeal_claim,
    appeal_deduction,
    confirm_appeal,
    decide_appeal,
    ring_late_appeals,
)
from points.service.budgeting import give_monthly, give_quota, pay_lines, set_budget
from points.service.deducting import check, decide_deduction, notice, say_own
from points.service.drafting import decide_draft, draft_rules, narrow_rule
from points.service.ending import capture, hold, release, release_expired, reverse
from points.service.expiring import expire_coins, remind_expiring
from points.service.filing import Written, claim_by_receipt, claim_closed_case, claim_written
from points.service.forgetting import forget_photos, forget_sign_ups, forget_wishes, photos_due
from points.service.forgetting_words import (
    forget_adjustments,
    forget_claims,
    forget_deductions,
    words_due,
)
from points.service.helping import claim_by_card, claim_for
from points.service.months import publish_month, sign_month
from points.service.naming import agree_to_naming, end_naming, record_naming
from points.service.objecting import (
    answer_objection,
    choose_showing,
    forget_objections,
    object_to,
    objections_due,
)
from points.service.offsetting import follow_merged
from points.service.opening import check_opening, decide_opening, post_opening, send_opening
from points.service.paying import pay_line
from points.service.photos import MOST_PHOTOS, add_photos, drop_photo
from points.service.posting import MOST_AT_ONCE, Posted, post, post_many
from points.service.reviewing import approve_many, resubmit, review, withdraw
from points.service.rolls import (
    Confirmed,
    Present,
    confirm_roll,
    file_evaluation,
    read_roll,
    review_roll,
    send_in_again,
)
from points.service.ruling import current_rules, set_rules
from points.service.sampling import draw_samples, look_again
from points.service.seals import seal_day, sign_seals
from points.service.skills import forget_skills, say_skills
from points.service.tabling import make_due_month
from points.service.undoing import (
    decide_undo,
    may_propose_undo,
    propose_return,
    propose_undo,
    withdraw_undo,
)

__all__ = [
    "MOST_AT_ONCE",
    "MOST_PHOTOS",
    "SHANGHAI",
    "ActivityWanted",
    "AdjustmentWanted",
    "Confirmed",
    "Owner",
    "Posted",
    "Present",
    "Written",
    "account_id",
    "account_ids",
    "add_photos",
    "agree_to_naming",
    "answer_objection",
    "appeal_claim",
    "appeal_deduction",
    "approve_many",
    "call_off",
    "capture",
    "check",
    "check_opening",
    "choose_showing",
    "claim_by_card",
    "claim_by_receipt",
    "claim_closed_case",
    "claim_for",
    "claim_written",
    "close_account",
    "confirm_appeal",
    "confirm_roll",
    "current_rules",
    "decide_adjustment",
    "decide_appeal",
    "decide_deduction",
    "decide_draft",
    "decide_opening",
    "decide_undo",
    "draft_rules",
    "draw_samples",
    "drop_photo",
    "edit_activity",
    "end_naming",
    "expire_coins",
    "file_evaluation",
    "follow_merged",
    "forget_adjustments",
    "forget_claims",
    "forget_deductions",
    "forget_objections",
    "forget_photos",
    "forget_sign_ups",
    "forget_skills",
    "forget_wishes",
    "give_monthly",
    "give_quota",
    "hold",
    "leave",
    "look_again",
    "make_due_month",
    "may_propose_undo",
    "narrow_rule",
    "notice",
    "object_to",
    "objections_due",
    "pay_line",
    "pay_lines",
    "photos_due",
    "post",
    "post_activity",
    "post_many",
    "post_opening",
    "propose_adjustment",
    "propose_return",
    "propose_undo",
    "publish_month",
    "read_roll",
    "record_naming",
    "release",
    "release_expired",
    "remind_expiring",
    "resubmit",
    "reverse",
    "review",
    "review_roll",
    "ring_late_appeals",
    "say_own",
    "say_skills",
    "seal_day",
    "send_in_again",
    "send_opening",
    "set_budget",
    "set_rules",
    "sign_in_for",
    "sign_month",
    "sign_seals",
    "sign_up",
    "sign_up_for",
    "stopped_elsewhere",
    "wait_for",
    "withdraw",
    "withdraw_adjustment",
    "withdraw_undo",
    "words_due",
]
