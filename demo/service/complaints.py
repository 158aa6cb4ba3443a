"""A few complaints about us in the demo, and a shop that was heard.

After the walk, at moments of its own: what else happens in the demo stays to the last token.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from complaints import service
from complaints.rules import About, Said, Satisfied
from demo.rules import district
from demo.service.cast import Cast
from demo.service.walk import Walk
from grid.models import Accused, Case
from grid.rules import State
from grid.rules.accused import Against, Heard
from grid.service import accused
from grid.service.accused import Charge
from kernel.grants import Role

TOWN: Final = district.TOWNS[0]
VILLAGE: Final = district.VILLAGES[0].code
SLOW: Final = "报了两次路灯，网格员说来没来，电话里态度也不好。"
DOOR: Final = "社区办事窗口下午四点半就关门，上班的人赶不上。"
IDEA: Final = "希望能把办好的事贴在小区门口，老人看不了手机。"
ANSWER: Final = "找当事人了解过，情况基本属实。当天下午已上门道歉，路灯修好了，例会上提醒了大家。"
HEARD: Final = "老板说最近换了抽油烟机，愿意再加一道过滤，这周内装好。"


def complain(walk: Walk, cast: Cast) -> None:
    """Let somebody complain and be answered, and somebody wait for an answer."""
    desk = cast.at(VILLAGE, Role.TOWN_ADMIN)[0]
    first = _file(walk, walk.end - timedelta(days=6), About.WORKER, SLOW)
    _file(walk, walk.end - timedelta(days=2), About.VILLAGE, DOOR)
    _file(walk, walk.end - timedelta(days=1), About.SUGGESTION, IDEA)
    walk.clock.moment = walk.end - timedelta(days=4)
    service.answer(walk.work, first, words=ANSWER, by=desk)
    service.rate(walk.work, first, satisfied=Satisfied.SATISFIED)
    walk.settle()
    walk.clock.moment = walk.end - timedelta(hours=1)
    _hear(walk, cast)
    walk.clock.moment = walk.end
    walk.settle_held()


def _file(walk: Walk, moment: datetime, about: About, words: str) -> int:
    walk.clock.moment = moment
    said = Said(key=f"demo-{about}", about=about, words=words, area_code=VILLAGE)
    return service.file(walk.work, said)[0].id


def _hear(walk: Walk, cast: Cast) -> None:
    """Let whoever has the first case in hand write down what the other side says."""
    case = walk.work.session.scalars(
        select(Case)
        .where(Case.state == State.HANDLING, Case.area_code.startswith(TOWN))
        .order_by(Case.id)
        .limit(1)
    ).first()
    if case is None:
        return
    by = cast.actor(case.owner_id)
    charge = Charge(
        key="demo", against=Against.PLACE, name="老街烧烤店", claim="有居民反映店里油烟大。"
    )
    accused.accuse(walk.work, case.id, charge, by=by)
    number = walk.work.session.scalars(select(Accused.id).where(Accused.case_id == case.id)).one()
    accused.write_answer(walk.work, number, key="demo", heard=Heard.VISIT, words=HEARD, by=by)
