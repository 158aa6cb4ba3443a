"""What people have earned already, as caps count it."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from points.models import Claim
from points.rules.caps import Award, Earner, span
from points.rules.claims import COUNTED
from points.rules.table import Period


def awards_around(session: Session, earners: Sequence[Earner]) -> list[Award]:
    """Return what counts against caps: of each person's year, and of each household's month.

    Unscoped: the caller was let in to their claims, asks about themselves, or is the program.
    One statement.
    """
    people, homes = {one.person for one in earners}, {one.household for one in earners}
    days = [one.day for one in earners]
    years, months = (
        (span(period, min(days))[0], span(period, max(days))[1])
        for period in (Period.YEAR, Period.MONTH)
    )
    rows = session.execute(
        select(
            Claim.id,
            Claim.person_id,
            Claim.household_id,
            Claim.rule_code,
            Claim.earned_on,
            Claim.granted,
        ).where(
            Claim.state.in_(COUNTED),
            ~Claim.returned,  # what was taken back uses up nothing
            or_(
                and_(Claim.person_id.in_(people), Claim.earned_on.between(*years)),
                and_(Claim.household_id.in_(homes), Claim.earned_on.between(*months)),
            ),
        )
    )
    return [Award(*row) for row in rows]
