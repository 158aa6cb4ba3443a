"""One's coins as a copy of one's own data holds them: plain words, dates and whole coins."""

from itertools import groupby
from typing import Any

from points.models import Appeal, Claim, ClaimReview, Deduction
from points.queries import OwnCoins


def copied_coins(own: OwnCoins) -> dict[str, Any]:
    """Return what programs read of somebody's coins."""
    looked = {
        claim_id: [_review(one) for one in some]
        for claim_id, some in groupby(own.reviews, key=lambda one: one.claim_id)
    }
    return {
        "claims": [_claim(one) | {"reviews": looked.get(one.id, [])} for one in own.claims],
        "deductions": [_deduction(one) for one in own.deductions],
        "appeals": [_appeal(one) for one in own.appeals],
        "signed_up_for": [
            {"name": one.name, "starts_at": one.starts_at.isoformat()} for one in own.wishes
        ],
        "waiting_for": [
            {"name": one.name, "starts_at": one.starts_at.isoformat()} for one in own.waiting
        ],
        "skills": [{"skill": one.skill.value, "words": one.words} for one in own.skills],
        "named_in_public": [
            {
                "agreed_at": one.given_at.isoformat(),
                "ended_at": one.withdrawn_at and one.withdrawn_at.isoformat(),
            }
            for one in own.naming
        ],
    }


def _claim(one: Claim) -> dict[str, Any]:
    return {
        "rule": one.rule_code,
        "done_on": one.earned_on.isoformat(),
        "filed_at": one.filed_at.isoformat(),
        "words": one.words,
        "coins": one.coins,
        "granted": one.granted,
        "state": one.state.value,
    }


def _review(one: ClaimReview) -> dict[str, Any]:
    """Return what was decided; who decided it is on the page of one's coins, by public name."""
    return {
        "level": one.level.value,
        "decision": one.decision.value,
        "reason": one.reason,
        "at": one.at.isoformat(),
    }


def _deduction(one: Deduction) -> dict[str, Any]:
    return {
        "rule": one.rule_code,
        "noticed_at": one.noticed_at.isoformat(),
        "words": one.words,
        "statement": one.statement,
        "state": one.state.value,
        "taken": one.taken,
        "owed": one.owed,
        "reason": one.reason,
    }


def _appeal(one: Appeal) -> dict[str, Any]:
    return {
        "against": "claim" if one.claim_id is not None else "deduction",
        "made_at": one.made_at.isoformat(),
        "words": one.words,
        "state": one.state.value,
        "reason": one.reason,
    }
