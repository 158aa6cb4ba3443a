"""How the shop says no."""

from kernel.errors import NotFound


class NoSuchGift(NotFound):
    """There is none, or not for this person: never told which."""
