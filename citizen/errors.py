"""How the front door says no."""

from kernel.errors import Conflict, NotAllowed, NotFound, Refusal, TooLarge, TooMany


class NoSuchReceipt(NotFound):
    """No report has that number, or not all of it is for this person: never told which."""


class NothingSaid(Refusal):
    """Neither words nor a file; shown beside the field, so without a full stop."""


class TooManyWords(TooLarge):
    """More was written than is kept; shown beside the field, so without a full stop."""


class NotYet(Conflict):
    """The report has not reached the grid, or the case is not where this can be asked for."""


class UrgedToday(Conflict):
    """It was urged today already; once in a day of Shanghai is enough."""


class RatedAlready(Conflict):
    """This round of the case has its rating; ratings are never changed."""


class CallerIsHelper(Refusal):
    """Whoever writes it down gives their own number: what staff see themselves is patrol."""


class NotForHelpers(NotAllowed):
    """Whoever had the case in hand, or took it down, does not judge it."""


class TooMuchWritten(TooMany):
    """One person takes down or looks up more in an hour than people ring."""
