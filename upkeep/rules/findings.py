"""What the operator has to hear, in plain words, and what to do about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """How much it matters: by colour, shape and word."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.  *values* fill *said*; *todo* is "" where nothing is to be done."""

    level: Level
    title: str
    said: str
    todo: str = ""
    values: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything that was measured; None for what could not be, or is not set up."""

    now: datetime
    redis: bool
    workers: Mapping[str, int]
    lag: timedelta
    owed: int
    parked: int
    last_turn: datetime | None
    missing_years: Sequence[int]
    certificate_watched: bool
    certificate_until: datetime | None
    is_https: bool
    disk: tuple[int, int] | None
    database_bytes: int
    backup: tuple[datetime, str] | None
    backup_dir: bool
    revision: str | None
    newest: str
    retention_at: datetime | None
    retention_due: int


SLOW: Final = timedelta(minutes=1)
STUCK: Final = timedelta(minutes=10)
STILL: Final = timedelta(minutes=3)  # the schedule owes something every minute
BACKUP_DUE: Final = timedelta(hours=26)  # every night, and two hours for taking long
BACKUP_LATE: Final = timedelta(days=3)
CERTIFICATE_SOON: Final = timedelta(days=21)
CERTIFICATE_NOW: Final = timedelta(days=7)
ROOM_SOON: Final = 0.15
ROOM_NOW: Final = 0.05
RETENTION_DUE: Final = timedelta(hours=49)
LACKS: Final = "missing:"  # in what the log says of a backup that is not whole
GIGA: Final = 1_000_000_000


def findings(state: State) -> tuple[Finding, ...]:
    """Return everything that was looked at, the worst first."""
    looked = (
        _redis(state),
        *_workers(state),
        _lag(state),
        _parked(state),
        _schedule(state),
        _backup(state),
        _disk(state),
        _certificate(state),
        _calendar(state),
        _tables(state),
        _retention(state),
    )
    order = (Level.RED, Level.YELLOW, Level.GREEN)
    return tuple(sorted(looked, key=lambda finding: order.index(finding.level)))


def _redis(state: State) -> Finding:
    if state.redis:
        return Finding(Level.GREEN, "任务队列", "Redis 正常。")
    return Finding(
        Level.RED,
        "任务队列",
        "Redis 没有回应。上报照样收，但派单、短信都停着。",
        "在服务器上运行 systemctl restart redis-server，一分钟后再看。",
    )


def _workers(state: State) -> Iterator[Finding]:
    gone = [name for name, count in sorted(state.workers.items()) if not count]
    if not state.redis:
        return
    if not gone:
        yield Finding(Level.GREEN, "办事程序", "每条队列都有程序在办。")
        return
    yield Finding(
        Level.RED,
        "办事程序",
        "没有程序在办这些队列：%(names)s。",
        "运行 systemctl restart 'pinganma-worker@*'，一分钟后再看。",
        {"names": "、".join(gone)},
    )


def _lag(state: State) -> Finding:
    values = {"n": state.owed, "minutes": int(state.lag.total_seconds() // 60)}
    if state.lag < SLOW:
        return Finding(Level.GREEN, "排队", "有 %(n)s 件在排队，没有积压。", "", values)
    return Finding(
        Level.RED if state.lag >= STUCK else Level.YELLOW,
        "排队",
        "有 %(n)s 件在排队，最早的等了 %(minutes)s 分钟。",
        "先看 Redis 和办事程序；都正常就再等几分钟，或加一个办事程序。",
        values,
    )


def _parked(state: State) -> Finding:
    if not state.parked:
        return Finding(Level.GREEN, "搁置的任务", "没有搁置的任务。")
    return Finding(
        Level.RED,
        "搁置的任务",
        "有 %(n)s 件试了八次都没办成。",
        "打开“搁置的任务”看原因，排除以后点“再试一次”。",
        {"n": state.parked},
    )


def _schedule(state: State) -> Finding:
    if state.last_turn is not None and state.now - state.last_turn <= STILL:
        return Finding(Level.GREEN, "定时程序", "定时程序在走。")
    return Finding(
        Level.RED,
        "定时程序",
        "定时程序停了，超时升级和催办都不会发生。",
        "运行 systemctl restart pinganma-schedule，它会把漏掉的补上。",
    )


def _backup(state: State) -> Finding:
    todo = "运行 flask backup，再看 pinganma-backup.timer 有没有打开，见部署文档第 9 节。"
    if state.backup is None:
        return Finding(Level.RED, "备份", "从来没有备份过。", todo)
    age = state.now - state.backup[0]
    values = {"hours": int(age.total_seconds() // 3600), "detail": state.backup[1]}
    said = "最近一次备份是 %(hours)s 小时前：%(detail)s"
    if age > BACKUP_DUE:
        late = Level.RED if age > BACKUP_LATE else Level.YELLOW
        return Finding(late, "备份", said, todo, values)
    if LACKS in state.backup[1]:
        lost = "备份时有照片或语音找不到了。运行 flask restore --check 看是哪些。"
        return Finding(Level.YELLOW, "备份", said, lost, values)
    if not state.backup_dir:
        unset = "没有设 BACKUP_DIR，每晚的备份没有开。见部署文档第 9 节。"
        return Finding(Level.YELLOW, "备份", said, unset, values)
    return Finding(Level.GREEN, "备份", said, "", values)


def _disk(state: State) -> Finding:
    size = f"{state.database_bytes / GIGA:.1f}"
    if state.disk is None:
        return Finding(
            Level.YELLOW,
            "磁盘",
            "看不到数据文件夹所在的磁盘。库占 %(size)s GB。",
            "",
            {"size": size},
        )
    free, whole = state.disk
    values = {"free": f"{free / GIGA:.1f}", "percent": f"{free * 100 // whole}%", "size": size}
    said = "还剩 %(free)s GB（%(percent)s）。库占 %(size)s GB。"
    if free / whole >= ROOM_SOON:
        return Finding(Level.GREEN, "磁盘", said, "", values)
    level = Level.RED if free / whole < ROOM_NOW else Level.YELLOW
    todo = "把旧备份挪到别的机器，或加大磁盘。满了以后收不了照片，也备份不了。"
    return Finding(level, "磁盘", said, todo, values)


def _certificate(state: State) -> Finding:
    title = "网站证书"
    if not state.is_https:
        said = "网址不是 https，证书无从谈起；手机不让这样的网站用话筒和定位。"
        return Finding(Level.YELLOW, title, said, "正式使用前装上证书，见部署文档第 7 节。")
    if not state.certificate_watched:
        said = "没有设 CERTIFICATE_FILE，看不到证书哪天到期。"
        return Finding(Level.YELLOW, title, said, "在设置里写上证书文件的位置，见部署文档第 7 节。")
    if state.certificate_until is None:
        said = "证书文件读不出来。"
        return Finding(Level.RED, title, said, "看 CERTIFICATE_FILE 写得对不对、程序能不能读。")
    left = state.certificate_until - state.now
    if left <= timedelta():
        said = "证书已经过期，居民打不开网站。"
        return Finding(Level.RED, title, said, "马上换证书，再 systemctl reload nginx。")
    values = {"days": left.days}
    said = "证书还有 %(days)s 天到期。"
    if left > CERTIFICATE_SOON:
        return Finding(Level.GREEN, title, said, "", values)
    level = Level.RED if left <= CERTIFICATE_NOW else Level.YELLOW
    return Finding(level, title, said, "换新证书，再 systemctl reload nginx。", values)


def _calendar(state: State) -> Finding:
    if not state.missing_years:
        return Finding(Level.GREEN, "工作日历", "放假安排都在。")
    return Finding(
        Level.YELLOW,
        "工作日历",
        "%(years)s 年的放假安排还没有载入，时限先按估算。",
        "打开“工作日历”载入国务院公布的安排。",
        {"years": "、".join(map(str, state.missing_years))},
    )


def _tables(state: State) -> Finding:
    if state.revision == state.newest:
        return Finding(
            Level.GREEN, "库的版本", "库和程序对得上（%(at)s）。", "", {"at": state.newest}
        )
    return Finding(
        Level.RED,
        "库的版本",
        "库是 %(at)s，程序要 %(want)s。",
        "升级没有做完：照部署文档第 5 节运行 db upgrade；程序装旧了就装回新版本。",
        {"at": state.revision or "-", "want": state.newest},
    )


def _retention(state: State) -> Finding:
    if state.retention_at is None or state.now - state.retention_at > RETENTION_DUE:
        said = "最近两天没有删到期个人信息的记录。"
        return Finding(
            Level.YELLOW, "到期删除", said, "看定时程序和 bulk 队列；也可以运行 flask retention。"
        )
    if state.retention_due:
        return Finding(
            Level.YELLOW,
            "到期删除",
            "还有 %(n)s 条到期的个人信息没有删。",
            "看“搁置的任务”；也可以运行 flask retention。",
            {"n": state.retention_due},
        )
    return Finding(Level.GREEN, "到期删除", "到期的个人信息都删了。")
