"""When somebody can sign in at an activity, and what may be said about one."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from qr.errors import BadActivity

LONGEST_WHERE: Final = 60
LONGEST_ATTENDER: Final = 30  # characters of a name
MOST_HOURS: Final = timedelta(hours=12)
FARTHEST: Final = timedelta(days=366)
# People come early, and some sign in on their way out.
AROUND: Final = timedelta(minutes=30)


class Phase(StrEnum):
    """Whether people can sign in already, or still."""

    EARLY = "early"
    OPEN = "open"
    OVER = "over"


CALLED_OFF: Final = "这场活动不签到了，请问现场的工作人员。"
CLOSED: Final[Mapping[Phase, str]] = MappingProxyType(
    {
        Phase.EARLY: "还没到签到的时间，开始前半小时可以签。请到时再扫屏幕上的码。",
        Phase.OVER: "这场活动已经结束，不能再签到了。要补签，请找工作人员。",
    }
)


class How(StrEnum):
    """How somebody signed in."""

    SIGNED_IN = "signed_in"  # on a phone that knows who they are
    NAMED = "named"  # with a name they wrote
    HELPED = "helped"  # written down by the organiser, for who has no phone


HOW_NAMES: Final[Mapping[How, str]] = MappingProxyType(
    {How.SIGNED_IN: "本人手机", How.NAMED: "自己填的", How.HELPED: "工作人员代签"}
)


def phase(starts_at: datetime, ends_at: datetime, *, now: datetime) -> Phase:
    """Return how far an activity is: people sign in from half an hour before to half one after."""
    if now < starts_at - AROUND:
        return Phase.EARLY
    return Phase.OPEN if now <= ends_at + AROUND else Phase.OVER


def why_not(starts_at: datetime, ends_at: datetime, *, called_off: bool, now: datetime) -> str:
    """Return the sentence that says why nobody can sign in now, or nothing where they can."""
    return CALLED_OFF if called_off else CLOSED.get(phase(starts_at, ends_at, now=now), "")


def checked_hours(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Make sure that an activity can take place then.

    Raises:
        BadActivity: it ends before it begins, is over, lasts too long or is too far away.
    """
    if ends_at <= starts_at:
        raise BadActivity("结束要比开始晚，请看看时间。")
    if ends_at - starts_at > MOST_HOURS:
        raise BadActivity("一场活动最多 12 小时，请分开建。")
    if ends_at <= now:
        raise BadActivity("这个时间已经过去了，请看看日期。")
    if starts_at > now + FARTHEST:
        raise BadActivity("日期太远了，最多提前一年。")


def checked_name(name: str) -> str:
    """Return what an activity is called.

    Raises:
        BadActivity: it has no name, or it holds what cannot be shown.  How long it may be, and
            the rest, `qr.rules.spots.checked_name` says.
    """
    tidy = " ".join(name.split())
    if not tidy:
        raise BadActivity("请写活动的名称。")
    return tidy


def checked_attender(name: str) -> str:
    """Return the name under which somebody signs in.

    Raises:
        BadActivity: it is missing, or too long.
    """
    tidy = " ".join(name.split())
    if not tidy:
        raise BadActivity("请写您的姓名或者称呼。")
    if len(tidy) > LONGEST_ATTENDER:
        raise BadActivity("姓名太长，最多%(most)s个字。", most=LONGEST_ATTENDER)
    return tidy


def folded_name(name: str) -> str:
    """Return *name* as it is compared: without spaces, width and case."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
