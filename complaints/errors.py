"""How complaints say no."""

from kernel.errors import Conflict, NotFound, Refusal, TooLarge


class NoSuchComplaint(NotFound):
    """There is none with that number, or not for this person: never told which."""


class Unsaid(Refusal):
    """Something that has to be said was not; shown beside its field, so without a full stop."""


class TooLong(TooLarge):
    """More was written than is kept; shown beside its field, so without a full stop."""


class AlreadyDone(Conflict):
    """It was answered, rated or sent up already."""
