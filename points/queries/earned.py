"""What people have earned already, as caps count it."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from points.models import Claim
from points.queries.narrowing import terms_of
from points.queries.ruling import rules_of
from points.rules.caps import Award, Earner, Granted, earned_before, grant, span
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


def grants_of(session: Session, claims: Sequence[Claim]) -> Sequence[Granted]:
    """Return what the caps leave of each claim, one after another: what comes first counts.

    Unscoped: the caller was let in to them, or is the program.  Two statements for all of them.
    """
    if not claims:
        return []
    awards, found = awards_around(session, [one.earner for one in claims]), []
    for claim, rule in zip(claims, terms_of(session, claims), strict=True):
        caps, who = rules_of(session, claim.rule_version).caps, claim.earner
        earned = earned_before(awards, caps, who, claim=claim.id, rule=rule)
        granted = grant(rule, caps, earned)
        found.append(granted)
        if granted.coins:  # what comes after it in this go counts it too
            awards.append(
                Award(claim.id, who.person, who.household, rule.code, who.day, granted.coins)
            )
    return found
