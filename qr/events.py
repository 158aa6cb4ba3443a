"""What qr tells: only itself, in the background."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintOrdered(Event):
    """Files of an order are waiting to be printed."""

    order_id: int
