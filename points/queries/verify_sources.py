"""Claims and decisions: do they say of their coins what the books say?"""

from collections.abc import Iterator

from sqlalchemy import Subquery, Text, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from points.models import Adjustment, Appeal, Claim, Deduction, LedgerAccount, Posting, Transfer
from points.queries.ages import all_carried
from points.queries.faults import Fault, stream
from points.rules import AccountKind, PostingKind
from points.rules.adjustments import adjustment_evidence
from points.rules.deductions import AppealState

AWARDS = (PostingKind.AWARD_REVIEWED, PostingKind.AWARD_SYSTEM)


def sources(session: Session) -> Iterator[Fault]:
    """Yield each claim and decision that does not agree with its postings, and the other way."""
    yield from _paid(session)
    yield from _unclaimed(session)
    yield from _taken(session)
    yield from _undecided(session)
    yield from _followed(session)
    yield from _unproposed(session)
    yield from _aged(session)


def _paid(session: Session) -> Iterator[Fault]:
    line = and_(Transfer.posting_id == Posting.id, Transfer.line == 1)
    agrees = and_(
        Posting.kind.in_(AWARDS),
        Posting.source_type == "claim",
        Posting.source_id == cast(Claim.id, Text),
        Posting.rule_code == Claim.rule_code,
        Posting.rule_version == Claim.rule_version,
        Transfer.amount == Claim.granted,
        Transfer.person_id == Claim.person_id,
    )
    found = (
        select(Claim.id)
        .outerjoin(Posting, Posting.id == Claim.posting_id)
        .outerjoin(Transfer, line)
        .where(Claim.posting_id.is_not(None), case((agrees, 0), else_=1) == 1)
        .order_by(Claim.id)
    )
    for row in stream(session, found):
        yield Fault(f"claim {row.id}", "it is not what its posting paid")


def _unclaimed(session: Session) -> Iterator[Fault]:
    found = (
        select(Posting.id)
        .outerjoin(Claim, Claim.posting_id == Posting.id)
        .where(Posting.kind.in_(AWARDS), Posting.source_type == "claim", Claim.id.is_(None))
        .order_by(Posting.id)
    )
    for row in stream(session, found):
        yield Fault(f"posting {row.id}", "no claim says that it was paid by it")


def _parts() -> Subquery:
    """Return (source_id, parts, taken, back): what each decision's postings took and gave back."""
    undone = aliased(Posting)
    return (
        select(
            Posting.source_id,
            func.count().label("parts"),
            func.sum(Transfer.amount).label("taken"),
            func.sum(case((undone.id.is_not(None), Transfer.amount), else_=0)).label("back"),
            func.min(undone.actor_id).label("judge"),
            func.max(undone.actor_id).label("judge_too"),
            func.min(undone.second_actor_id).label("second"),
            func.max(undone.second_actor_id).label("second_too"),
            func.count(undone.second_actor_id).label("seconds"),
            func.count(undone.id).label("undone"),
        )
        .join(Transfer, Transfer.posting_id == Posting.id)  # each part has one line
        .outerjoin(undone, undone.reverses_id == Posting.id)
        .where(Posting.kind == PostingKind.DEDUCT, Posting.source_type == "deduction")
        .group_by(Posting.source_id)
        .subquery("parts")
    )


def _taken(session: Session) -> Iterator[Fault]:
    parts = _parts()
    taken, back = func.coalesce(parts.c.taken, 0), func.coalesce(parts.c.back, 0)
    # What was judged before a second signature was asked for was signed by its judge alone.
    signed = case(
        (Appeal.confirmed_by.is_(None), parts.c.seconds == 0),
        else_=and_(
            parts.c.seconds == parts.c.undone,
            parts.c.second == Appeal.confirmed_by,
            parts.c.second_too == Appeal.confirmed_by,
        ),
    )
    by_judge = and_(parts.c.judge == Appeal.decided_by, parts.c.judge_too == Appeal.decided_by)
    restored = and_(
        Appeal.state == AppealState.UPHELD,
        or_(Appeal.restored != back, and_(parts.c.undone > 0, ~and_(by_judge, signed))),
    )
    found = (
        select(Deduction.id)
        .outerjoin(parts, parts.c.source_id == cast(Deduction.id, Text))
        .outerjoin(Appeal, Appeal.deduction_id == Deduction.id)
        .where(
            or_(
                Deduction.taken != taken - back,
                Deduction.parts != func.coalesce(parts.c.parts, 0),
                restored,
            )
        )
        .order_by(Deduction.id)
    )
    for row in stream(session, found):
        yield Fault(f"deduction {row.id}", "it is not what its postings took and gave back")


def _undecided(session: Session) -> Iterator[Fault]:
    found = (
        select(Posting.id)
        .outerjoin(Deduction, cast(Deduction.id, Text) == Posting.source_id)
        .where(
            Posting.kind == PostingKind.DEDUCT,
            or_(
                Posting.source_type.is_(None),
                Posting.source_type != "deduction",
                Deduction.id.is_(None),
            ),
        )
        .order_by(Posting.id)
    )
    for row in stream(session, found):
        yield Fault(f"posting {row.id}", "no decision says that it took this")


def _followed(session: Session) -> Iterator[Fault]:
    """Yield proposals that are not what was posted for them: amount, sides, signatures, words."""
    giver, taker = aliased(LedgerAccount), aliased(LedgerAccount)
    to_home = and_(
        taker.kind == AccountKind.HOUSEHOLD,
        taker.owner_ref == cast(Adjustment.to_household_id, Text),
    )
    to_village = and_(
        taker.kind == AccountKind.VILLAGE_BUDGET, taker.owner_ref == Adjustment.village
    )
    agrees = and_(
        Posting.kind == PostingKind.ADJUST,
        Posting.source_type == "adjustment",
        Posting.source_id == cast(Adjustment.id, Text),
        Posting.actor_id == Adjustment.proposed_by,
        Posting.second_actor_id == Adjustment.decided_by,
        Transfer.amount == Adjustment.coins,
        giver.kind == AccountKind.HOUSEHOLD,
        giver.owner_ref == cast(Adjustment.from_household_id, Text),
        or_(to_home, to_village),
    )
    found = (
        select(
            Adjustment.id,
            Posting.evidence,
            case((agrees, 1), else_=0).label("agrees"),
            *Adjustment.said(),
        )
        .outerjoin(Posting, Posting.id == Adjustment.posting_id)
        .outerjoin(Transfer, and_(Transfer.posting_id == Posting.id, Transfer.line == 1))
        .outerjoin(giver, giver.id == Transfer.debit_id)
        .outerjoin(taker, taker.id == Transfer.credit_id)
        .where(Adjustment.posting_id.is_not(None))
        .order_by(Adjustment.id)
    )
    for row in stream(session, found):
        told = not row.reason or adjustment_evidence(*row[3:]) == row.evidence
        if not row.agrees or not told:
            yield Fault(f"adjustment {row.id}", "it is not what its posting moved")


def _unproposed(session: Session) -> Iterator[Fault]:
    home = aliased(LedgerAccount)
    found = (
        select(Posting.id)
        .join(Transfer, and_(Transfer.posting_id == Posting.id, Transfer.line == 1))
        .join(home, home.id == Transfer.debit_id)
        .outerjoin(Adjustment, Adjustment.posting_id == Posting.id)
        .where(
            Posting.kind == PostingKind.ADJUST,
            home.kind == AccountKind.HOUSEHOLD,
            Adjustment.id.is_(None),
        )
        .order_by(Posting.id)
    )
    for row in stream(session, found):
        yield Fault(f"posting {row.id}", "nobody has proposed that it moves this")


def _aged(session: Session) -> Iterator[Fault]:
    """Yield moves that carry other dates than the books say; before some carried any, none did."""
    began = False
    for one in all_carried(session):
        began = began or one.said is not None
        if began and one.said != one.found:
            yield Fault(
                f"adjustment {one.adjustment_id}", "its coins end on other days than before"
            )
