"""How the ledger says no."""

from kernel.errors import Conflict, NotAllowed, NotFound, Refusal


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


class BadRules(Refusal):
    """A rule table is not whole, or holds what no rule table may."""


class NoSuchRule(NotFound):
    """There is no such rule, or it pays nothing yet."""


class NoSuchClaim(NotFound):
    """There is none, or not for this person: never told which."""


class WrongMoment(Conflict):
    """Somebody was faster, or it is not this claim's turn."""


class NotYoursToReview(NotAllowed):
    """It concerns the reviewer or their kin, or they have judged it before."""


class CannotClaim(Conflict):
    """What somebody wants coins for earns none, or none any more."""


class NoSuchActivity(NotFound):
    """There is none, or not for this person: never told which."""


class NoSuchDraft(NotFound):
    """There is no such draft of the rules."""


class NoSuchDeduction(NotFound):
    """There is none, or not for this person: never told which."""


class NoSuchAppeal(NotFound):
    """There is none, or not for this person: never told which."""


class CannotAppeal(Conflict):
    """There is nothing to appeal against, or it is too late."""


class TooEarly(Conflict):
    """Its time to be put right is not over."""


class Full(Conflict):
    """There is no room left."""


class TooLate(Conflict):
    """Its time is over, or has not come."""


class NobodyThere(Refusal):
    """In this household there is nobody like that."""


class Unsaid(Refusal):
    """Something that has to be said was not; shown beside its field, so without a full stop."""


class NoKey(Refusal):
    """A key to sign with is missing, or is none."""


class NoSuchMonth(NotFound):
    """There is no such table, or not for this person: never told which."""


class NotYoursToSign(NotAllowed):
    """It is not this person's level, or they have signed it at the other."""


class NoSuchAdjustment(NotFound):
    """There is none, or not for this person: never told which."""


class CannotAdjust(Conflict):
    """Coins do not go from this household to that one."""


class CannotUndo(Conflict):
    """What was posted wrongly cannot be taken back now."""


class NoSuchOpening(NotFound):
    """There is no such table, or not for this person: never told which."""


class NoSuchUndo(NotFound):
    """There is none, or not for this person: never told which."""
