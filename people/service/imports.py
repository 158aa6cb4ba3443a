"""Whole tables of areas and staff: all of it, or nothing and a list of what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kernel import audit
from kernel.access import Actor
from kernel.db import keyring
from kernel.permissions import Permission
from kernel.work import Work
from people import queries, rules
from people.errors import BadField
from people.models import Account, Area, Person
from people.service.areas import write_area
from people.service.staff import Issued, add_staff, may_take_known_phones, why_not_give


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or would do: with any problem, nothing was written."""

    rows_ok: int
    problems: tuple[rules.Problem, ...]
    issued: tuple[Issued, ...] = ()  # one-time passwords, shown once and kept nowhere
    written: bool = False


def import_areas(
    work: Work, rows: Sequence[rules.Row], *, by: Actor | None, dry_run: bool
) -> ImportResult:
    """Add the areas of a table, and change those that are there already.

    Args:
        work: the unit of work.
        rows: as `rules.read_sheet` returns them; a parent may follow its children.
        by: who imports; None is whoever runs the machine itself.
        dry_run: only look for problems.
    """

    def may(code: str) -> bool:
        return by is None or queries.reaches(by, Permission.SYSTEM_AREA_EDIT, code)

    locked = {} if dry_run else _locked(work, rows)
    good, problems = rules.check_areas(rows, queries.known_areas(work.session), may)
    if problems or dry_run or not good:
        return ImportResult(len(good), tuple(problems))
    new = 0
    for row in sorted(good, key=lambda row: (len(row.code), row.code)):
        area = locked.get(row.code)
        if area is None:
            area = Area(code=row.code, name=row.name, level=rules.level_of(row.code))
            work.session.add(area)
            new += 1
        write_area(area, row)
    work.session.flush()
    detail = f"{new} 个新增，{len(good) - new} 个更新"
    top = min((row.code for row in good), key=len)
    audit.note(work, by=by, action="area.import", subject=f"area:{top}", detail=detail, area=top)
    return ImportResult(len(good), (), written=True)


def import_staff(
    work: Work, rows: Sequence[rules.Row], *, by: Actor | None, dry_run: bool
) -> ImportResult:
    """Open an account for each line of a table.

    Args:
        work: the unit of work.
        rows: as `rules.read_sheet` returns them; at most 200, because each needs a slow hash.
        by: who imports; None is whoever runs the machine itself.
        dry_run: only look for problems.
    """
    good, problems = rules.check_staff(
        rows,
        logins=work.session.scalars(select(Account.login)).all(),
        phones=_known_phones(work, rows, with_residents=not may_take_known_phones(by)),
        may=lambda hat: why_not_give(work, hat, by),
    )
    if problems or dry_run:
        return ImportResult(len(good), tuple(problems))
    issued = tuple(add_staff(work, row, by=by) for row in good)
    return ImportResult(len(good), (), issued, written=bool(issued))


def _locked(work: Work, rows: Sequence[rules.Row]) -> dict[str, Area]:
    """Lock the areas a table is about, and what contains them, as whoever adds one does."""
    codes = {code for row in rows if rules.is_code(code := row.cells.get("code", ""))}
    codes |= {parent for code in codes if (parent := rules.parent_of(code))}
    statement = select(Area).where(Area.code.in_(sorted(codes))).order_by(Area.code)
    work.session.execute(statement.with_for_update())
    # Read again: what somebody added while this waited is not among the rows it waited for.
    found = work.session.scalars(statement.execution_options(populate_existing=True))
    return {area.code: area for area in found}


def _known_phones(work: Work, rows: Sequence[rules.Row], *, with_residents: bool) -> set[str]:
    """Return which of the private numbers of a table belong to somebody already."""
    numbers: dict[str, str] = {}
    for row in rows:
        try:
            number = rules.checked_phone(row.cells.get("phone", ""))
        except BadField:
            continue
        numbers[keyring().index(number)] = number
    known = select(Person.phone_index).where(Person.phone_index.in_(sorted(numbers)))
    if not with_residents:
        known = known.join(Account, Account.person_id == Person.id)
    return {numbers[index] for index in work.session.scalars(known) if index is not None}
