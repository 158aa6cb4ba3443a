"""The town's desk at night: called to every urgent case, beside whoever has it.

It rings once a minute until the desk answers 我知道了 or 我去了, until whoever has the case says
我去了 or has called, or ten times; the ladder goes up meanwhile.  With neither a desk in the table
of duty nor a night phone nothing rings here, and the ladder comes to the town all the same.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select

import people.rules
from grid.models import Case, DeskAlarm
from grid.models.cases import BARRED_AS
from grid.queries.duty import roster_over
from grid.queries.facts import round_of
from grid.rules import State, Urgency, is_night
from grid.service.phones import phone_of, ring_phone
from kernel.grants import Role
from kernel.work import Work
from people.models import Account, Area, Membership, Person
from people.queries.bars import barred_from
from people.rules import Level

RING_EVERY: Final = timedelta(minutes=1)
MOST_RINGS: Final = 10
BATCH: Final = 200


def ring_desk(work: Work, case: Case) -> None:
    """Call the town's desk to an urgent case at night: once a round, then ``remind_desk``.

    Police cases are for the police alone.
    """
    urgent = case.urgency is Urgency.URGENT and not case.is_police
    if not urgent or not is_night(work.now()):
        return
    there = select(DeskAlarm.id).where(
        DeskAlarm.case_id == case.id, DeskAlarm.round == round_of(case)
    )
    town = people.rules.at_level(case.area_code, Level.TOWN) or case.area_code
    if work.session.scalar(there) is not None:
        return
    phones = desk_phones(work, case, town)
    work.session.add(
        DeskAlarm(
            area_code=town,
            case_id=case.id,
            round=round_of(case),
            began_at=work.now(),
            rung=1 if phones else 0,
            rings_at=work.now() + RING_EVERY if phones else None,
        )
    )
    for phone in phones:
        ring_phone(work, case, phone, "T16")


def remind_desk(work: Work) -> int:
    """Ring again where the desk has not answered yet; return how often it rang."""
    due = work.session.execute(
        select(DeskAlarm, Case)
        .join(Case, Case.id == DeskAlarm.case_id)
        .where(DeskAlarm.rings_at <= work.now())
        .order_by(DeskAlarm.id)
        .limit(BATCH)
        .with_for_update(of=DeskAlarm, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for alarm, case in due:
        if not _is_open(work, alarm, case):
            alarm.rings_at = None
            continue
        alarm.rung += 1
        alarm.rings_at = work.now() + RING_EVERY if alarm.rung < MOST_RINGS else None
        for phone in desk_phones(work, case, alarm.area_code):
            ring_phone(work, case, phone, "T16")
    return len(due)


def desk_phones(work: Work, case: Case, town: str) -> Sequence[str]:
    """Return where the desk of *town* is reached now: by the table of duty, else its phone.

    Whoever must not meet the case is not rung; a phone they may pick up does not ring either.
    """
    admins = _admins(work, town)
    barred = admins & barred_from(work.session, BARRED_AS, case.id)
    roster = roster_over(work.session, town, now=work.now(), fitting=admins - barred)
    found = work.session.scalars(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(Person.id.in_(sorted({*roster.desk} - barred)), Account.closed_at.is_(None))
        .order_by(Person.id)
    )
    phones = [phone for person in found if (phone := phone_of(person))]
    area = work.session.get(Area, town)
    if phones or barred:
        return phones
    return [area.night_phone] if area is not None and area.night_phone else []


def _admins(work: Work, town: str) -> frozenset[int]:
    """Return who may sit at the desk of *town*."""
    return frozenset(
        work.session.scalars(
            select(Membership.person_id)
            .join(Account, Account.person_id == Membership.person_id)
            .where(
                Membership.area_code == town,
                Membership.role == Role.TOWN_ADMIN,
                Account.closed_at.is_(None),
            )
        )
    )


def _is_open(work: Work, alarm: DeskAlarm, case: Case) -> bool:
    """Whether nobody has said yet that they go; in the morning the desk is left alone."""
    waits = case.state not in {State.TO_VERIFY, State.OBJECTED} and not case.state.is_over
    return (
        waits
        and case.responded_at is None
        and case.urgency is Urgency.URGENT
        and alarm.round == round_of(case)
        and is_night(work.now())
    )
