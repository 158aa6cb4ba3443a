"""How the shop says no."""

from kernel.errors import Conflict, NotAllowed, NotFound, Refusal


class NoSuchShop(NotFound):
    """There is no such village."""


class NoSuchGift(NotFound):
    """There is none, or not for this person: never told which."""


class NoSuchGoods(NotFound):
    """There is no such delivery, or not for this person: never told which."""


class NoSuchMove(NotFound):
    """There is no such move of stock, or not for this person: never told which."""


class Unsaid(Refusal):
    """Something that has to be said was not, or not so that it can be; without a full stop."""


class WrongMoment(Conflict):
    """Somebody was faster, or the stock has changed since."""


class NotOnShelf(Conflict):
    """There is less on the shelf than is to be taken."""


class NotYoursToSign(NotAllowed):
    """The first and the second person must be two."""
