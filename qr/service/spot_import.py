"""Whole tables of spots: all of it, or nothing and a list of what is wrong."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kernel import audit
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people import queries as people
from people.rules import Row
from people.service import ImportResult
from qr import rules
from qr.models import Code
from qr.rules.spot_table import Key, Known, SpotRow, read_spots
from qr.service.codes import Particulars, issue


def import_spots(
    work: Work,
    rows: Sequence[Row],
    *,
    categories: Mapping[str, str],
    by: Actor | None,
    dry_run: bool,
) -> ImportResult:
    """Order a code for each line of a table.

    Args:
        work: the unit of work.
        rows: as `people.rules.read_sheet` returns them.
        categories: what may be reported: code by name and by itself.
        by: who imports; None is whoever runs the machine itself.
        dry_run: only look for problems.
    """
    known = Known(
        areas=people.known_areas(work.session).open,
        may=lambda code: by is None or people.reaches(by, Permission.QR_ORDER, code),
        categories=categories,
        taken=_taken(work, {row.cells.get("area", "") for row in rows}),
    )
    good, problems = read_spots(rows, known)
    if problems or dry_run or not good:
        return ImportResult(len(good), tuple(problems))
    for spot in good:
        _order(work, spot, by)
    audit.note(
        work,
        by=by,
        action="qr.import",
        subject="qr_code",
        detail=f"{len(good)}",
        area=rules.common_area([spot.area_code for spot in good]),
    )
    return ImportResult(len(good), (), written=True)


def _order(work: Work, spot: SpotRow, by: Actor | None) -> None:
    issue(
        work,
        kind=spot.kind,
        area_code=spot.area_code,
        place_name=spot.name,
        by=by,
        more=Particulars(category=spot.category, position=spot.position),
    )


def _taken(work: Work, areas: set[str]) -> set[Key]:
    """Return what the codes that count in these areas are; cards are none of them."""
    rows = work.session.execute(
        select(Code.area_code, Code.kind, Code.place_name).where(
            Code.area_code.in_(areas), Code.state.not_in(rules.ENDED), Code.token.is_not(None)
        )
    )
    return {(area, kind, name) for area, kind, name in rows}
