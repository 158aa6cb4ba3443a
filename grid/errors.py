"""How the grid says no."""

from kernel.errors import Conflict, NotAllowed, NotFound, Refusal


class NoSuchCase(NotFound):
    """The case does not exist, or not in this person's areas."""


class NoSuchCategory(NotFound):
    """There is no category, tile or department with that code."""


class NotYours(NotAllowed):
    """This person may not make this move on this case."""


class WrongMoment(Conflict):
    """The case has already moved on."""


class TooLate(Conflict):
    """The time in which this could be asked for is over."""


class OftenEnough(Conflict):
    """This was done as often as it may be."""


class Incomplete(Refusal):
    """Something the move needs was not given."""


class NotThatWay(Refusal):
    """What was given cannot be: a level skipped, a case merged into itself."""


class LinkGone(NotFound):
    """An outside unit's link opens nothing: nobody made it, or it is over."""


class NoSuchLine(NotFound):
    """There is no such line in the table of duty, or not for this person."""
