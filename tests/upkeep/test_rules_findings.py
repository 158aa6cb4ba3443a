"""What the operator hears, and that everything wrong comes with what to do."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes import NOON
from upkeep.rules.findings import Level, State, findings

FINE = State(
    now=NOON,
    redis=True,
    workers={"urgent": 1, "default": 2},
    lag=timedelta(seconds=5),
    owed=3,
    parked=0,
    last_turn=NOON - timedelta(seconds=40),
    missing_years=(),
    certificate_watched=True,
    certificate_until=NOON + timedelta(days=60),
    is_https=True,
    disk=(50_000_000_000, 100_000_000_000),
    database_bytes=3_000_000_000,
    backup=(NOON - timedelta(hours=9), "a.backup.tar · 5 B"),
    backup_dir=True,
    revision="0009",
    newest="0009",
    retention_at=NOON - timedelta(hours=14),
    retention_due=0,
)


def test_where_all_is_well_nothing_is_to_be_done() -> None:
    found = findings(FINE)

    assert {one.level for one in found} == {Level.GREEN}
    assert {one.todo for one in found} == {""}


def days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.mark.parametrize(
    ("changes", "title", "level"),
    [
        ({"redis": False}, "任务队列", Level.RED),
        ({"workers": {"urgent": 0, "bulk": 1}}, "办事程序", Level.RED),
        ({"lag": timedelta(seconds=59)}, "排队", Level.GREEN),
        ({"lag": timedelta(minutes=1)}, "排队", Level.YELLOW),
        ({"lag": timedelta(minutes=10)}, "排队", Level.RED),
        ({"parked": 1}, "搁置的任务", Level.RED),
        ({"last_turn": None}, "定时程序", Level.RED),
        ({"last_turn": NOON - timedelta(minutes=4)}, "定时程序", Level.RED),
        ({"missing_years": (2027,)}, "工作日历", Level.YELLOW),
        ({"backup": None}, "备份", Level.RED),
        ({"backup": (NOON - timedelta(hours=27), "x")}, "备份", Level.YELLOW),
        ({"backup": (NOON - days(4), "x")}, "备份", Level.RED),
        ({"backup": (NOON, "x · missing: 1")}, "备份", Level.YELLOW),
        ({"backup_dir": False}, "备份", Level.YELLOW),
        ({"disk": (14, 100)}, "磁盘", Level.YELLOW),
        ({"disk": (4, 100)}, "磁盘", Level.RED),
        ({"disk": None}, "磁盘", Level.YELLOW),
        ({"is_https": False}, "网站证书", Level.YELLOW),
        ({"certificate_watched": False}, "网站证书", Level.YELLOW),
        ({"certificate_until": None}, "网站证书", Level.RED),
        ({"certificate_until": NOON + days(22)}, "网站证书", Level.GREEN),
        ({"certificate_until": NOON + days(20)}, "网站证书", Level.YELLOW),
        ({"certificate_until": NOON + days(6)}, "网站证书", Level.RED),
        ({"certificate_until": NOON}, "网站证书", Level.RED),
        ({"revision": "0001"}, "库的版本", Level.RED),
        ({"revision": None}, "库的版本", Level.RED),
        ({"retention_at": None}, "到期删除", Level.YELLOW),
        ({"retention_at": NOON - days(3)}, "到期删除", Level.YELLOW),
        ({"retention_due": 4}, "到期删除", Level.YELLOW),
    ],
)
def test_each_thing_is_told_and_comes_first(
    changes: dict[str, Any], title: str, level: Level
) -> None:
    found = findings(replace(FINE, **changes))

    one = next(finding for finding in found if finding.title == title)
    assert one.level is level
    assert (one.todo == "") is (level is Level.GREEN or (title == "磁盘" and not changes["disk"]))
    assert found[0].level is level
    assert one.said % (one.values or {}) if one.values else one.said


def test_while_redis_is_away_nobody_is_told_that_workers_are() -> None:
    found = findings(replace(FINE, redis=False, workers={"urgent": 0}))

    assert [one.title for one in found if one.level is Level.RED] == ["任务队列"]
