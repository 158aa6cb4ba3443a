"""What happens beside the cases: somebody falls ill, somebody leaves, desks make their calls."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

import complaints.service
from complaints.models import Complaint
from complaints.rules import State as ComplaintState
from demo.service.cast import Cast
from grid import service as grid
from grid.errors import NoSuchCase
from grid.models import Case, SupervisorCall
from grid.rules import ROLES_OF_LEVEL, CallOutcome, Level
from kernel.grants import Role
from people import service as people
from tests.month.play.lives import IN_HAND, Stage
from tests.month.play.world import Times

LEAVES: Final = "wg10"  # one of two in the second village
ILL_AFTER: Final = timedelta(days=9, hours=4)  # in the middle of the day: work is in hand
LEFT_AFTER: Final = timedelta(days=16)
A_DAY: Final = timedelta(days=1)


def begin(stage: Stage, first: datetime) -> None:
    """Let all of them begin."""
    stage.world.begin(first + ILL_AFTER, _fall_ill(stage))
    stage.world.begin(first + LEFT_AFTER, _leave(stage))
    stage.world.begin(first + timedelta(hours=9, minutes=3, seconds=11), _mornings(stage))


def _fall_ill(stage: Stage) -> Times:
    """Whoever has most in hand just now is ill; the town gives it all to the grids' leader."""
    moved: tuple[str, ...] = ()
    while not moved:
        yield stage.world.clock.moment + A_DAY
        with stage.world.doing() as work:
            owned = select(Case).where(
                Case.owner_level == Level.GRID,
                Case.owner_id.is_not(None),
                Case.state.in_(IN_HAND),
            )
            rows = work.session.scalars(owned.order_by(Case.id)).all()
            # What lies with the police no town gives to anybody.
            hands = Counter(case.owner_id for case in rows if not case.is_police)
            for who, _ in hands.most_common():
                most = [case for case in rows if case.owner_id == who and not case.is_police]
                leader = stage.town.cast.at(most[0].area_code, Role.GRID_LEADER)[0]
                town = stage.town.cast.town(most[0].area_code)
                if who is None or who == leader.id:
                    continue
                ids = [case.id for case in most]
                moved = grid.hand_over(
                    work, who, ids, to=leader.id, reason="他病了，我来接。", by=town
                ).moved
                break


def _leave(stage: Stage) -> Times:
    """Somebody leaves for good: what lies with them goes to the desk above."""
    who = stage.town.logins[LEAVES]
    with stage.world.doing() as work:
        people.close_account(work, who, by=None)
        work.session.flush()
        stage.gone.add(who)
        stage.town = replace(stage.town, cast=Cast(work.session))
    yield from ()


def _mornings(stage: Stage) -> Times:
    """Each morning the desks make the calls they owe and answer every other complaint."""
    while True:
        _ring(stage)
        _answer(stage)
        yield stage.world.clock.moment + A_DAY


def _ring(stage: Stage) -> None:
    with stage.world.doing() as work:
        calls = work.session.execute(
            select(SupervisorCall, Case)
            .join(Case, Case.id == SupervisorCall.case_id)
            .where(SupervisorCall.done_at.is_(None))
            .order_by(SupervisorCall.id)
        ).all()
        for call, case in calls:
            roles = sorted(ROLES_OF_LEVEL[call.level])
            there = [one for role in roles for one in stage.town.cast.at(case.area_code, role)]
            for by in (*there, stage.town.cast.town(case.area_code)):
                try:
                    grid.log_supervisor_call(
                        work, call.id, by=by, outcome=CallOutcome.TALKED, note="答应再去一趟。"
                    )
                except NoSuchCase:  # had a hand in it, so somebody else rings
                    continue
                break


def _answer(stage: Stage) -> None:
    with stage.world.doing() as work:
        waiting = select(Complaint).where(Complaint.state == ComplaintState.OPEN)
        for complaint in work.session.scalars(waiting.order_by(Complaint.id)).all():
            if complaint.id % 2 and complaint.filed_at < work.now() - A_DAY:
                desk = stage.town.cast.town(complaint.area_code)
                complaints.service.answer(work, complaint.id, words="向您道歉。", by=desk)
