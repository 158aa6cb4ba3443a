"""What qr tells: itself in the background, and others who took part in an activity."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintOrdered(Event):
    """Files of an order are waiting to be printed."""

    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityStopped(Event):
    """Somebody stopped an activity on the page of plain activities."""

    code_id: int  # the activity's


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityAttended(Event):
    """Somebody has signed in at an activity.

    Once each; and once more, with the person, where a number without a person turned out to be
    somebody's whom we know.
    """

    sign_in_id: int
    code_id: int  # the activity's
    person_id: int | None  # None: they gave a name, and are nobody we know
