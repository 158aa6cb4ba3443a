"""What is forgotten of claims, deductions, coins that followed: words, and the pictures.

Who did what for how many coins stays, as the books do; so do a reviewer's reasons, which nobody
can change, and the fingerprints of pictures.
"""

from typing import Final

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from kernel import audit, media
from kernel.inventory import kept
from kernel.media import Attachment
from kernel.work import Work
from points.models import Adjustment, Appeal, Claim, ClaimReview, Deduction
from points.rules.adjustments import AdjustmentState
from points.rules.claims import ClaimState
from points.rules.deductions import OPEN, UNDECIDED

CLAIMS: Final = kept("绿币申报的话和照片", after="审完")
DEDUCTIONS: Final = kept("扣币和申诉的话", after="定了")
BATCH: Final = 200
# What waits for funds keeps its words: the posting that pays it names their hash.
ENDED: Final = (
    ClaimState.PAID,
    ClaimState.CAPPED,
    ClaimState.REFUSED,
    ClaimState.SENT_BACK,
    ClaimState.WITHDRAWN,
)


def forget_claims(work: Work) -> int:
    """Forget the words and pictures of claims that were decided two years ago; how many."""
    chosen = work.session.scalars(_claims(work).order_by(Claim.id).limit(BATCH)).all()
    if not chosen:
        return 0
    files = select(Attachment.id).join(Claim, Attachment.owner == _owner())
    media.forget_these(work, work.session.scalars(files.where(Claim.id.in_(chosen))).all())
    work.session.execute(update(Claim).where(Claim.id.in_(chosen)).values(words=""))
    _forget_appeals(work, Appeal.claim_id.in_(chosen))
    return _told(work, "claim", "points_claim", len(chosen))


def forget_deductions(work: Work) -> int:
    """Forget what was written about deductions that were decided two years ago; how many."""
    chosen = work.session.scalars(_deductions(work).order_by(Deduction.id).limit(BATCH)).all()
    if not chosen:
        return 0
    blank = {"words": "", "statement": "", "check_words": "", "reason": ""}
    work.session.execute(update(Deduction).where(Deduction.id.in_(chosen)).values(**blank))
    _forget_appeals(work, Appeal.deduction_id.in_(chosen))
    return _told(work, "deduction", "points_deduction", len(chosen))


def forget_adjustments(work: Work) -> int:
    """Forget why coins followed a household, and who agreed, two years after; how many.

    What nobody has decided in two years lapses, and is forgotten like the rest.
    """
    chosen = work.session.scalars(
        _adjustments(work).order_by(Adjustment.id).limit(BATCH).with_for_update(skip_locked=True)
    ).all()
    if not chosen:
        return 0
    undecided = (Adjustment.id.in_(chosen), Adjustment.state == AdjustmentState.PROPOSED)
    lapsed = {"state": AdjustmentState.LAPSED, "decided_at": work.now()}
    work.session.execute(update(Adjustment).where(*undecided).values(**lapsed))
    blank = {"reason": "", "decision": "", "giver": None, "taker": None}
    work.session.execute(update(Adjustment).where(Adjustment.id.in_(chosen)).values(**blank))
    return _told(work, "deduction", "points_adjustment", len(chosen))


def words_due(work: Work) -> dict[str, int]:
    """Return how many claims and deductions the two would still take."""
    found = {"claim": _claims(work).subquery(), "deduction": _deductions(work).subquery()}
    counts = {
        what: work.session.scalar(select(func.count()).select_from(rows)) or 0
        for what, rows in found.items()
    }
    rows = _adjustments(work).subquery()
    counts["deduction"] += work.session.scalar(select(func.count()).select_from(rows)) or 0
    return counts


def _claims(work: Work) -> Select[int]:
    before = work.now() - CLAIMS
    looked = (
        select(func.max(ClaimReview.at)).where(ClaimReview.claim_id == Claim.id).scalar_subquery()
    )
    return select(Claim.id).where(
        Claim.filed_at < before,
        Claim.state.in_(ENDED),
        func.coalesce(looked, Claim.filed_at) < before,
        or_(Claim.words != "", exists().where(Attachment.owner == _owner())),
        ~exists().where(Appeal.claim_id == Claim.id, Appeal.state.in_(UNDECIDED)),
    )


def _deductions(work: Work) -> Select[int]:
    last = func.coalesce(Deduction.decided_at, Deduction.checked_at, Deduction.noticed_at)
    return select(Deduction.id).where(
        Deduction.noticed_at < work.now() - DEDUCTIONS,
        last < work.now() - DEDUCTIONS,
        Deduction.state.not_in(OPEN),
        Deduction.words != "",
        Deduction.owed == 0,  # as long as something is taken, its reason can be read
        ~exists().where(Appeal.deduction_id == Deduction.id, Appeal.state.in_(UNDECIDED)),
    )


def _adjustments(work: Work) -> Select[int]:
    last = func.coalesce(Adjustment.decided_at, Adjustment.proposed_at)
    return select(Adjustment.id).where(last < work.now() - DEDUCTIONS, Adjustment.reason != "")


def _forget_appeals(work: Work, of_these: ColumnElement[bool]) -> None:
    work.session.execute(update(Appeal).where(of_these).values(words="", reason="", doubt=""))


def _owner() -> ColumnElement[str]:
    return literal("points.claim:") + cast(Claim.id, String)


def _told(work: Work, what: str, subject: str, count: int) -> int:
    audit.note(work, by=None, action=f"retention.{what}", subject=subject, detail=str(count))
    return count
