"""Lists of reports with how far each is: a phone's own, a helper's, a caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from citizen import rules
from citizen.models import Rating, Report, TakenDown
from grid.models import Case
from grid.models.cases import BARRED_AS
from grid.rules import CATALOGUE, Privacy, State
from grid.rules import Level as OwnerLevel
from kernel.access import Actor
from kernel.permissions import Permission
from people.queries import within
from people.queries.bars import open_to

MOST_LISTED: Final = 20

# The case that is worked on: the main one, where several reported the same.
WORKED: Final = aliased(Case, name="worked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A report in a list for a helper: where and how far, nothing that was said."""

    number: str
    place: str
    said_at: datetime
    headline: str  # to its reporter
    staff_headline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """A report in the list of the phone it was made or opened on."""

    line: Line
    words: str
    tile: str | None


def taken_by(session: Session, *, by: Actor) -> tuple[Line, ...]:
    """Return what *by* wrote down last, and nothing of anybody else's; one statement.

    What turned out to be against them is not among it.
    """
    rows = session.execute(
        _with_state()
        .join(TakenDown, TakenDown.report_id == Report.id)
        .where(
            TakenDown.by == by.id,
            or_(Case.id.is_(None), open_to(BARRED_AS, Case.id, by.id)),
        )
        .order_by(TakenDown.taken_at.desc(), Report.id.desc())
        .limit(MOST_LISTED)
    )
    return tuple(_line(*row) for row in rows)


def of_phone(session: Session, numbers: Sequence[str]) -> tuple[OwnLine, ...]:
    """Return the reports that a phone remembers, in its order; one statement."""
    rows = session.execute(_with_state().where(Report.number.in_(numbers)))
    found = {
        row[0].number: OwnLine(line=_line(*row), words=row[0].words, tile=row[0].tile)
        for row in rows
    }
    return tuple(found[number] for number in numbers if number in found)


def last_channel(session: Session, *, by: Actor) -> rules.Channel | None:
    """Return how the last caller of *by* came."""
    return session.scalar(
        select(TakenDown.channel)
        .where(TakenDown.by == by.id)
        .order_by(TakenDown.taken_at.desc())
        .limit(1)
    )


def of_caller(session: Session, phone_index: str, *, by: Actor) -> tuple[Line, ...]:
    """Return what was reported from a number where *by* takes down reports; one statement.

    Beside it what *by* took down for elsewhere: who rang then rings the same desk again.  What is
    for the police stays theirs.
    """
    mine = exists().where(TakenDown.report_id == Report.id, TakenDown.by == by.id)
    rows = session.execute(
        _with_state()
        .where(
            Report.phone_index == phone_index,
            or_(within(Report, by, Permission.CASE_REPORT_FOR), mine),
            or_(Case.id.is_(None), Case.open_to(by)),
        )
        .order_by(Report.id.desc())
        .limit(MOST_LISTED)
    )
    return tuple(
        _line(report, state, level, rated)
        for report, state, level, rated in rows
        if state or CATALOGUE.privacy_of(report.category, report.tile) is not Privacy.POLICE
    )


def _with_state() -> Select[Report, State | None, OwnerLevel | None, bool]:
    """Return the statement for reports with how far they are, and whether that was rated."""
    rated = exists().where(Rating.report_id == Report.id, Rating.closed_at == WORKED.closed_at)
    return (
        select(Report, WORKED.state, WORKED.owner_level, rated)
        .outerjoin(Case, Case.id == Report.case_id)
        .outerjoin(WORKED, WORKED.id == func.coalesce(Case.main_id, Case.id))
    )


def _line(report: Report, state: State | None, level: OwnerLevel | None, is_rated: object) -> Line:
    return Line(
        number=report.number,
        place=report.place_name if report.here else report.where,
        said_at=report.said_at,
        headline=rules.headline(state, level, is_rated=bool(is_rated)),
        staff_headline=rules.staff_headline(state, is_rated=bool(is_rated)),
    )
