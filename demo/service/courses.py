"""What becomes of a case, course by course."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from citizen import service as citizen
from citizen.rules import Solved
from demo.rules import stories
from demo.rules.chance import SeededChance
from demo.rules.plots import Course, Plot
from demo.service.lives import Life, Stage, Times
from grid.rules import Finding, Move, State, Urgency
from grid.service import Values

MUNICIPAL: Final = frozenset({"broken", "hazard"})  # tiles


def live(stage: Stage, plot: Plot, chance: SeededChance) -> Times:
    """Yield the moments of one life; what happens at each happens in between."""
    life = Life(stage, plot, chance)
    stage.lives[plot.number] = life
    life.begin()
    yield from COURSES[plot.course](life)


def _verified(life: Life) -> Times:
    yield from life.take()
    yield from life.impatient()
    yield from life.report_result()
    yield from life.verify()
    yield from life.rate()


def _confirmed(life: Life) -> Times:
    yield from life.take()
    yield from life.report_result()
    if life.case.urgency is Urgency.URGENT:  # then a resident's word is not enough
        yield from life.verify()
    else:
        yield life.later(20, 500)
        life.confirm()
    yield from life.rate()


def _unfounded(life: Life) -> Times:
    yield from life.take()
    yield from life.report_result(finding=Finding.UNFOUNDED)
    yield from life.verify()


def _late(life: Life) -> Times:
    yield life.later(2, 4)  # the ladder has taken it up meanwhile
    yield from life.take()
    yield from life.report_result()
    yield from life.verify(finding=Finding.PARTLY if life.chance.happens(20) else None)
    yield from life.rate()


def _return(life: Life) -> Times:
    yield from life.take()
    yield life.later(2, 15)
    life.move(Move.RETURN, values=Values(reason=stories.RETURNED))


def _returned_once(life: Life) -> Times:
    yield from _return(life)
    yield life.at_work(5, 40)
    life.assign(life.stage.cast.others(life.case, life.hands)[0])
    yield from life.accept()
    yield from life.report_result()
    yield from life.verify()
    yield from life.rate()


def _department(life: Life) -> Times:
    yield from _return(life)
    yield life.at_work(5, 40)
    code = "municipal" if life.story.tile in MUNICIPAL else "urban_mgmt"
    life.assign(life.stage.cast.department(code))
    yield from life.accept()
    yield from life.report_result(hours=20)
    yield from life.verify()
    yield from life.rate()


def _escalated(life: Life) -> Times:
    yield from life.take()
    yield life.later(5, 60)
    life.move(Move.ESCALATE, values=Values(reason=stories.ESCALATED))
    yield from life.report_result()
    yield from life.verify()
    yield from life.rate()


def _sent_back(life: Life) -> Times:
    yield from life.take()
    yield from life.report_result()
    yield life.at_work(40, 300)
    by = life.stage.cast.verifier(life.case, life.hands)
    if by is not None:
        life.move(Move.SEND_BACK, by=by, values=Values(reason=stories.SENT_BACK))
        yield from life.report_result()
    yield from life.verify()
    yield from life.rate()


def _reworked(life: Life) -> Times:
    yield from life.take()
    yield from life.report_result(hours=4)
    yield from life.verify()
    yield from life.rate(Solved.NOT_SOLVED)
    yield life.at_work(60, 1440)
    _reopen(life)
    yield life.at_work(20, 50)
    life.assign(life.stage.cast.others(life.case, life.hands)[0])
    yield from life.take()
    yield from life.report_result()
    yield from life.verify()
    yield from life.rate()


def _rejected(life: Life) -> Times:
    yield from life.take()
    yield life.later(10, 90)
    reason, channel = life.chance.pick(stories.REJECTED)
    town = life.stage.cast.town(life.case.area_code)
    values = Values(reason=reason, responsible_channel=channel)
    life.move(Move.REJECT, by=town, values=values)


def _merged(life: Life) -> Times:
    yield from life.accept()
    yield life.later(5, 15)
    main = life.stage.lives[life.plot.partner if life.plot.partner is not None else -1]
    values = Values(main_case=main.case.id, reason=stories.DUPLICATE)
    life.move(Move.MERGE, by=life.stage.cast.town(life.case.area_code), values=values)


def _withdrawn(life: Life) -> Times:
    yield from life.accept()
    yield life.later(5, 30)
    if life.report is not None:
        citizen.withdraw(life.work, life.report.id)


def _overdue(life: Life) -> Times:
    yield from life.take()
    yield life.later(60, 300)
    life.note()


def _reopened(life: Life) -> Times:
    yield from life.take()
    yield from life.report_result(hours=4)
    yield from life.verify()
    yield life.stage.walk.end - timedelta(minutes=life.chance.between(5, 240))
    _reopen(life)


def _to_verify(life: Life) -> Times:
    yield from life.take()
    yield from life.impatient()
    yield from life.report_result(hours=2)


def _handling(life: Life) -> Times:
    yield from life.take()
    yield from life.impatient()
    if life.chance.happens(50):
        yield life.later(15, 60)
        life.note()


def _nothing(_life: Life) -> Times:
    yield from ()


def _reopen(life: Life) -> None:
    if life.report is not None and life.case.state is State.CLOSED:
        citizen.reopen(life.work, life.report.id, reason=stories.NOT_SOLVED)
        life.stage.walk.watch(life.case)


COURSES: Final[Mapping[Course, Callable[[Life], Times]]] = MappingProxyType(
    {
        Course.VERIFIED: _verified,
        Course.CONFIRMED: _confirmed,
        Course.UNFOUNDED: _unfounded,
        Course.LATE: _late,
        Course.RETURNED_ONCE: _returned_once,
        Course.DEPARTMENT: _department,
        Course.ESCALATED: _escalated,
        Course.SENT_BACK: _sent_back,
        Course.REWORKED: _reworked,
        Course.REJECTED: _rejected,
        Course.MERGED: _merged,
        Course.WITHDRAWN: _withdrawn,
        Course.POLICE: _verified,
        Course.OVERDUE: _overdue,
        Course.REOPENED: _reopened,
        Course.TO_VERIFY: _to_verify,
        Course.RETURNED: _return,
        Course.HANDLING: _handling,
        Course.UNOWNED: _nothing,
        Course.WAITING: _nothing,
    }
)
