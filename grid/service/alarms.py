"""How people learn of a case without looking at a page: the group's robot, and text messages.

A group sees the number, the kind of thing and the place, never what somebody said or their name.
Police cases are not told to any group.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import exists, func, select

import people.rules
from grid.models import Alarm, Case
from grid.models.cases import BARRED_AS
from grid.queries.wording import named, title_of, unit_of
from grid.rules import State, Urgency, is_night
from kernel.clock import SHANGHAI
from kernel.outbound import Channel, send_robot, send_sms
from kernel.sms import render
from kernel.work import Work
from people.models import Area, Barred, Person

RING_EVERY: Final = timedelta(minutes=1)
MOST_RINGS: Final = 10  # then the ladder has long gone further up
BATCH: Final = 200
DISTRICT: Final = people.rules.Level.DISTRICT


def call(work: Work, case: Case) -> None:
    """Tell the owner that a case is theirs now, and keep ringing where it is urgent.

    Nobody is told of their own doing twice: once per step that gave it away.
    """
    owner = work.session.get(Person, case.owner_id) if case.owner_id is not None else None
    if owner is None:
        tell_desk(work, case, f"{_what(work, case)}还没有人办，请派人。")
        return
    rings = case.urgency is Urgency.URGENT and case.state is State.DISPATCHED
    work.session.add(
        Alarm(
            case_id=case.id,
            step_number=case.last_step,
            person_id=owner.id,
            began_at=work.now(),
            rung=1,
            rings_at=work.now() + RING_EVERY if rings else None,
        )
    )
    _ring(work, case, owner, again=False)


def tell(work: Work, case: Case, person_id: int, text: str) -> None:
    """Say something about the case to one person, in their group."""
    person = work.session.get(Person, person_id)
    _robot(work, case, text, mention=None if person is None else _phone(person))


def tell_desk(work: Work, case: Case, text: str) -> None:
    """Say something about the case to whoever reads the group above it."""
    _robot(work, case, text, mention=None)


def tell_district(work: Work, case: Case, text: str) -> None:
    """Say something about the case to whoever reads the district's own group."""
    _robot(work, case, text, mention=None, at=people.rules.at_level(case.area_code, DISTRICT))


def about(work: Work, case: Case) -> str:
    """Return how a message names the case: urgency, number, kind and place."""
    return _what(work, case)


def remind(work: Work) -> int:
    """Ring again for urgent cases nobody has answered yet; return how often it rang."""
    due = work.session.execute(
        select(Alarm, Case)
        .join(Case, Case.id == Alarm.case_id)
        .where(Alarm.rings_at <= work.now())
        .order_by(Alarm.id)
        .limit(BATCH)
        .with_for_update(of=Alarm, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for alarm, case in due:
        owner = work.session.get(Person, alarm.person_id)
        if owner is None or case.state is not State.DISPATCHED or case.owner_id != owner.id:
            alarm.rings_at = None
            continue
        alarm.rung += 1
        alarm.rings_at = work.now() + RING_EVERY if alarm.rung < MOST_RINGS else None
        _ring(work, case, owner, again=True)
    return len(due)


def _ring(work: Work, case: Case, owner: Person, *, again: bool) -> None:
    name = named(unit_of(case.owner_level, case.department), owner.public_name)
    due = case.accept_by.astimezone(SHANGHAI)
    still = "还没有接单，" if again else ""
    text = f"{_what(work, case)}已派给{name}，{still}请在{due:%H:%M}前接单。"
    _robot(work, case, text, mention=_phone(owner))
    phone = _phone(owner)
    if phone and case.urgency is Urgency.URGENT:
        template = "T16" if again and is_night(work.now()) else "T15"
        words = render(template, no=_spoken(case), place=_place(work, case))
        send_sms(work, phone=phone, template=template, text=words)


def _what(work: Work, case: Case) -> str:
    kind = "紧急" if case.urgency is Urgency.URGENT else ""
    return f"【{kind}事项】{_spoken(case)} {title_of(case)}，{_place(work, case)}，"


def _spoken(case: Case) -> str:
    return "-".join(case.number[start : start + 4] for start in (0, 4, 8))


def _place(work: Work, case: Case) -> str:
    area = work.session.get(Area, case.area_code)
    return case.place_name or (area.name if area else "") or "见系统"


def _phone(person: Person) -> str | None:
    return person.phone or person.work_phone or None


def _robot(
    work: Work, case: Case, text: str, *, mention: str | None, at: str | None = None
) -> None:
    """Send *text* to the group of the nearest area that has a robot, from *at* upwards.

    A group's members are not the police, and number, kind and place alone would tell them who
    called.  An urgent case rings its owner's own phone (T15); for one that is not urgent there is
    no registered text, so it stands in the queue of the police and nothing leaves the house.
    """
    if case.is_police:
        return
    found = work.session.execute(
        select(Area.robot, Area.robot_url)
        .where(
            Area.code.in_(people.rules.ancestors(at or case.area_code)),
            Area.robot.is_not(None),
            Area.robot_url.is_not(None),
            ~exists(select(Barred.ref).where(Barred.about == BARRED_AS, Barred.ref == case.id)),
        )
        .order_by(func.length(Area.code).desc())
        .limit(1)
    ).one_or_none()
    if found is not None:
        send_robot(
            work,
            channel=Channel(found.robot.value),
            url=found.robot_url,
            text=text,
            mention=mention,
        )
