"""What complaints tell the other features, and themselves for later."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintAnswered(Event):
    """A desk has answered; the resident is told if they left a number."""

    complaint_id: int
