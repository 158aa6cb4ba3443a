"""The verbs of the ledger.  Nothing else writes to it."""

from points.service.accounts import SHANGHAI, Owner, account_id, account_ids, close_account
from points.service.ending import capture, hold, release, release_expired, reverse
from points.service.posting import MOST_AT_ONCE, Posted, post, post_many
from points.service.seals import seal_day

__all__ = [
    "MOST_AT_ONCE",
    "SHANGHAI",
    "Owner",
    "Posted",
    "account_id",
    "account_ids",
    "capture",
    "close_account",
    "hold",
    "post",
    "post_many",
    "release",
    "release_expired",
    "reverse",
    "seal_day",
]
