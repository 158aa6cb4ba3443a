"""How a moment is written where there is no page: in files, on paper, and in a text message."""

from datetime import datetime

from kernel.clock import SHANGHAI


def to_minute(moment: datetime) -> str:
    """Return "2026-03-04 17:30", in the time of Shanghai: there is no today in a file."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def as_said(moment: datetime) -> str:
    """Return "3月4日17:30", in the time of Shanghai; eleven signs at most, as a text's {due}."""
    at = moment.astimezone(SHANGHAI)
    return f"{at.month}月{at.day}日{at:%H:%M}"
