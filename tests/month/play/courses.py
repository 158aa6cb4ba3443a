"""What becomes of a case, course by course."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

from citizen import service as citizen
from citizen.rules import Solved
from grid import service as grid
from grid.errors import NotThatWay
from grid.rules import CATALOGUE, Move, PauseReason, State, Urgency, is_night
from grid.service import Values
from kernel.grants import Role
from tests.month.play.lives import IN_HAND, Life, Stage
from tests.month.play.plots import Course, Plot
from tests.month.play.world import Times

MUNICIPAL: Final = frozenset({"hazard", "broken"})  # tiles
CHANNEL: Final = "12345 政务服务热线"


def live(stage: Stage, plot: Plot) -> Times:
    """Yield the moments of one life; what happens at each happens in between."""
    life = Life(stage, plot)
    stage.lives[plot.number] = life
    yield from life.say()
    stage.world.begin(life.later(1, 5), _at_night(life))
    yield from COURSES[plot.course](life)


def _at_night(life: Life) -> Times:
    """At night some desks say that they know."""
    with life.stage.world.doing() as work:
        case = life.read(work)
        rings = case.urgency is Urgency.URGENT and not case.is_police and is_night(life.now)
        town = life.stage.town.cast.town(case.area_code)
    if not rings:
        return
    yield life.later(1, 6)
    if life.is_police():
        return
    if life.chance.happens(30) and not life.is_in(State.CLOSED, State.WITHDRAWN, State.REJECTED):
        with life.at_case() as (work, case):
            grid.desk_knows(work, case.id, by=town)
    elif life.chance.happens(20) and life.is_in(*IN_HAND):
        with life.at_case() as (work, case):
            grid.desk_goes(work, case.id, by=town)


def _end(life: Life) -> Times:
    yield from life.report_result()
    yield from life.verify()
    yield from life.rate()


def _verified(life: Life) -> Times:
    yield from life.take()
    yield from _end(life)


def _confirmed(life: Life) -> Times:
    yield from life.take()
    yield from life.report_result()
    yield life.later(20, 500)
    life.confirm()
    yield from life.rate()


def _left(life: Life) -> Times:
    yield from life.take()


def _slow(life: Life) -> Times:
    yield from life.take()
    yield life.at_work(4 * 1440, 9 * 1440)
    yield from _end(life)


def _weather(life: Life) -> Times:
    yield from life.take()
    yield life.at_work(20, 600)
    _pause(life)
    yield life.at_work(8 * 1440, 12 * 1440)
    yield from _end(life)


def _resumed(life: Life) -> Times:
    yield from life.take()
    yield life.at_work(20, 600)
    _pause(life)
    yield life.at_work(600, 3000)
    if life.is_in(State.HANDLING):
        with life.at_case() as (work, case):
            grid.resume(work, case.id, by=life.owner(case))
    yield from _slow(life)


def _pause(life: Life) -> None:
    if life.has_time():
        with life.at_case() as (work, case):
            words = "这两天下大雨，上不了高处。"
            grid.pause(work, case.id, by=life.owner(case), reason=PauseReason.WEATHER, words=words)


def _ask(life: Life) -> Times:
    yield from life.take()
    yield life.at_work(10, 900)
    if life.report_id is not None and life.is_in(State.HANDLING):
        with life.at_case() as (work, case):
            grid.ask(work, case.id, by=life.owner(case), words="请说一下在哪一层？")


def _answered(life: Life) -> Times:
    yield from _ask(life)
    yield life.later(30, 1400)
    if life.report_id is not None and life.is_in(State.HANDLING):
        with life.at_case() as (work, _case):
            citizen.answer(work, life.report_id, words="三楼。", files=())
    yield from _end(life)


def _unanswered(life: Life) -> Times:
    yield from _ask(life)
    yield life.at_work(5 * 1440, 9 * 1440)
    yield from _end(life)


def _ask_time(life: Life) -> Iterator[bool]:
    """Ask for more time, where there is a kind of time to ask for."""
    if not life.has_time():
        return
    with life.at_case() as (work, case):
        known = CATALOGUE.categories.get(case.category or "")
        if known is None or known.ext_wd is None or case.urgency is Urgency.URGENT:
            return
        grid.ask_extension(work, case.id, by=life.owner(case), reason="要等配件。")
    yield True


def _decide_time(life: Life, *, granted: bool) -> Times:
    yield from life.take()
    yield life.at_work(20, 1000)
    if any(_ask_time(life)):
        yield life.later(10, 200)
        with life.at_case() as (work, case):
            if case.extension_open and case.close_by is not None and case.close_by > life.now:
                grid.decide_extension(
                    work,
                    case.id,
                    by=life.stage.town.cast.at(case.area_code, Role.DISTRICT_CMD)[0],
                    granted=granted,
                    sentence="同意。" if granted else "请按时办。",
                )
    yield life.at_work(4 * 1440, 15 * 1440)
    yield from _end(life)


def _extended(life: Life) -> Times:
    yield from _decide_time(life, granted=True)


def _refused_time(life: Life) -> Times:
    yield from _decide_time(life, granted=False)


def _lapsed(life: Life) -> Times:
    yield from life.take()
    yield life.at_work(20, 1000)
    list(_ask_time(life))
    yield life.at_work(5 * 1440, 9 * 1440)
    yield from _end(life)


def _to_department(life: Life) -> Times:
    yield from life.take()
    yield life.later(2, 30)
    if not life.is_in(State.HANDLING):
        return
    life.move(Move.RETURN, values=Values(reason="要有设备的单位来办。"))
    yield life.at_work(5, 60)
    if life.is_in(State.RETURNED):
        code = "municipal" if life.plot.kind.tile in MUNICIPAL else "urban_mgmt"
        life.give(life.stage.town.cast.department(code))


def _department(life: Life) -> Times:
    yield from _to_department(life)
    yield life.at_work(1, 50)
    yield from life.take()
    yield from _end(life)


def _unsigned(life: Life) -> Times:
    yield from _to_department(life)
    yield life.at_work(1600, 4000)
    yield from life.take()
    yield from _end(life)


def _passed_up(life: Life) -> Times:
    yield from life.take()
    yield life.later(5, 60)
    if life.is_in(State.HANDLING) and not life.is_at_the_top():
        with suppress(NotThatWay):  # whoever stands above is the one who reported it
            life.move(Move.ESCALATE, values=Values(reason="两个网格的事，要站长出面。"))
        yield from life.take()
    yield from _end(life)


def _rejected(life: Life) -> Times:
    yield from life.take()
    yield life.at_work(10, 200)
    if life.is_in(*IN_HAND):
        values = Values(reason="这件事归别的单位管。", responsible_channel=CHANNEL)
        with life.stage.world.doing() as work:
            town = life.stage.town.cast.town(life.read(work).area_code)
        life.move(Move.REJECT, by=town, values=values)


def _objected(life: Life) -> Times:
    yield from _rejected(life)
    yield life.later(60, 2000)
    if life.report_id is not None and life.is_in(State.REJECTED):
        with life.at_case() as (work, _case):
            citizen.object_to(work, life.report_id, reason="那是大家走的路。")


def _judge(life: Life, *, upheld: bool) -> Times:
    yield from _objected(life)
    yield life.at_work(600, 5000)
    if life.is_in(State.OBJECTED):
        with life.at_case() as (work, case):
            district = life.stage.town.cast.at(case.area_code, Role.DISTRICT_CMD)[0]
            grid.decide_objection(
                work, case.id, by=district, upheld=upheld, sentence="看过了，这样定。"
            )


def _upheld(life: Life) -> Times:
    yield from _judge(life, upheld=True)
    if not life.is_in(State.REJECTED):
        yield from life.take()
        yield from _end(life)


def _dismissed(life: Life) -> Times:
    yield from _judge(life, upheld=False)


def _reworked(life: Life) -> Times:
    yield from life.take()
    yield from life.report_result(30, 240)
    yield from life.verify()
    yield from life.rate(Solved.NOT_SOLVED)
    yield life.later(10, 1440)
    if life.report_id is None or not life.is_in(State.CLOSED):
        return
    with life.at_case() as (work, _case):
        citizen.reopen(work, life.report_id, reason="过了两天又和原来一样了。")
    yield life.at_work(5, 90)
    if life.is_in(State.REOPENED):
        life.give()
    yield from life.take()
    yield from _end(life)


def _sent_back(life: Life) -> Times:
    yield from life.take()
    yield from life.report_result()
    yield life.at_work(40, 300)
    by = life.verifier()
    if by is not None and life.is_in(State.TO_VERIFY):
        life.move(Move.SEND_BACK, by=by, values=Values(reason="还剩一点没弄好。"))
    yield from _end(life)


def _merged(life: Life) -> Times:
    yield from life.accept()
    yield life.at_work(5, 60)
    main = life.like()
    if main is None or not life.is_in(*IN_HAND):
        yield from _end(life)
        return
    with life.stage.world.doing() as work:
        town = life.stage.town.cast.town(life.read(work).area_code)
    values = Values(main_case=main, reason="和另一件是同一件事。")
    life.move(Move.MERGE, by=town, values=values)


def _withdrawn(life: Life) -> Times:
    yield from life.accept()
    yield life.later(5, 90)
    if life.report_id is not None and life.is_in(*IN_HAND) and life.is_alone():
        with life.at_case() as (work, _case):
            citizen.withdraw(work, life.report_id)


def _classified(life: Life) -> Times:
    yield from life.accept()
    yield life.later(1, 90)
    if life.is_in(State.HANDLING):
        with life.at_case() as (work, case):
            grid.classify(
                work,
                case.id,
                by=life.owner(case),
                category=life.chance.pick(("0103", "0201", "0202", "0602", "0302")),
            )
    yield from life.take()
    yield from _end(life)


def _complained(life: Life) -> Times:
    yield from life.take()
    yield life.later(100, 900)
    life.complain()
    yield from _end(life)


COURSES: Final[Mapping[Course, Callable[[Life], Times]]] = MappingProxyType(
    {
        Course.VERIFIED: _verified,
        Course.CONFIRMED: _confirmed,
        Course.NO_SHOW: _verified,
        Course.LEFT: _left,
        Course.SLOW: _slow,
        Course.WEATHER: _weather,
        Course.RESUMED: _resumed,
        Course.ANSWERED: _answered,
        Course.UNANSWERED: _unanswered,
        Course.EXTENDED: _extended,
        Course.REFUSED_TIME: _refused_time,
        Course.LAPSED: _lapsed,
        Course.DEPARTMENT: _department,
        Course.UNSIGNED: _unsigned,
        Course.PASSED_UP: _passed_up,
        Course.REJECTED: _rejected,
        Course.UPHELD: _upheld,
        Course.DISMISSED: _dismissed,
        Course.UNDECIDED: _objected,
        Course.REWORKED: _reworked,
        Course.SENT_BACK: _sent_back,
        Course.MERGED: _merged,
        Course.WITHDRAWN: _withdrawn,
        Course.CLASSIFIED: _classified,
        Course.COMPLAINED: _complained,
    }
)
