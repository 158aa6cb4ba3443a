"""The verbs of the coins.  Nothing else writes to the ledger, or to the claims on it."""

from points.service.accounts import SHANGHAI, Owner, account_id, account_ids, close_account
from points.service.budgeting import give_monthly, give_quota, pay_lines, set_budget
from points.service.ending import capture, hold, release, release_expired, reverse
from points.service.expiring import expire_coins, remind_expiring
from points.service.filing import (
    Written,
    claim_by_receipt,
    claim_closed_case,
    claim_written,
)
from points.service.months import publish_month, sign_month
from points.service.objecting import (
    answer_objection,
    choose_showing,
    forget_objections,
    object_to,
    objections_due,
)
from points.service.paying import pay_line
from points.service.posting import MOST_AT_ONCE, Posted, post, post_many
from points.service.reviewing import approve_many, resubmit, review, withdraw
from points.service.ruling import current_rules, set_rules
from points.service.seals import seal_day
from points.service.tabling import make_due_month

__all__ = [
    "MOST_AT_ONCE",
    "SHANGHAI",
    "Owner",
    "Posted",
    "Written",
    "account_id",
    "account_ids",
    "answer_objection",
    "approve_many",
    "capture",
    "choose_showing",
    "claim_by_receipt",
    "claim_closed_case",
    "claim_written",
    "close_account",
    "current_rules",
    "expire_coins",
    "forget_objections",
    "give_monthly",
    "give_quota",
    "hold",
    "make_due_month",
    "object_to",
    "objections_due",
    "pay_line",
    "pay_lines",
    "post",
    "post_many",
    "publish_month",
    "release",
    "release_expired",
    "remind_expiring",
    "resubmit",
    "reverse",
    "review",
    "seal_day",
    "set_budget",
    "set_rules",
    "sign_month",
    "withdraw",
]
