"""What people tells the other features."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """A member of staff has left: all hats are taken back, and they sign in no more."""

    person_id: int
