"""The table of duty: who plans it writes lines, changes them, takes them out, copies a week.

Every change leaves an audit line that says all there was; whoever was really there is not kept.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from grid.errors import NoSuchLine, NotThatWay, NotYours
from grid.models import Duty
from grid.queries.duty import line_of, rows_between
from grid.queries.roster import fits
from grid.rules.roster import Kind, Line, moved, refuse_line, spoken_minutes
from kernel import audit
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Area
from people.queries import reaches
from people.rules import Level

ONE_DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
COPIED: Final = frozenset({Kind.DAY, Kind.NIGHT, Kind.DESK})
TOWN_DIGITS: Final = 9
PLANNED_AT: Final = frozenset({Level.TOWN, Level.VILLAGE, Level.GRID})


def add_duty(work: Work, line: Line, *, by: Actor | None) -> int:
    """Put a line into the table; return its number.  *by* None is whoever runs the machine.

    Raises:
        NotYours: *by* plans no duty there.
        NotThatWay: no such area, nobody who could cover it, past days, or an overlap.
    """
    _lock(work, line.area, by)
    refuse_line(line, (), now=work.now())
    _refuse_unfit(work, line)
    refuse_line(line, _others(work, line), now=work.now())
    return _add(work, line, by, "duty.add")


def change_duty(work: Work, line_id: int, line: Line, *, by: Actor) -> None:
    """Write a line anew.  One that began already keeps its beginning.

    Raises:
        NoSuchLine: there is none that *by* may change.
        NotThatWay: as ``add_duty`` does, or its area is another.
    """
    row = _locked(work, line_id, by)
    old = line_of(row)
    if line.area != old.area:
        raise NotThatWay("换地方请去掉这一班，再到那里添加。")
    begun = line.first_day == old.first_day
    refuse_line(line, (), now=work.now(), begun=begun)
    _refuse_unfit(work, line)
    refuse_line(line, _others(work, line, but=row.id), now=work.now(), begun=begun)
    row.person_id, row.kind, row.stands_for = line.person_id, line.kind, line.stands_for
    row.first_day, row.last_day = line.first_day, line.last_day
    row.opens, row.closes = line.opens, line.closes
    row.written_by, row.written_at = by.id, work.now()
    _note(work, by, "duty.change", line.area, f"{said(old)} → {said(line)}")


def remove_duty(work: Work, line_id: int, *, by: Actor) -> None:
    """Take a line out of the table.

    Nothing bad comes of an empty table: the weekly hours hold again, then leader, village, town.

    Raises:
        NoSuchLine: there is none that *by* may change.
    """
    row = _locked(work, line_id, by)
    _note(work, by, "duty.remove", row.area_code, said(line_of(row)))
    work.session.delete(row)


def copy_week(work: Work, area: str, monday: date, *, by: Actor) -> tuple[int, int]:
    """Copy day and night of the week before *monday*; return how many lines, and how many not.

    Left out is what is over, whoever is no longer there, and what stands there already: copied
    twice it is there once.  Holidays and stand-ins are not copied.

    Raises:
        NotYours: *by* plans no duty there.
        NotThatWay: there is no such area.
    """
    _lock(work, area, by)
    before = [
        line_of(row)
        for row in rows_between(work.session, [area], monday - WEEK, monday - ONE_DAY)
        if row.kind in COPIED
    ]
    copied = 0
    for old in before:
        line = _to_come(work, moved(old, first=monday - WEEK, last=monday - ONE_DAY, by=WEEK))
        if line is None or not fits(work.session, line.person_id, area, kind=line.kind):
            continue
        try:
            refuse_line(line, _others(work, line), now=work.now())
        except NotThatWay:
            continue
        _add(work, line, by, "duty.copy")
        work.session.flush()
        copied += 1
    return copied, len(before) - copied


def said(line: Line) -> str:
    """Return a line in the words of the log: numbers for people, as everywhere in it."""
    hours = f"{spoken_minutes(line.opens)}–{spoken_minutes(line.closes)}"
    absent = f" 替 person:{line.stands_for}" if line.stands_for is not None else ""
    return (
        f"{line.kind.label} person:{line.person_id}{absent} "
        f"{line.first_day}–{line.last_day} {hours}"
    )


def _lock(work: Work, area: str, by: Actor | None) -> None:
    """Let nobody else plan this area until the commit: overlaps are looked for and then written."""
    if by is not None and not reaches(by, Permission.DUTY_EDIT, area):
        raise NotYours("这个区域的班不归您排。")
    found = work.session.scalar(select(Area).where(Area.code == area).with_for_update())
    if found is None or found.closed_at is not None or found.level not in PLANNED_AT:
        raise NotThatWay("没有这个区域，或者这一级不排班。")


def _locked(work: Work, line_id: int, by: Actor) -> Duty:
    row = work.session.get(Duty, line_id, with_for_update=True, populate_existing=True)
    if row is None or not reaches(by, Permission.DUTY_EDIT, row.area_code):
        raise NoSuchLine("没有这一班，或者它不归您排。")
    _lock(work, row.area_code, by)
    return row


def _refuse_unfit(work: Work, line: Line) -> None:
    if line.kind is Kind.DESK and len(line.area) != TOWN_DIGITS:
        raise NotThatWay("夜间值班室只在镇街排。")
    if (line.kind is Kind.STAND_IN) != (line.stands_for is not None):
        raise NotThatWay("替班要写替谁；不是替班的，这一格请空着。")
    for person in (line.person_id, line.stands_for):
        if person is None:
            continue
        wears = fits(work.session, person, line.area, kind=line.kind)
        if not wears:
            raise NotThatWay("这个人在这里没有合适的身份，不能排他的班。")


def _to_come(work: Work, line: Line | None) -> Line | None:
    """Return what of *line* is not over yet."""
    while line is not None and line.on(line.first_day)[1] <= work.now():
        later = line.first_day + ONE_DAY
        line = replace(line, first_day=later) if later <= line.last_day else None
    return line


def _others(work: Work, line: Line, *, but: int | None = None) -> list[Line]:
    rows = rows_between(
        work.session, [line.area], line.first_day - ONE_DAY, line.last_day + ONE_DAY
    )
    return [line_of(row) for row in rows if row.id != but]


def _add(work: Work, line: Line, by: Actor | None, action: str) -> int:
    row = Duty(
        area_code=line.area,
        person_id=line.person_id,
        kind=line.kind,
        first_day=line.first_day,
        last_day=line.last_day,
        opens=line.opens,
        closes=line.closes,
        stands_for=line.stands_for,
        written_by=None if by is None else by.id,
        written_at=work.now(),
    )
    work.session.add(row)
    work.session.flush()
    _note(work, by, action, line.area, said(line))
    return row.id


def _note(work: Work, by: Actor | None, action: str, area: str, detail: str) -> None:
    audit.note(work, by=by, action=action, subject=f"area:{area}", detail=detail, area=area)
