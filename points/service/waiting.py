"""The line before a full activity; whoever is first in it moves up as soon as a place is free.

All of it under the lock of the activity's row, which the caller holds.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, exists, select

from kernel.db import insert_once
from kernel.moments import as_said
from kernel.sms import render
from kernel.work import Work
from people.models import Person
from points.models import Activity, SignUp, Waiting
from points.service.telling import text_to
from qr.models import Code
from qr.rules import CodeState

CALLED_OFF: Final = "T52"
MOVED_UP: Final = "T53"
CHANGED: Final = "T54"


def queue_up(work: Work, activity: Activity, person_id: int, helper: int | None) -> bool:
    """Put somebody at the end of the line; return whether that is new."""
    return insert_once(
        work.session,
        Waiting,
        unique=None,
        activity_id=activity.id,
        person_id=person_id,
        helped_by=helper,
        at=work.now(),
    )


def step_out(work: Work, activity_id: int, person_id: int) -> None:
    """Take somebody out of the line; whoever is not in it changes nothing."""
    work.session.execute(
        delete(Waiting).where(Waiting.activity_id == activity_id, Waiting.person_id == person_id)
    )


def move_up(work: Work, activity: Activity) -> int:
    """Give free places to whoever waits longest, and tell them; return how many moved.

    Not once it has begun: nobody can be called to something that is under way.  Nor to what was
    called off, from which people take their names back.
    """
    free = activity.capacity - activity.taken
    if free <= 0 or work.now() >= activity.starts_at:
        return 0
    state = work.session.scalar(select(Code.state).where(Code.id == activity.code_id))
    if state in {CodeState.REVOKED, CodeState.REPLACED}:
        return 0
    first = work.session.scalars(
        select(Waiting)
        .where(Waiting.activity_id == activity.id)
        .order_by(Waiting.id)
        .limit(free)
        .with_for_update()
    ).all()
    for one in first:
        work.session.add(
            SignUp(
                activity_id=activity.id,
                person_id=one.person_id,
                helped_by=one.helped_by,
                at=work.now(),
            )
        )
        work.session.delete(one)
    activity.taken += len(first)
    work.session.flush()
    _tell(work, activity, MOVED_UP, [one.person_id for one in first])
    return len(first)


def tell_all(work: Work, activity: Activity, template: str) -> None:
    """Tell whoever signed up, or waits, and left a number."""
    wants = exists().where(SignUp.activity_id == activity.id, SignUp.person_id == Person.id)
    waits = exists().where(Waiting.activity_id == activity.id, Waiting.person_id == Person.id)
    people = work.session.scalars(select(Person.id).where(wants | waits).order_by(Person.id))
    _tell(work, activity, template, people.all())


def _tell(work: Work, activity: Activity, template: str, people: Sequence[int]) -> None:
    text = render(template, place=activity.name, time=as_said(activity.starts_at))
    about = f"points.activity:{activity.id}"
    text_to(work, Person.id.in_(people), template, text, about=about)
