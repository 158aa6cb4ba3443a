"""How far a report has come, in words a resident would use."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from grid.rules import Level, State

HEADLINE_BEFORE: Final = "已经收到了"
HEADLINE_RATED: Final = "已办结，您评过了"
ON_ITS_WAY: Final = "正在送进队列"
RATED_BY_REPORTER: Final = "已办结，上报人评过了"


class Stage(StrEnum):
    """The steps a resident can look forward to, in order; the value is what they read."""

    TAKEN = "有人接单"
    ON_SITE = "到现场办"
    VERIFIED = "换个人去核实"
    DONE = "办结，请您打分"


# What happens just now.  Where nothing does, it is over and the last step says how.
_NOW: Final[Mapping[State | None, str]] = MappingProxyType(
    {
        None: "正在送到网格员手机上",
        State.SUBMITTED: "正在送到网格员手机上",
        State.ACCEPTED: "正在找人来办",
        State.DISPATCHED: "正等工作人员接单",
        State.HANDLING: "工作人员正在办",
        State.RETURNED: "正在换个人来办",
        State.REOPENED: "正在重新派人",
        State.TO_VERIFY: "办好了，正等别人去核实",
        State.OBJECTED: "正由上一级复核",
    }
)
# Who has it by now: a case that climbed no longer waits for a worker.
_WAITS_FOR: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.GRID: "正等网格员接单",
        Level.GRID_LEADER: "正等网格长接单",
        Level.DEPARTMENT: "正等承办单位接单",
        Level.VILLAGE: "已经交给村社，正等村社接单",
        Level.TOWN: "已经交给镇街，正等镇街接单",
        Level.DISTRICT: "已经交给区级指挥中心，正等接单",
        Level.POLICE_AUX: "正等辅警接单",
        Level.POLICE_STATION: "正等派出所接单",
        Level.POLICE: "正等公安接单",
    }
)
_DOES: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.GRID: "网格员正在办",
        Level.GRID_LEADER: "网格长正在办",
        Level.DEPARTMENT: "承办单位正在办",
        Level.VILLAGE: "村社正在办",
        Level.TOWN: "镇街正在办",
        Level.DISTRICT: "区级指挥中心正在办",
        Level.POLICE_AUX: "辅警正在办",
        Level.POLICE_STATION: "派出所正在办",
        Level.POLICE: "公安正在办",
    }
)
# It climbed before anybody was named: whoever has it now finds somebody.
_ARRANGES: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.VILLAGE: "已经交给村社，正在安排人",
        Level.TOWN: "已经交给镇街，正在安排人",
        Level.DISTRICT: "已经交给区级指挥中心，正在安排人",
    }
)
_BY_LEVEL: Final[Mapping[State, Mapping[Level, str]]] = MappingProxyType(
    {
        State.ACCEPTED: _ARRANGES,
        State.DISPATCHED: _WAITS_FOR,
        State.HANDLING: _DOES,
        State.RETURNED: _ARRANGES,
        State.REOPENED: _ARRANGES,
    }
)
# The tables name moves and standstills for staff; what residents read of them is said here.
_PLAIN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "已提交": "收到了",
        "受理": "登记好了，开始计时",
        "派遣": "派给了负责的人",
        "重派": "换了个人来办",
        "重办派遣": "重新派了人",
        "不予受理": "没有受理",
        "等待居民补充": "等您再说一说",
        "合并": "别人也报了，合在一起办",
        "提异议": "您不同意，提了异议",
        "异议成立": "上一级复核过了，重新办",
        "维持不予受理": "上一级复核过了，还是不受理",
    }
)
_AT_NIGHT: Final[Mapping[str, str]] = MappingProxyType({"受理": "登记好了，早上 7 点开始计时"})
_BEHIND: Final[Mapping[State, int]] = MappingProxyType({State.HANDLING: 1, State.TO_VERIFY: 2})


def now_title(state: State | None, level: Level | None = None) -> str | None:
    """Return what is going on in *state* (None: not in the queue yet), or None if it is over.

    *level* is where its owner stands, so that it says who has it.
    """
    by_level = _BY_LEVEL.get(state, {}) if state is not None else {}
    found = by_level.get(level) if level is not None else None
    return found or _NOW.get(state)


def headline(state: State | None, level: Level | None = None, *, is_rated: bool = False) -> str:
    """Return how far it is, in one line: what goes on, or what it came to."""
    if state is None:
        return HEADLINE_BEFORE
    if is_rated:
        return HEADLINE_RATED
    return now_title(state, level) or state.citizen


def staff_headline(state: State | None, *, is_rated: bool = False) -> str:
    """Return how far it is in the staff's own words: nobody asks a clerk to rate it."""
    if state is None:
        return ON_ITS_WAY
    return RATED_BY_REPORTER if is_rated else state.label


def plain_title(title: str, *, at_night: bool = False) -> str:
    """Return what staff call a step or a standstill as a resident would put it.

    *at_night*: its clocks rest until 07:00.
    """
    return (_AT_NIGHT if at_night else _PLAIN).get(title) or _PLAIN.get(title, title)


def stages_after(state: State | None) -> tuple[Stage, ...]:
    """Return what is still to come."""
    if now_title(state) is None:
        return ()
    behind = 0 if state is None else _BEHIND.get(state, 0)
    rest = tuple(Stage)[behind:]
    # What goes on now is not also still to come.
    return rest[1:] if state in {State.DISPATCHED, *_BEHIND} else rest
