"""How the demo says no."""

from kernel.errors import Conflict, NotFound


class NotEmpty(Conflict):
    """Something is in the database already, and the demo would mix with it."""


class NoDemo(NotFound):
    """What is in this database, if anything, is not the demo."""
