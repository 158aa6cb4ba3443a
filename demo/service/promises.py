"""What is promised in the demo: late days told, calls made, and at last one of each that waits."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from citizen import service as citizen
from citizen.models import Report
from demo.rules.plots import daytime
from demo.service.lives import Stage, Times
from grid import service as grid
from grid.errors import NoSuchCase
from grid.models import Case, SupervisorCall
from grid.queries.facts import terms
from grid.rules import ROLES_OF_LEVEL, CallOutcome, PauseReason, State, Urgency
from kernel.access import Actor

LAST: Final = timedelta(minutes=12)  # before the end
RECENT: Final = timedelta(days=6)
FRESH: Final = timedelta(hours=20)  # calls younger than that still wait
QUESTION: Final = "请说一下具体在哪一栋、哪一层，方便的话补一张照片。"
WEATHER: Final = "这两天下雨，没法上高处，天好了接着办。"
PARTS: Final = "要等厂里的配件，大约一周。"
OBJECTION: Final = "那是大家走的路，不是我一家的事，请再看看。"
SAID: Final = "居民说清理得不彻底，答应再派人去一趟。"


def begin(stage: Stage, end: datetime) -> None:
    """Let both courses begin."""
    stage.walk.begin(stage.walk.clock.moment, keep_promises(stage))
    stage.walk.begin(stage.walk.clock.moment, promise_at_last(stage, end))


def keep_promises(stage: Stage) -> Times:
    """Each morning say what is late and make yesterday's calls."""
    walk = stage.walk
    while True:
        yield daytime(walk.clock.moment.replace(minute=5, second=0) + timedelta(hours=14))
        grid.tell_promises(walk.work)
        _ring(stage, before=walk.clock.now() - FRESH)


def promise_at_last(stage: Stage, end: datetime) -> Times:
    """Shortly before the end: a question, a standstill, an ask for time, an objection."""
    yield end - LAST
    work = stage.walk.work
    in_hand = [case for case in _cases(stage, State.HANDLING) if case.urgency is Urgency.NORMAL]
    running = [case for case in in_hand if case.close_by and case.close_by > work.now()]
    asked = next((one for one in running if one.staff_reporter is None), None)
    longer = next((one for one in running if one is not asked and terms(one).ext_wd), None)
    stopped = next((one for one in running if one not in {asked, longer}), None)
    if asked is not None:
        grid.ask(work, asked.id, by=_owner(stage, asked), words=QUESTION)
    if longer is not None and not longer.is_police:
        grid.ask_extension(work, longer.id, by=_owner(stage, longer), reason=PARTS)
    if stopped is not None:
        grid.pause(
            work,
            stopped.id,
            by=_owner(stage, stopped),
            reason=PauseReason.WEATHER,
            words=WEATHER,
        )
    _object(stage, since=end - RECENT)


def _object(stage: Stage, *, since: datetime) -> None:
    refused = [one for one in _cases(stage, State.REJECTED) if one.rejected_at]
    for case in refused:
        report = stage.walk.work.session.scalar(select(Report).where(Report.case_id == case.id))
        if report is not None and case.rejected_at is not None and case.rejected_at > since:
            citizen.object_to(stage.walk.work, report.id, reason=OBJECTION)
            return


def _ring(stage: Stage, *, before: datetime) -> None:
    work = stage.walk.work
    rows = work.session.execute(
        select(SupervisorCall, Case.area_code)
        .join(Case, Case.id == SupervisorCall.case_id)
        .where(SupervisorCall.done_at.is_(None), SupervisorCall.owed_at < before)
        .order_by(SupervisorCall.id)
    ).all()
    for call, area in rows:
        there = [one for role in ROLES_OF_LEVEL[call.level] for one in stage.cast.at(area, role)]
        for by in (*there, stage.cast.town(area)):
            try:
                grid.log_supervisor_call(
                    work, call.id, by=by, outcome=CallOutcome.TALKED, note=SAID
                )
            except NoSuchCase:  # had a hand in it meanwhile, so somebody else rings
                continue
            break


def _cases(stage: Stage, state: State) -> list[Case]:
    statement = select(Case).where(Case.state == state).order_by(Case.id)
    return list(stage.walk.work.session.scalars(statement))


def _owner(stage: Stage, case: Case) -> Actor:
    return stage.cast.actor(case.owner_id)
