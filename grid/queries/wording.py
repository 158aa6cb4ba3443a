"""How a case and the people at it are called."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from grid.models import Act, Case, Step
from grid.rules import CATALOGUE, DEPARTMENTS, TABLE, Level, Move, State

WHO: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.GRID: "网格员",
        Level.GRID_LEADER: "网格长",
        Level.VILLAGE: "村社",
        Level.TOWN: "镇街",
        Level.DISTRICT: "区级指挥中心",
        Level.POLICE_AUX: "辅警",
        Level.POLICE_STATION: "派出所",
        Level.POLICE: "公安",
    }
)
ACTS: Final[Mapping[Act, str]] = MappingProxyType(
    {
        Act.OPENED: "已提交",
        Act.CALLED: "打了电话联系",
        Act.ON_MY_WAY: "出发去现场",
        Act.NOTE: "内部记录（上报人看不到）",
        Act.CLASSIFY: "定了类目和紧急程度",
        Act.VOICE_LINE: "写了录音的大意",
        Act.URGE: "催办",
        Act.SUPPLEMENT: "补充了情况",
        Act.LOOK: "看了联系方式",
        Act.LADDER: "超时提醒",
        Act.OTHERS: "一起上报的人补充或催办",
        Act.SPOT_CHECK: "抽查，到现场看过",
        Act.JOINED: "另有一件合并进来",
        Act.SIGNED: "签收",
        Act.HELP: "请支援",
        Act.HANDOVER: "转办",
        Act.OUTSIDE: "请外部单位处理",
        Act.UNIT_SAID: "外部单位回话",
        Act.EXTERNAL: "登记外部编号",
        Act.PAUSED: "停表",
        Act.RESUMED: "停表结束",
        Act.ASKED: "请上报人补充",
        Act.ANSWERED: "上报人回答了",
        Act.EXTENSION_ASKED: "申请延期",
        Act.EXTENDED: "延期批了",
        Act.EXTENSION_REFUSED: "延期没有批",
        Act.EXTENSION_LAPSED: "延期申请作废",
        Act.WARNED: "告诉上报人可能要晚",
        Act.BROKEN: "过了办结时限，已告诉上报人",
        Act.CALL_OWED: "要由上一级打电话问",
        Act.SUPERVISED: "主管打电话问过",
        Act.NOT_REACHED: "主管没打通电话",
        Act.OBJECTION_LATE: "异议到期没有裁",
    }
)


def title_of(case: Case) -> str:
    """Return what a case is about: its category, else the tile that was tapped."""
    if case.category in CATALOGUE.categories:
        return CATALOGUE.categories[case.category or ""].name
    if case.tile in CATALOGUE.tiles:
        return CATALOGUE.tiles[case.tile or ""].label
    return "还没定类目"


def unit_of(level: Level | None, department: str | None) -> str:
    """Return what kind of person or unit has a case; "" where nobody has."""
    if level is Level.DEPARTMENT:
        known = DEPARTMENTS.get(department or "")
        return known.name if known else level.label
    return WHO[level] if level else ""


def named(unit: str, name: str | None) -> str | None:
    """Return 网格员 王师傅; None where nobody is there."""
    return f"{unit} {name or ''}".strip() or None


def step_title(step: Step) -> str:
    """Return what happened, in the words of the table."""
    if step.act is not None:
        return ACTS[step.act]
    start, move = step.from_state or State.SUBMITTED, step.move or Move.ADMIT
    row = TABLE.get((start, move))
    return row.name if row else move.label
