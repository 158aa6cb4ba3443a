"""Which cases have been over for how long."""

from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased

from grid.models import Case
from grid.rules import ENDS, State


def over_before(moment: datetime) -> Select[int]:
    """Return the statement for the ids of the cases that were over before *moment*.

    Unscoped: it is the program's own, to forget what it has kept long enough.  What was merged is
    over when the main case is; of what was withdrawn the last that happened counts.
    """
    own, worked_on = aliased(Case), aliased(Case)
    over_at = case(
        (worked_on.state == State.CLOSED, worked_on.closed_at),
        (worked_on.state == State.REJECTED, worked_on.rejected_at),
        else_=worked_on.touched_at,
    )
    return (
        select(own.id)
        .join(worked_on, worked_on.id == func.coalesce(own.main_id, own.id))
        .where(worked_on.state.in_(sorted(ENDS)), over_at <= moment)
    )
