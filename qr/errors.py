"""How the printed codes say no."""

from kernel.errors import Conflict, NotAllowed, NotFound, Refusal


class NoSuchCode(NotFound):
    """There is no such code, or none this person may know of."""


class NotYourArea(NotAllowed):
    """The area is not one in which this person may order codes."""


class WrongMoment(Conflict):
    """The code is no longer in a state that allows it."""


class HasOwnPage(Conflict):
    """The code is no sticker: it ends on the page of its activity or household."""


class OneCardOnly(Conflict):
    """The household has a card that still works."""


class BadPlace(Refusal):
    """What was said about the place cannot be printed or found again."""


class CannotPrint(Refusal):
    """This code cannot be drawn: what would have to stand in it is not known, or does not fit."""


class NoSuchOrder(NotFound):
    """There is no such order to print, or none this person may know of."""


class NothingToPrint(Refusal):
    """No code is as it was asked for, or too many are."""


class CardsUnderWay(Conflict):
    """Cards of the same households are being printed."""


class BadActivity(Refusal):
    """What was said about an activity, or by who signs in at it, cannot be right."""


class NoSuchActivity(NotFound):
    """There is no such activity, or none this person may know of."""


class NotNow(Conflict):
    """The code on the screen has moved on, or nobody can sign in at this hour."""


class NeverPrinted(Refusal):
    """We have not printed this code; whoever hangs it has to say that it was printed elsewhere."""


class MovesOn(Conflict):
    """The code is an activity's, which moves on its screen and is never printed."""


class NoSuchSticker(NotFound):
    """No such sticker was spoken of, or none in this person's area."""


class NotAPicture(Refusal):
    """A file in which codes are to be read is none that we can open."""
