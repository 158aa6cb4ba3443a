from datetime import timedelta

import pytest

from bootstrap import JOBS
from kernel.inventory import kept
from kernel.outbox import name_of


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


def test_no_job_takes_from_the_log() -> None:
    assert not [name_of(job) for job in JOBS if "audit" in name_of(job)]
