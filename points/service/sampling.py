"""Looking at some passed claims again."""

from datetime import timedelta

from sqlalchemy import select

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once, keyring
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped
from points.errors import NoSuchClaim, NotYoursToReview, WrongMoment
from points.models import Claim, ClaimReview, Sample
from points.queries.ruling import rules_of
from points.rules.claims import GONE, ClaimState
from points.rules.watching import is_drawn
from points.service.filing import checked_words
from points.service.reviewing import concerned

BACK = timedelta(days=7)  # how far back a run looks: a stopped schedule catches up


def draw_samples(work: Work) -> int:
    """Draw from what was paid of late; a run again draws the same.  Return how many are new."""
    claims = work.session.scalars(
        select(Claim)
        .where(
            Claim.state == ClaimState.PAID,
            ~Claim.returned,
            Claim.paid_at >= work.now() - BACK,
            Claim.id.not_in(select(Sample.claim_id)),
        )
        .order_by(Claim.id)
    ).all()
    drawn = 0
    for claim in claims:
        table = rules_of(work.session, claim.rule_version)
        percent = int(table.tree["review"]["sample_check_pct"])
        if is_drawn(keyring().index(f"points-sample:{claim.id}"), percent):
            drawn += insert_once(
                work.session,
                Sample,
                unique=None,
                claim_id=claim.id,
                area_code=claim.area_code,
                drawn_at=work.now(),
                words="",
            )
    return drawn


def look_again(work: Work, claim_id: int, *, sound: bool, words: str, by: Actor) -> None:
    """Note what a second look at a passed claim found; what is doubted is followed up by notice.

    Raises:
        NoSuchClaim: none was drawn that *by* looks at.
        NotYoursToReview: *by* reviewed it, or it concerns them or their kin.
        WrongMoment: somebody has looked.
        Unsaid: no reason is given for a doubt.
    """
    statement = scoped(
        select(Sample).where(Sample.claim_id == claim_id), by, Permission.CLAIM_SAMPLE
    )
    sample = work.session.scalar(
        statement.with_for_update(of=Sample).execution_options(populate_existing=True)
    )
    if sample is None:
        raise NoSuchClaim(GONE)
    if sample.looked_by is not None:
        raise WrongMoment("这一份已经有人抽查过了，请刷新再看。")
    claim = work.session.get_one(Claim, claim_id)
    earlier = work.session.scalars(
        select(ClaimReview.reviewer_id).where(ClaimReview.claim_id == claim_id)
    ).all()
    if by.id in earlier or by.id in concerned(work, [claim]):
        raise NotYoursToReview("这一份您审过，或者和您有关，要换别人抽查。")
    sample.words = words if sound and not words else checked_words(words)
    sample.sound, sample.looked_by, sample.looked_at = sound, by.id, work.now()
    work.session.flush()
    audit.note(
        work,
        by=by,
        action="coin.sample",
        subject=f"claim:{claim_id}",
        area=sample.area_code,
        detail="sound" if sound else "doubted",
    )
