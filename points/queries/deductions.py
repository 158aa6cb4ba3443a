"""What is taken and appealed, for staff, for the household, and for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.grants import Role
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import paths_of, within
from people.rules import HouseholdKind, Level, mask_name
from points.errors import NoSuchDeduction
from points.models import Appeal, Claim, Deduction
from points.queries.ruling import rules_of
from points.rules.deductions import OPEN, SAYABLE, TAKEN, UNDECIDED, AppealState
from points.rules.table import NegativeRule, Rule

MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductionLine:
    """A deduction, whom it is against, and the appeal, if there is one."""

    one: Deduction
    rule: NegativeRule
    who: str
    home: str
    place: str
    appeal: Appeal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealLine:
    """An appeal, against what, and whose it is."""

    appeal: Appeal
    rule: NegativeRule | Rule
    who: str
    place: str
    deduction: Deduction | None
    claim: Claim | None
    judge: str = ""  # who decided it


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was taken wrongly and given back, as everybody may read it."""

    at: datetime
    who: str
    place: str
    rule: NegativeRule
    coins: int


def deductions_listed(session: Session, *, by: Actor) -> Sequence[DeductionLine]:
    """Return deductions that *by* may read: what is open on top, then the newest."""
    rows = session.execute(
        select(Deduction, Person.name, Household, Appeal)
        .join(Person, Person.id == Deduction.person_id)
        .join(Household, Household.id == Deduction.household_id)
        .outerjoin(Appeal, Appeal.deduction_id == Deduction.id)
        .where(within(Deduction, by, Permission.CLAIM_READ))
        .order_by(case((Deduction.state.in_(OPEN), 0), else_=1), Deduction.id.desc())
        .limit(MOST)
    ).all()
    return _for(by, _lines(session, rows))


def deduction_detail(session: Session, deduction_id: int, *, by: Actor) -> DeductionLine:
    """Return one.

    Raises:
        NoSuchDeduction: there is none that *by* may read.
    """
    row = session.execute(
        select(Deduction, Person.name, Household, Appeal)
        .join(Person, Person.id == Deduction.person_id)
        .join(Household, Household.id == Deduction.household_id)
        .outerjoin(Appeal, Appeal.deduction_id == Deduction.id)
        .where(Deduction.id == deduction_id, within(Deduction, by, Permission.CLAIM_READ))
    ).first()
    if row is None:
        raise NoSuchDeduction("没有这件事，或者它不归您看。")
    return _for(by, _lines(session, [row]))[0]


def own_deductions(session: Session, person_id: int) -> Sequence[DeductionLine]:
    """Return what is against one's own household; in a dormitory only against oneself."""
    rows = session.execute(
        select(Deduction, Person.name, Household, Appeal)
        .join(Person, Person.id == Deduction.person_id)
        .join(Household, Household.id == Deduction.household_id)
        .outerjoin(Appeal, Appeal.deduction_id == Deduction.id)
        .where(_is_own(person_id))
        .order_by(Deduction.id.desc())
        .limit(MOST)
    ).all()
    return _lines(session, rows)


def has_notice(session: Session, person_id: int, *, since: datetime) -> bool:
    """Whether something is against one's household that one can still answer or appeal.

    *since*: what was taken before then can be appealed no more.  Asked about oneself only.
    """
    appealable = and_(
        Deduction.state.in_(TAKEN),
        Deduction.decided_at >= since,
        ~exists().where(Appeal.deduction_id == Deduction.id),
    )
    found = select(Deduction.id).where(
        _is_own(person_id), or_(Deduction.state.in_(SAYABLE), appealable)
    )
    return session.scalar(found.limit(1)) is not None


def own_refusals(session: Session, person_id: int) -> Sequence[AppealLine]:
    """Return one's own appeals against a no to a claim; asked about oneself only."""
    rows = session.execute(
        select(Appeal, Claim, Person.name)
        .join(Claim, Claim.id == Appeal.claim_id)
        .join(Person, Person.id == Appeal.person_id)
        .where(Appeal.person_id == person_id)
        .order_by(Appeal.id.desc())
    ).all()
    return [
        AppealLine(
            appeal=appeal,
            rule=claim.terms(rules_of(session, claim.rule_version)),
            who=who,
            place="",
            deduction=None,
            claim=claim,
        )
        for appeal, claim, who in rows
    ]


def appeals_listed(session: Session, *, by: Actor) -> Sequence[AppealLine]:
    """Return appeals that *by* may decide or see decided: what waits on top, by its day."""
    judge = aliased(Person)
    rows = session.execute(
        select(Appeal, Deduction, Claim, Person.name, judge.public_name)
        .join(Person, Person.id == Appeal.person_id)
        .outerjoin(judge, judge.id == Appeal.decided_by)
        .outerjoin(Deduction, Deduction.id == Appeal.deduction_id)
        .outerjoin(Claim, Claim.id == Appeal.claim_id)
        .where(within(Appeal, by, Permission.CLAIM_APPEAL_DECIDE))
        .order_by(case((Appeal.state.in_(UNDECIDED), 0), else_=1), Appeal.due_by, Appeal.id)
        .limit(MOST)
    ).all()
    places = paths_of(session, [row[0].area_code for row in rows], top=Level.TOWN)
    return [
        AppealLine(
            appeal=appeal,
            rule=(
                deduction.terms(rules_of(session, deduction.rule_version))
                if deduction is not None
                else claim.terms(rules_of(session, claim.rule_version))
            ),
            who=who,
            place=places.get(appeal.area_code, ""),
            deduction=deduction,
            claim=claim,
            judge=judged_by or "",
        )
        for appeal, deduction, claim, who, judged_by in rows
    ]


def corrections(session: Session) -> Sequence[Correction]:
    """Return what was taken wrongly and given back; open, so masked, without house or words."""
    rows = session.execute(
        select(Appeal, Deduction, Person.name)
        .join(Deduction, Deduction.id == Appeal.deduction_id)
        .join(Person, Person.id == Deduction.person_id)
        .where(Appeal.state == AppealState.UPHELD)
        .order_by(func.coalesce(Appeal.confirmed_at, Appeal.decided_at).desc())
        .limit(MOST)
    ).all()
    places = paths_of(session, [row[0].area_code[:12] for row in rows], top=Level.TOWN)
    return [
        Correction(
            at=appeal.confirmed_at or appeal.decided_at or appeal.made_at,
            who=mask_name(who),
            place=places.get(appeal.area_code[:12], ""),
            rule=one.terms(rules_of(session, one.rule_version)),
            coins=appeal.restored,
        )
        for appeal, one, who in rows
    ]


def _is_own(person_id: int) -> ColumnElement[bool]:
    """Return the condition that it is against one's household; in a dormitory against oneself."""
    family = (
        select(Person.household_id)
        .join(Household, Household.id == Person.household_id)
        .where(Person.id == person_id, Household.kind == HouseholdKind.FAMILY)
        .scalar_subquery()
    )
    return or_(Deduction.person_id == person_id, Deduction.household_id == family)


def _for(by: Actor, lines: list[DeductionLine]) -> list[DeductionLine]:
    """Return lines as staff may read them: an auditor no whole name, nor where somebody lives."""
    if not by.wears(Role.AUDITOR):
        return lines
    return [replace(one, who=mask_name(one.who), home="") for one in lines]


def _lines(
    session: Session, rows: Sequence[Row[Deduction, str, Household, Appeal]]
) -> list[DeductionLine]:
    places = paths_of(session, [row[0].area_code for row in rows], top=Level.TOWN)
    return [
        DeductionLine(
            one=one,
            rule=one.terms(rules_of(session, one.rule_version)),
            who=who,
            home=f"{home.number} {home.address}",
            place=places.get(one.area_code, ""),
            appeal=appeal,
        )
        for one, who, home, appeal in rows
    ]
