"""Two cases others have a hand in: a department has yet to sign, the power company has answered."""

from datetime import timedelta
from typing import Final

from demo.rules.district import GRIDS
from demo.service.cast import Cast
from demo.service.walk import Walk
from grid import service as grid
from grid.models import Case
from grid.rules import Move
from grid.rules.outside import Said
from grid.service import Answer, Errand, Sighting, Values
from kernel.access import Actor
from kernel.grants import Role

BEGAN: Final = timedelta(minutes=40)  # before the end
LAMP: Final = "0301"
NO_POWER: Final = "0304"


def call_in(walk: Walk, cast: Cast) -> None:
    """Let the last forty minutes happen once more, for two cases nobody else has seen."""
    walk.clock.moment = walk.end - BEGAN
    leader = cast.at(GRIDS[0], Role.GRID_LEADER)[0]
    lamp = _seen(walk, leader, LAMP, "广场西侧三盏路灯不亮", "老街广场")
    dark = _seen(walk, leader, NO_POWER, "整栋楼停电，邻居说电表箱跳闸", "临溪公寓2幢")
    _pass(walk, minutes=6)
    town, municipal = cast.town(GRIDS[0]), cast.department("municipal")
    reason = "路灯归市政，请他们来修"
    _move(walk, lamp, Move.REASSIGN, town, Values(owner=municipal.id, reason=reason))
    owner = cast.actor(dark.owner_id)
    errand = Errand(
        key="demo",
        unit="power",
        name="溪城供电所",
        what="整栋楼停电，请派人看电表箱",
        where="清溪社区临溪公寓2幢",
    )
    secret = grid.give_link(walk.work, dark.id, errand, by=owner)
    _pass(walk, minutes=5)
    case_id, outside_id = grid.enter(walk.work, secret)
    grid.opened(walk.work, outside_id, device="demo")
    grid.say(walk.work, secret, Answer(key="1", said=Said.RECEIVED))
    _pass(walk, minutes=4)
    told = Answer(key="2", said=Said.COMING, words="抢修车半小时内到")
    grid.say(walk.work, secret, told)
    grid.set_number(walk.work, case_id, by=owner, system="12345 热线", number="DEMO-2026-0417")
    walk.clock.moment = walk.end
    walk.settle()


def _seen(walk: Walk, by: Actor, category: str, words: str, where: str) -> Case:
    """Let somebody see something on their round, and whoever has it then set out."""
    work = walk.work
    seen = Sighting(
        key=f"demo-{category}",
        area_code=GRIDS[0],
        words=words,
        where=where,
        category=category,
        danger=False,
    )
    case = work.session.get_one(Case, grid.take_patrol(work, seen, by=by))
    walk.settle()
    owner = Cast(work.session).actor(case.owner_id)
    _move(walk, case, Move.ACCEPT, owner, Values())
    grid.on_my_way(work, case.id, by=owner)
    return case


def _move(walk: Walk, case: Case, move: Move, by: Actor, values: Values) -> None:
    grid.move(walk.work, case.id, move, by=by, expected=case.state, values=values)
    walk.settle()


def _pass(walk: Walk, *, minutes: int) -> None:
    walk.settle()
    walk.clock.moment += timedelta(minutes=minutes)
