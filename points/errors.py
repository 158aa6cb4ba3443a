"""How the ledger says no."""

from kernel.errors import Conflict, NotFound, Refusal


class BadPosting(Refusal):
    """What was to be posted breaks a rule that holds whatever the accounts say."""


class NotEnough(Conflict):
    """An account would go below zero.

    *account_id* says which, *missing* how many whole coins or pieces it lacks.
    """

    def __init__(self, account_id: int, missing: int) -> None:
        super().__init__("余额不足，还差 %(missing)s。", missing=missing)
        self.account_id = account_id
        self.missing = missing


class KeyReused(Conflict):
    """The same key has posted something else."""


class AccountClosed(Conflict):
    """Nothing moves on a closed account any more."""


class AlreadyReversed(Conflict):
    """The posting was undone before, by somebody else or in another way."""


class AlreadyEnded(Conflict):
    """What was held has been handed out or given back."""


class NoSuchPosting(NotFound):
    """There is no such posting, or it is not of the kind that is wanted."""


class NoSuchAccount(NotFound):
    """There is no such account."""
