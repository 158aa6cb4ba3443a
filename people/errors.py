"""How people say no."""

from kernel.errors import Conflict, NotAllowed, NotFound, Refusal, TooMany


class NoSuchArea(NotFound):
    """There is no area with that code."""


class NoSuchPerson(NotFound):
    """There is no such person, or none this person may know of."""


class AreaTaken(Conflict):
    """The code belongs to an area that is there already."""


class AreaInUse(Conflict):
    """The area still has open areas below it, or people who work there."""


class NoRobot(Conflict):
    """The area has no group robot of its own."""


class WeakPassword(Refusal):
    """The password is too short or too easy to guess."""


class WrongPassword(Refusal):
    """The password or code that was asked for once more is not right."""


class LoginTaken(Conflict):
    """Somebody else signs in with that name."""


class PhoneTaken(Conflict):
    """The number belongs to somebody who is here already."""


class OutOfReach(NotAllowed):
    """The area or the role lies beyond what this person may hand out."""


class WrongHat(Refusal):
    """Nobody wears that role at that kind of area, or this person cannot go without it."""


class TooManyCodes(TooMany):
    """Enough codes were sent to this phone for now."""


class BadField(Refusal):
    """One field cannot be used as it was written; the message has no full stop.

    A form shows it beside the field, an import behind the line's number.
    """


class BadFile(Refusal):
    """A file cannot be read as a table at all."""


class NoSuchHousehold(NotFound):
    """There is no such household, or none this person may know of."""


class NoSuchMember(NotFound):
    """Nobody with that number belongs to the household."""


class HouseholdTaken(Conflict):
    """The number belongs to a household that is there already."""


class HomeAlready(Conflict):
    """Somebody belongs to a household, and nobody belongs to two."""


class WrongRegrouping(Refusal):
    """Households cannot be split, merged or moved like that."""


class NoSuchRequest(NotFound):
    """Nobody asks to join, or not here, or not any more."""


class NotDecidable(NotAllowed):
    """Somebody else has to decide about that."""


class TooManyJoins(TooMany):
    """Enough was asked for one day."""


class NotWhileStaff(Conflict):
    """Whoever works here cannot go before the account is closed."""


class WrongProof(Refusal):
    """What should prove whose coins these are does not; the sentence says what else works."""
