"""Where a place lies."""

from sqlalchemy import select
from sqlalchemy.orm import Session

import people.rules
from grid.rules.shapes import contains
from people.models import Area
from people.rules import Level


def area_for(session: Session, lat: float, lng: float, near: str) -> str | None:
    """Return the grid in the town of *near* whose boundary contains the point, or None.

    Where *near* lies above the towns, all grids of the district are tried.
    """
    around = people.rules.at_level(near, Level.TOWN) or near
    drawn = session.execute(
        select(Area.code, Area.boundary)
        .where(
            Area.code >= around,
            Area.code < people.rules.after(around),
            Area.level == Level.GRID,
            Area.closed_at.is_(None),
            Area.boundary.is_not(None),
        )
        .order_by(Area.code)
    )
    return next((code for code, shape in drawn if contains(shape, lat=lat, lng=lng)), None)
