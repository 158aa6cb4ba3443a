"""What is still Chinese on a page that was asked for in English."""

import re
from html import unescape
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.models import Area, Person

CHINESE: Final = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]")
# The brand, the way back to Chinese, and the names and words that factories write.
NAMES: Final = ("平安码", "中文", "菜场东门", "老街", "李阿姨", "换了灯泡")


def left_over(page: str, session: Session, *more: str) -> list[str]:
    """Return the lines of a page that hold Chinese other than names and *more*."""
    names = {*NAMES, *more, *session.scalars(select(Area.name))}
    for written in session.execute(select(Person.public_name, Person.name)):
        names |= set(written)
    shown = unescape(re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL))
    for name in sorted(names - {""}, key=len, reverse=True):
        shown = shown.replace(name, "")
    return [line for line in shown.splitlines() if CHINESE.search(line)]
