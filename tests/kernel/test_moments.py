"""Moments in files and texts are those of Shanghai, to the minute."""

from datetime import UTC, datetime

from kernel.moments import as_said, to_minute

LATE = datetime(2026, 12, 30, 16, 5, 59, tzinfo=UTC)  # five past midnight, a day later there


def test_in_a_file_the_day_and_the_minute_are_those_of_shanghai() -> None:
    assert to_minute(LATE) == "2026-12-31 00:05"


def test_in_a_text_it_is_short() -> None:
    assert as_said(LATE) == "12月31日00:05"
    assert len(as_said(LATE)) <= 11
