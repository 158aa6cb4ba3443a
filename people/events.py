"""What people tells the other features."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SomebodyBarred(Event):
    """Somebody neither sees nor handles one thing any more; it must leave their hands."""

    about: str  # "case"
    ref: int
