"""The only module that may ask the machine what time it is."""

from datetime import UTC, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

# Times are stored in UTC and shown in this zone (ARCHITECTURE.md, section 5).
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """A source of the present moment."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(tz=UTC)
