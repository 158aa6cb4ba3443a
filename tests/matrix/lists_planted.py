"""Coins' other things that are planted: an activity, a list, a deduction, an appeal, a sample."""

from datetime import timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from kernel.work import transaction
from points.models import (
    Activity,
    Adjustment,
    Appeal,
    Claim,
    Deduction,
    ListLine,
    Opening,
    OpeningRow,
    Sample,
    Undo,
)
from points.rules.activities import ListKind, ListState
from points.rules.adjustments import AdjustmentState, AdjustmentWhy
from points.rules.deductions import AppealState, DeductionState
from points.rules.openings import OpeningState
from points.rules.table import ReviewLevel
from points.rules.undoing import CLAIM, OPENING, UndoState
from qr import service as qr
from tests.factories import make_household, make_person
from tests.fakes import NOON
from tests.matrix.domain import PLACES, Thing
from tests.matrix.planted import District

LATER = timedelta(days=3)


def plant_list(session: Session, found: District, place: str, claim: Claim) -> None:
    """Plant an activity that is to come, and an evaluation on whose list a claim stands."""
    leader = make_person(session)
    session.commit()
    begins = NOON + LATER
    known = {
        "area_code": PLACES[place],
        "rule_code": claim.rule_code,
        "rule_version": claim.rule_version,
        "leader_id": leader.id,
        "posted_at": NOON,
        "capacity": 9,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
    }
    with transaction() as work:
        wanted = qr.ActivityWanted(
            name="巡防",
            area_code=PLACES[place],
            place="",
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
        )
        code = qr.make_activity(work, wanted, by=None)
        activity = Activity(
            kind=ListKind.ACTIVITY,
            code_id=code.code_id,
            name="巡防",
            state=ListState.OPEN,
            **known,
        )
        judged = Activity(
            kind=ListKind.EVALUATION,
            name="庭院",
            state=ListState.CONFIRMED,
            confirmed_by=leader.id,
            confirmed_at=NOON,
            **known,
        )
        work.session.add_all((activity, judged))
        work.session.flush()
        line = ListLine(
            activity_id=judged.id,
            person_id=claim.person_id,
            minutes=0,
            by_leader=True,
            claim_id=claim.id,
        )
        work.session.add(line)
        numbers = str(activity.id), str(judged.id)
    taken = Deduction(
        area_code=PLACES[place],
        key=f"CanaryTaken{place.title()}",
        household_id=claim.household_id,
        person_id=claim.person_id,
        rule_code="N03",
        rule_version=claim.rule_version,
        words="楼道堆物",
        noticed_by=leader.id,
        noticed_at=NOON,
        deadline=(NOON + LATER).date(),
        state=DeductionState.NOTICED,
        coins=3,
    )
    appeal = Appeal(
        area_code=PLACES[place],
        claim_id=claim.id,
        person_id=claim.person_id,
        words="不同意",
        made_at=NOON,
        level=ReviewLevel.TOWN,
        due_by=(NOON + LATER).date(),
        state=AppealState.WAITING,
    )
    session.add_all(
        (taken, appeal, Sample(claim_id=claim.id, area_code=PLACES[place], drawn_at=NOON))
    )
    session.flush()
    found.add("sampled", Thing(place, names={"claim_id": str(claim.id)}))
    found.add("deduction", Thing(place, names={"deduction_id": str(taken.id)}))
    found.add("appeal", Thing(place, names={"appeal_id": str(appeal.id)}))
    found.add("rule", Thing(place, names={"code": "P04"}))
    found.add("volunteer", Thing(place, names={"activity_id": numbers[0]}))
    found.add("roll", Thing(place, names={"activity_id": numbers[1]}))


def plant_following(session: Session, found: District, place: str, claim: Claim) -> None:
    """Plant a proposal that coins follow the claim's household, and a table of balances."""
    other, by = make_household(session, PLACES[place]), make_person(session)
    follows = Adjustment(
        area_code=PLACES[place],
        key=f"CanaryFollows{place.title()}",
        from_household_id=claim.household_id,
        to_household_id=other.id,
        coins=1,
        why=AdjustmentWhy.SPLIT,
        reason="分户",
        proposed_by=by.id,
        proposed_at=NOON,
        state=AdjustmentState.PROPOSED,
    )
    brought = Opening(
        area_code=PLACES[place],
        digest=sha256(place.encode()).hexdigest(),
        lines=1,
        coins=1,
        asked_by=by.id,
        asked_at=NOON,
        state=OpeningState.WAITING,
    )
    session.add_all((follows, brought))
    session.flush()
    session.add(OpeningRow(opening_id=brought.id, line=2, household_id=other.id, coins=1))
    session.flush()
    undo = Undo(
        area_code=PLACES[place],
        source_type=OPENING,
        source_id=f"{brought.id}:2",
        reason="写错了",
        proposed_by=by.id,
        proposed_at=NOON,
        state=UndoState.PROPOSED,
    )
    back = Undo(
        area_code=PLACES[place],
        source_type=CLAIM,
        source_id=str(claim.id),
        reason="发错了",
        proposed_by=by.id,
        proposed_at=NOON,
        state=UndoState.PROPOSED,
    )
    session.add_all((undo, back))
    session.flush()
    names = {"claim_id": str(claim.id), "undo_id": str(back.id)}
    found.add("returned", Thing(place, names=names))
    found.add("opening", Thing(place, names={"opening_id": str(brought.id)}))
    names = {"opening_id": str(brought.id), "line": "2", "undo_id": str(undo.id)}
    found.add("brought", Thing(place, names=names))
    found.add("adjustment", Thing(place, names={"adjustment_id": str(follows.id)}))
