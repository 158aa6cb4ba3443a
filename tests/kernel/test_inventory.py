from datetime import timedelta

import pytest

from kernel.inventory import kept, lines, logs_kept


@pytest.mark.parametrize(
    ("data", "days"),
    [("手机号", 365), ("姓名或称呼", 365), ("上报照片语音", 730), ("精确定位", 180)],
)
def test_it_says_how_long_after_the_end(data: str, days: int) -> None:
    assert kept(data) == timedelta(days=days)


def test_the_end_may_be_another_one() -> None:
    assert kept("户籍与家庭关系", after="注销") == timedelta(days=30)


@pytest.mark.parametrize("data", ["操作与访问日志", "户籍与家庭关系", "人脸"])
def test_what_it_does_not_say_is_not_made_up(data: str) -> None:
    with pytest.raises(LookupError):
        kept(data)


def test_logs_are_kept_for_three_years_and_their_leap_day() -> None:
    assert logs_kept() == timedelta(days=3 * 365 + 1)


def test_every_line_is_told_in_its_own_words() -> None:
    told = dict(lines())

    assert told["手机号"] == "办结后1年"
    assert len(told) == 22
