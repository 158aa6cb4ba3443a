"""How people learn of a case without looking at a page: the group's robot, and text messages.

A group sees the number, the kind of thing and the place, never what somebody said or their name.
Police cases are not told to any group.

Who was called answers by 接单; at night that alone is not enough: then the phone rings until they
say 我去了 or have called whoever reported, ten times at most, while the ladder goes on upwards.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import Integer, bindparam, exists, func, select

import people.rules
from grid.models import Alarm, Case
from grid.models.cases import BARRED_AS
from grid.queries.wording import named, title_of, unit_of
from grid.rules import Move, State, Urgency, is_night
from grid.service.night import ring_desk
from grid.service.phones import phone_of, place_of, ring_phone, spoken
from kernel.clock import SHANGHAI
from kernel.outbound import Channel, send_robot
from kernel.work import Work
from people.models import Area, Barred, Person

RING_EVERY: Final = timedelta(minutes=1)
MOST_RINGS: Final = 10  # then the ladder has long gone further up
BATCH: Final = 200
DISTRICT: Final = people.rules.Level.DISTRICT
# To build a statement costs more than to ask the database.
ROBOT: Final = (
    select(Area.robot, Area.robot_url)
    .where(
        Area.code.in_(bindparam("areas", expanding=True)),
        Area.robot.is_not(None),
        Area.robot_url.is_not(None),
        ~exists(
            select(Barred.ref).where(
                Barred.about == BARRED_AS, Barred.ref == bindparam("case_id", type_=Integer)
            )
        ),
    )
    .order_by(func.length(Area.code).desc())
    .limit(1)
)


def call(work: Work, case: Case) -> None:
    """Tell the owner that a case is theirs now, and keep ringing where it is urgent.

    Nobody is told of their own doing twice: once per step that gave it away.
    """
    owner = work.session.get(Person, case.owner_id) if case.owner_id is not None else None
    if owner is None:
        tell_desk(work, case, f"{_what(work, case)}还没有人办，请派人。")
        ring_desk(work, case)
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
    ring_desk(work, case)


def rings_on(work: Work, case: Case, move: Move) -> bool:
    """Whether the phone goes on ringing after *move*: at night 接单 is not yet 我去了."""
    return move is Move.ACCEPT and case.urgency is Urgency.URGENT and is_night(work.now())


def tell(work: Work, case: Case, person_id: int, text: str, *, at: str | None = None) -> None:
    """Say something about the case to one person, in their group: the case's, or that of *at*."""
    person = work.session.get(Person, person_id)
    _robot(work, case, text, mention=None if person is None else phone_of(person), at=at)


def tell_owner(work: Work, case: Case, text: str) -> None:
    """Say something about the case to whoever has it, else to the desk's group."""
    if case.owner_id is None:
        tell_desk(work, case, text)
    else:
        tell(work, case, case.owner_id, text)


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
        if owner is None or case.owner_id != owner.id or not _is_open(work, case):
            alarm.rings_at = None
            continue
        alarm.rung += 1
        alarm.rings_at = work.now() + RING_EVERY if alarm.rung < MOST_RINGS else None
        _ring(work, case, owner, again=True)
    return len(due)


def _is_open(work: Work, case: Case) -> bool:
    """Whether somebody has yet to answer: to take it, and at night to go or to call."""
    taken = case.state is State.HANDLING
    tonight = is_night(work.now()) and case.urgency is Urgency.URGENT
    return case.state is State.DISPATCHED or (taken and tonight and case.responded_at is None)


def _ring(work: Work, case: Case, owner: Person, *, again: bool) -> None:
    name = named(unit_of(case.owner_level, case.department), owner.public_name)
    due = case.accept_by.astimezone(SHANGHAI)
    still = "还没有接单，" if again and case.state is State.DISPATCHED else ""
    text = f"{_what(work, case)}已派给{name}，{still}请在{due:%H:%M}前接单。"
    _robot(work, case, text, mention=phone_of(owner))
    phone = phone_of(owner)
    if phone and case.urgency is Urgency.URGENT:
        template = "T16" if again and is_night(work.now()) else "T15"
        ring_phone(work, case, phone, template)


def _what(work: Work, case: Case) -> str:
    kind = "紧急" if case.urgency is Urgency.URGENT else ""
    return f"【{kind}事项】{spoken(case)} {title_of(case)}，{place_of(work, case)}，"


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
    tell_group(work, at or case.area_code, text, mention=mention, case_id=case.id)


def tell_group(
    work: Work, area_code: str, text: str, *, mention: str | None = None, case_id: int = 0
) -> None:
    """Send *text* to the group of the nearest area that has a robot, from *area_code* upwards.

    Nothing is sent where no area has one, or where it is about a case that somebody may not meet.
    """
    asked = {"areas": people.rules.ancestors(area_code), "case_id": case_id}
    found = work.session.execute(ROBOT, asked).one_or_none()
    if found is not None:
        send_robot(
            work,
            channel=Channel(found.robot.value),
            url=found.robot_url,
            text=text,
            mention=mention,
        )
