"""A town's own sentences: added and taken out by whoever looks after its areas."""

from typing import Final

from sqlalchemy import func, select

from grid.errors import Incomplete, NotThatWay, NotYours, OftenEnough
from grid.models import Phrase
from grid.rules import says_something
from grid.rules.phrases import Situation
from kernel import audit
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Area
from people.queries import find_area, reaches, scoped

LONGEST: Final = 200
MOST: Final = 30  # in one area: a list somebody can still look through


def add_phrase(work: Work, *, area_code: str, situation: Situation, words: str, by: Actor) -> None:
    """Add a sentence for everybody who works below *area_code*; the same again changes nothing.

    Raises:
        NotYours: *by* does not look after that area.
        NotThatWay: there is no such area.
        Incomplete: nothing is said, or too much.
        OftenEnough: there are enough.
    """
    if not reaches(by, Permission.SYSTEM_AREA_EDIT, area_code):
        raise NotYours("这个区域的常用语不归您定。")
    if find_area(work.session, area_code) is None:
        raise NotThatWay("没有这个区域。")
    if not says_something(words) or len(words) > LONGEST:
        raise Incomplete("请写一句话，最多 200 个字。")
    # One at a time in an area: two who add the same at once add it once.
    work.session.get(Area, area_code, with_for_update=True, populate_existing=True)
    there = select(Phrase.words).where(
        Phrase.area_code == area_code, Phrase.situation == situation.value
    )
    if words in set(work.session.scalars(there)):
        return
    count = select(func.count(Phrase.id)).where(Phrase.area_code == area_code)
    if (work.session.scalar(count) or 0) >= MOST:
        raise OftenEnough("常用语已经够多了，请先去掉不用的。")
    work.session.add(
        Phrase(
            area_code=area_code,
            situation=situation.value,
            words=words,
            who=by.id,
            made_at=work.now(),
        )
    )
    audit.note(
        work,
        by=by,
        action="phrase.add",
        subject=f"area:{area_code}",
        detail=f"{situation}：{words}",
        area=area_code,
    )


def remove_phrase(work: Work, phrase_id: int, *, by: Actor) -> None:
    """Take a sentence out; what is gone already, or is not *by*'s, stays as it is."""
    statement = scoped(
        select(Phrase).where(Phrase.id == phrase_id), by, Permission.SYSTEM_AREA_EDIT
    )
    found = work.session.scalar(statement.with_for_update(of=Phrase))
    if found is None:
        return
    audit.note(
        work,
        by=by,
        action="phrase.remove",
        subject=f"area:{found.area_code}",
        detail=f"{found.situation}：{found.words}",
        area=found.area_code,
    )
    work.session.delete(found)
