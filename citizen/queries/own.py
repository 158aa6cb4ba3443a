"""What is kept about somebody: their reports, and the messages they got."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizen.models import Report, Told
from citizen.queries.lists import WORKED
from grid.models import Case
from grid.rules import State
from kernel.outbound import Message
from people.models import Person

MOST_OWN: Final = 500
MOST_MESSAGES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """A report of somebody who asks what is kept about them, and the messages they got."""

    report: Report
    state: State | None  # None: not in the grid's queue yet
    has_contact: bool
    told_at: tuple[datetime, ...]
    by_phone: bool  # only the number is the same: its words open with a code

    @property
    def is_open(self) -> bool:
        """Whether somebody is still at it."""
        return self.state is None or not self.state.is_over


def own_reports(session: Session, person_id: int) -> Sequence[OwnReport]:
    """Return what somebody reported, the newest 500: three statements.

    What was said without signing in, but with the number they sign in with, is among it.
    """
    index = session.scalar(select(Person.phone_index).where(Person.id == person_id))
    theirs = Report.said_by == person_id
    if index is not None:
        theirs |= Report.phone_index == index
    rows = session.execute(
        select(Report, WORKED.state, Case.phone_index)
        .outerjoin(Case, Case.id == Report.case_id)
        .outerjoin(WORKED, WORKED.id == func.coalesce(Case.main_id, Case.id))
        .where(theirs)
        .order_by(Report.id.desc())
        .limit(MOST_OWN)
    ).all()
    told = session.execute(
        select(Told.report_id, Told.told_at)
        .where(Told.report_id.in_([report.id for report, _, _ in rows]))
        .order_by(Told.told_at)
    ).all()
    return [
        OwnReport(
            report=report,
            state=state,
            has_contact=report.phone_index is not None or known is not None,
            told_at=tuple(at for report_id, at in told if report_id == report.id),
            by_phone=report.said_by != person_id,
        )
        for report, state, known in rows
    ]


def own_messages(session: Session, person_id: int) -> Sequence[Message]:
    """Return the newest 100 messages about somebody's reports that went to the number they have.

    What went to another number about the same thing was for somebody else.  Codes for signing in
    are about nothing, and worth nothing five minutes later: they are not among them.
    """
    phone = session.scalar(select(Person.phone).where(Person.id == person_id))
    about = [one.report.owner for one in own_reports(session, person_id)]
    found = session.scalars(
        select(Message)
        .where(Message.about.in_(about))
        .order_by(Message.id.desc())
        .limit(MOST_MESSAGES)
    )
    return [one for one in found if one.recipient == phone]
