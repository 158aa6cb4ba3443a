"""What people have earned already, as caps count it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from points.models import Claim
from points.rules.caps import Award, Earned, earned_of, span
from points.rules.claims import COUNTED
from points.rules.table import Period, Rule, RuleTable


def awards_around(session: Session, earners: Sequence[tuple[int, int, date]]) -> list[Award]:
    """Return what counts against caps: of each person's year, and of each household's month.

    *earners* are person, household and day.  Unscoped: the caller was let in to their claims,
    asks about themselves, or is the program.  One statement.
    """
    people, homes = {one[0] for one in earners}, {one[1] for one in earners}
    days = [one[2] for one in earners]
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
            or_(
                and_(Claim.person_id.in_(people), Claim.earned_on.between(*years)),
                and_(Claim.household_id.in_(homes), Claim.earned_on.between(*months)),
            ),
        )
    )
    return [Award(*row) for row in rows]


def earner(claim: Claim) -> tuple[int, int, date]:
    """Return whose caps a claim counts against, and on which day."""
    return claim.person_id, claim.household_id, claim.earned_on


def earned_before(awards: Iterable[Award], claim: Claim, rule: Rule, table: RuleTable) -> Earned:
    """Return what counts against a claim's caps; *awards* may hold more, and itself."""
    earned, times = earned_of(
        (one for one in awards if one.claim != claim.id),
        table.caps,
        person=claim.person_id,
        household=claim.household_id,
        day=claim.earned_on,
    )
    counts = {period: times.get((rule.code, period), 0) for period, _most in rule.caps}
    return replace(earned, times=counts)
