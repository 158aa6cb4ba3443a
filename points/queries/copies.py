"""What is kept of somebody about coins, all of it, for a copy of their own data."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from points.models import (
    Activity,
    Appeal,
    Claim,
    ClaimReview,
    Deduction,
    NameConsent,
    SignUp,
    VolunteerSkill,
    Waiting,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCoins:
    """What one claimed and what was decided, what was taken, appealed, and signed up for."""

    claims: tuple[Claim, ...]
    reviews: tuple[ClaimReview, ...]
    deductions: tuple[Deduction, ...]
    appeals: tuple[Appeal, ...]
    wishes: tuple[Activity, ...]
    naming: tuple[NameConsent, ...]
    waiting: tuple[Activity, ...]
    skills: tuple[VolunteerSkill, ...]


def own_coins(session: Session, person_id: int) -> OwnCoins:
    """Return all that is kept about somebody's coins, the oldest first; about oneself only."""
    mine = select(Claim.id).where(Claim.person_id == person_id)
    return OwnCoins(
        claims=tuple(
            session.scalars(select(Claim).where(Claim.person_id == person_id).order_by(Claim.id))
        ),
        reviews=tuple(
            session.scalars(
                select(ClaimReview)
                .where(ClaimReview.claim_id.in_(mine))
                .order_by(ClaimReview.claim_id, ClaimReview.id)
            )
        ),
        deductions=tuple(
            session.scalars(
                select(Deduction).where(Deduction.person_id == person_id).order_by(Deduction.id)
            )
        ),
        appeals=tuple(
            session.scalars(select(Appeal).where(Appeal.person_id == person_id).order_by(Appeal.id))
        ),
        wishes=tuple(
            session.scalars(
                select(Activity)
                .join(SignUp, SignUp.activity_id == Activity.id)
                .where(SignUp.person_id == person_id)
                .order_by(Activity.id)
            )
        ),
        waiting=tuple(
            session.scalars(
                select(Activity)
                .join(Waiting, Waiting.activity_id == Activity.id)
                .where(Waiting.person_id == person_id)
                .order_by(Activity.id)
            )
        ),
        skills=tuple(
            session.scalars(
                select(VolunteerSkill)
                .where(VolunteerSkill.person_id == person_id)
                .order_by(VolunteerSkill.skill)
            )
        ),
        naming=tuple(
            session.scalars(
                select(NameConsent)
                .where(NameConsent.person_id == person_id)
                .order_by(NameConsent.id)
            )
        ),
    )
