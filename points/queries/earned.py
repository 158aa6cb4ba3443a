"""What somebody has earned already, as caps count it."""

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from points.models import Claim
from points.rules.caps import Earned, span
from points.rules.claims import COUNTED
from points.rules.table import Period, Rule, RuleTable


def earned_before(session: Session, claim: Claim, rule: Rule, table: RuleTable) -> Earned:
    """Return what counts against a claim's caps: what was granted for the days around its own.

    Unscoped: the caller was let in to the claim, or is the program.  One statement.
    """
    day = claim.earned_on
    mine, ours = Claim.person_id == claim.person_id, Claim.household_id == claim.household_id
    capped = Claim.rule_code.not_in(sorted(table.caps.exempt))

    def within(period: Period) -> ColumnElement[bool]:
        return Claim.earned_on.between(*span(period, day))

    def coins(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(capped, *conditions), Claim.granted), else_=0)), 0)

    def times(period: Period) -> ColumnElement[int]:
        same = and_(mine, Claim.rule_code == rule.code, within(period))
        return func.coalesce(func.sum(case((same, 1), else_=0)), 0)

    periods = [period for period, _most in rule.caps]
    row = session.execute(
        select(
            coins(mine, within(Period.DAY)),
            coins(mine, within(Period.MONTH)),
            coins(ours, within(Period.MONTH)),
            coins(mine, within(Period.YEAR)),
            *[times(period) for period in periods],
        ).where(
            Claim.id != claim.id,
            Claim.state.in_(COUNTED),
            within(Period.YEAR),
            or_(mine, ours),
        )
    ).one()
    person_day, person_month, household_month, person_year, *counts = map(int, row)
    return Earned(
        person_day=person_day,
        person_month=person_month,
        household_month=household_month,
        person_year=person_year,
        times=dict(zip(periods, counts, strict=True)),
    )
