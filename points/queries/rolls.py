"""Lists of who took part, for whoever judges them: what waits, and one with all that helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import paths_of, within
from people.rules import Level
from points.errors import NoSuchActivity
from points.models import Activity, Claim, ListLine
from points.queries.claims import to_review
from points.queries.ruling import rules_of
from points.rules.caps import span
from points.rules.claims import COUNTED
from points.rules.table import Period, Rule, RuleTable
from qr.models import SignIn
from qr.rules import How


@dataclass(frozen=True, slots=True, kw_only=True)
class RollLine:
    """A list that waits: whose, how many lines, how many coins at most."""

    activity: Activity
    rule: Rule
    place: str
    lines: int
    coins: int
    due_by: date | None
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One line of a list, and what helps to judge it."""

    line: ListLine
    claim: Claim
    who: str
    home: str
    how: How | None
    came: datetime | None
    left: datetime | None
    month: int  # coins they were granted in its month so far
    again: int  # other claims of theirs for the same rule and day
    mine: bool  # waits for this reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """A list as one reviewer reads it."""

    activity: Activity
    rule: Rule
    table: RuleTable
    place: str
    confirmed_by: str
    lines: tuple[Judged, ...]
    left_off: int  # on the list without a claim

    @property
    def turns(self) -> str:
        """What the page has seen of what waits for its reader."""
        return " ".join(f"{one.claim.id}.{one.claim.turn}" for one in self.lines if one.mine)


def rolls_waiting(session: Session, *, by: Actor, today: date) -> Sequence[RollLine]:
    """Return the lists of which something waits for *by*, what is due first on top."""
    lines, coins, due = func.count(Claim.id), func.sum(Claim.coins), func.min(Claim.due_by)
    counted = (
        select(ListLine.activity_id, lines, coins, due)
        .join(Claim, Claim.id == ListLine.claim_id)
        .where(within(Claim, by, Permission.CLAIM_READ), to_review(by))
        .group_by(ListLine.activity_id)
        .order_by(due, ListLine.activity_id)
        .limit(50)
    )
    rows = session.execute(counted).all()
    found = {
        one.id: one
        for one in session.scalars(select(Activity).where(Activity.id.in_([r[0] for r in rows])))
    }
    places = paths_of(session, [one.area_code for one in found.values()], top=Level.TOWN)
    return [
        RollLine(
            activity=(one := found[number]),
            rule=rules_of(session, one.rule_version).by_code[one.rule_code],
            place=places.get(one.area_code, ""),
            lines=lines,
            coins=int(coins),
            due_by=due,
            late=due is not None and due < today,
        )
        for number, lines, coins, due in rows
    ]


def roll_detail(session: Session, activity_id: int, *, by: Actor) -> Roll:
    """Return those lines of a list whose claims *by* may read.

    Raises:
        NoSuchActivity: there are none.
    """
    same_person = and_(SignIn.code_id == Activity.code_id, SignIn.person_id == ListLine.person_id)
    rows = session.execute(
        select(
            Activity,
            ListLine,
            Claim,
            Person.name,
            Household.number,
            Household.address,
            SignIn,
            to_review(by).label("mine"),
        )
        .join(ListLine, ListLine.activity_id == Activity.id)
        .join(Claim, Claim.id == ListLine.claim_id)
        .join(Person, Person.id == Claim.person_id)
        .join(Household, Household.id == Claim.household_id)
        .outerjoin(SignIn, same_person)
        .where(Activity.id == activity_id, within(Claim, by, Permission.CLAIM_READ))
        .order_by(Claim.id)
    ).all()
    if not rows:
        raise NoSuchActivity("没有这份名单，或者它不归您看。")
    activity: Activity = rows[0][0]
    table = rules_of(session, activity.rule_version)
    months, again = _beside(session, activity_id, [row[2] for row in rows])
    left_off = select(func.count()).where(
        ListLine.activity_id == activity_id, ListLine.claim_id.is_(None)
    )
    return Roll(
        activity=activity,
        rule=table.by_code[activity.rule_code],
        table=table,
        place=paths_of(session, [activity.area_code], top=Level.TOWN).get(activity.area_code, ""),
        confirmed_by=session.scalar(
            select(Person.public_name).where(Person.id == activity.confirmed_by)
        )
        or "",
        lines=tuple(
            Judged(
                line=line,
                claim=claim,
                who=who,
                home=f"{number} {address}",
                how=None if sign_in is None else sign_in.how,
                came=None if sign_in is None else sign_in.signed_at,
                left=None if sign_in is None else sign_in.left_at,
                month=months.get(claim.person_id, 0),
                again=again.get(claim.person_id, 0),
                mine=bool(mine),
            )
            for _one, line, claim, who, number, address, sign_in, mine in rows
        ),
        left_off=session.scalar(left_off) or 0,
    )


def _beside(
    session: Session, activity_id: int, claims: Sequence[Claim]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return by person the coins of the month, and other claims for the same deed and day."""
    first = claims[0]
    people = {one.person_id for one in claims}
    months = session.execute(
        select(Claim.person_id, func.sum(Claim.granted))
        .where(
            Claim.person_id.in_(people),
            Claim.state.in_(COUNTED),
            ~Claim.returned,
            Claim.earned_on.between(*span(Period.MONTH, first.earned_on)),
        )
        .group_by(Claim.person_id)
    )
    ours = select(ListLine.claim_id).where(
        ListLine.activity_id == activity_id, ListLine.claim_id.is_not(None)
    )
    again = session.execute(
        select(Claim.person_id, func.count(Claim.id))
        .where(
            Claim.person_id.in_(people),
            Claim.rule_code == first.rule_code,
            Claim.earned_on == first.earned_on,
            Claim.id.not_in(ours),
        )
        .group_by(Claim.person_id)
    )
    return {one: int(coins) for one, coins in months}, dict(again.all())
