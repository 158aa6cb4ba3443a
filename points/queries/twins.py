"""Claims that may be the same as another: reviewers are warned, and pass them one by one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from grid.models import Case
from kernel.access import Actor
from kernel.permissions import Permission
from people.queries import within
from points.models import Claim, ClaimPicture

MOST: Final = 10
NEAR: Final = timedelta(days=3)
PICTURE: Final = "照片一模一样"
DAY: Final = "同一个人、同一天、同一条规则"
PLACE: Final = "同一个地方、三天以内"
# The claim in question; ``Claim`` is its twin.
ONE: Final = aliased(Claim)
ONE_CASE: Final = aliased(Case)
ONE_PICTURE: Final = aliased(ClaimPicture)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """Another claim that may be the same; without a number where it is not for this reader."""

    claim_id: int | None
    why: str


def twins_of(session: Session, claim: Claim, case: Case | None, by: Actor) -> list[Twin]:
    """Return what may be the same as a claim that *by* was let in to: see ``_alike``."""
    seen = within(Claim, by, Permission.CLAIM_READ).label("seen")
    found = _alike()
    if case is None or case.spot_id is None:
        del found[PLACE]
    else:
        found[PLACE] = found[PLACE].where(
            Case.submitted_at.between(case.submitted_at - NEAR, case.submitted_at + NEAR)
        )
    return [
        Twin(claim_id=row.id if row.seen else None, why=why)
        for why, statement in found.items()
        for row in session.execute(
            statement.with_only_columns(Claim.id, seen)
            .where(ONE.id == claim.id)
            .distinct()
            .order_by(Claim.id.desc())
            .limit(MOST)
        )
    ]


def twins_among(session: Session, claims: Sequence[Claim]) -> Mapping[int, Sequence[str]]:
    """Return why each of *claims* may be the same as another, by number; none for most.

    Unscoped: the caller was let in to them, and of the others is said nothing.  One statement.
    """
    if not claims:
        return {}
    numbers, found = [one.id for one in claims], _alike()
    days = [one.earned_on for one in claims if one.case_id is not None]
    if days:  # which are within three days of each other is told below, from few
        near = NEAR + timedelta(days=1)
        found[PLACE] = found[PLACE].where(
            Claim.earned_on.between(min(days) - near, max(days) + near)
        )
    else:
        del found[PLACE]
    at: dict[str, Any] = {PLACE: (ONE_CASE.submitted_at, Case.submitted_at)}
    rows = session.execute(
        union_all(
            *(
                statement.with_only_columns(
                    ONE.id, literal(why), *at.get(why, (ONE.filed_at, ONE.filed_at))
                )
                .where(ONE.id.in_(numbers))
                .distinct()
                for why, statement in found.items()
            )
        )
    )
    whys: dict[int, list[str]] = defaultdict(list)
    for number, why, then, other in rows:
        if abs(then - other) <= NEAR and why not in whys[number]:
            whys[number].append(why)
    return {number: sorted(known) for number, known in whys.items() if known}


def _alike() -> dict[str, Select[Any]]:
    """Return by reason how a claim and its twin are found: pictures, day and rule, place."""
    return {
        PICTURE: select(ONE.id)
        .select_from(ONE)
        .join(ONE_PICTURE, ONE_PICTURE.claim_id == ONE.id)
        .join(
            ClaimPicture,
            and_(ClaimPicture.digest == ONE_PICTURE.digest, ClaimPicture.claim_id != ONE.id),
        )
        .join(Claim, Claim.id == ClaimPicture.claim_id),
        DAY: select(ONE.id)
        .select_from(ONE)
        .join(
            Claim,
            and_(
                Claim.person_id == ONE.person_id,
                Claim.earned_on == ONE.earned_on,
                Claim.rule_code == ONE.rule_code,
                Claim.id != ONE.id,
                # Two cases are two things, each looked at on the spot.
                or_(Claim.case_id.is_(None), ONE.case_id.is_(None)),
            ),
        ),
        PLACE: select(ONE.id)
        .select_from(ONE)
        .join(ONE_CASE, ONE_CASE.id == ONE.case_id)
        .join(
            Case,
            and_(
                Case.spot_id == ONE_CASE.spot_id,
                Case.category == ONE_CASE.category,
                Case.id != ONE_CASE.id,
            ),
        )
        .join(Claim, Claim.case_id == Case.id),
    }
