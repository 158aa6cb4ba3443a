"""Looking at claims: pass, refuse, send back; one by one or many at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select

from grid.models import Case
from grid.rules import State
from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Person
from people.queries import reaches, scoped
from people.queries.bars import near
from people.queries.former import concerned_in
from points.errors import NoSuchClaim, NotYoursToReview, WrongMoment
from points.models import Claim, ClaimReview
from points.queries.ruling import rules_of
from points.queries.twins import twins_among
from points.rules.awards import next_level
from points.rules.claims import (
    APPROVALS,
    GONE,
    PERMISSIONS,
    ClaimMove,
    ClaimState,
    Decision,
    check_reviewer,
    moved,
)
from points.rules.table import ReviewLevel
from points.service.filing import checked_words, due_by
from points.service.paying import settle
from points.service.posting import MOST_AT_ONCE
from points.service.telling import News, tell

PASSED: Final = frozenset({ClaimState.TOWN_OK, ClaimState.DISTRICT_OK})


def review(
    work: Work, claim_id: int, *, decision: Decision, reason: str = "", turn: int, by: Actor
) -> Claim:
    """Decide one claim; after the last level it is granted, and paid as far as funds reach.

    *turn* is what the reviewer's page showed: of two at once, one decides and the other hears so.

    Raises:
        NoSuchClaim: there is none that *by* may read.
        WrongMoment: somebody was faster, or its case is being worked on again.
        NotYoursToReview: it is not this person's level, or it concerns them or their kin.
        Unsaid: no reason is given for a no.
    """
    claim = _locked(work, [claim_id], by)[0]
    if claim.turn != turn:
        raise WrongMoment("这份申报已经有人审过了，请刷新再看。")
    decide(work, claim, decision, reason, by, known=known_of(work, [claim], by))
    if claim.state in PASSED and claim.waiting_for is None:
        settle(work, [claim])
    return claim


def approve_many(work: Work, chosen: Sequence[tuple[int, int]], *, by: Actor) -> int:
    """Pass many claims, each given with the turn its page showed: all of them or none.

    Return how many.  One transaction, one call of the ledger.

    Raises:
        ValueError: they are more than 50.
        NoSuchClaim, WrongMoment, NotYoursToReview: as ``review``, for the first refused; what
            was reported too often at once, or may be a double, is looked at one by one.
    """
    if len(chosen) > MOST_AT_ONCE:
        raise ValueError(f"{len(chosen)} claims in one transaction")
    turns = dict(chosen)
    claims = _locked(work, sorted(turns), by) if turns else []
    known, twins = known_of(work, claims, by), twins_among(work.session, claims)
    for claim in claims:
        if claim.turn != turns[claim.id]:
            raise WrongMoment("有一份申报刚刚有人审过了，请刷新再看。")
        if claim.flagged:
            raise NotYoursToReview(
                "%(who)s的“%(what)s”报得太密，要一份一份地看。", **_named(work, claim)
            )
        if claim.id in twins:
            raise NotYoursToReview(
                "%(who)s的“%(what)s”可能是重复的（%(why)s），要一份一份地看。",
                why=twins[claim.id][0],
                **_named(work, claim),
            )
        decide(work, claim, Decision.APPROVE, "", by, known=known)
    settle(work, [one for one in claims if one.waiting_for is None])
    return len(claims)


def _named(work: Work, claim: Claim) -> dict[str, str]:
    """Return by whom and what a claim is, for a reviewer who was let in to it."""
    who = work.session.scalar(select(Person.name).where(Person.id == claim.person_id))
    rule = claim.terms(rules_of(work.session, claim.rule_version))
    return {"who": who or "", "what": rule.name}


def withdraw(work: Work, claim_id: int, *, by: Actor) -> None:
    """Take one's own claim back while nobody has settled it.

    Raises:
        NoSuchClaim: it is not theirs.
        WrongMoment: it is settled.
    """
    claim = _own(work, claim_id, by)
    claim.state = moved(claim.state, ClaimMove.WITHDRAW)
    claim.waiting_for, claim.due_by, claim.turn = None, None, claim.turn + 1


def resubmit(work: Work, claim_id: int, *, words: str, by: Actor) -> None:
    """Send one's own claim in again with more words, after it was sent back.

    Raises:
        NoSuchClaim: it is not theirs.
        WrongMoment: nobody sent it back.
        Unsaid: nothing is said.
    """
    claim = _own(work, claim_id, by)
    if claim.state is ClaimState.SENT_BACK:
        claim.words = checked_words(words)
    resend(work, claim)


def resend(work: Work, claim: Claim) -> None:
    """Let a claim that was sent back wait for its first level again, in a round of its own.

    Raises:
        WrongMoment: nobody sent it back.
    """
    claim.state = moved(claim.state, ClaimMove.RESUBMIT)
    claim.round, claim.turn, claim.waiting_for = claim.round + 1, claim.turn + 1, claim.asked[0]
    table = rules_of(work.session, claim.rule_version)
    claim.due_by = due_by(work, table, claim.asked[0])


@dataclass(frozen=True, slots=True)
class Known:
    """What is asked about claims before somebody decides them, once for all of them."""

    earlier: Mapping[int, Sequence[int]]  # who decided each in its round
    concerned: Mapping[int, frozenset[int]]  # who may not, where the reviewer is one of them
    reworked: frozenset[int]  # claims whose case is open again


def known_of(work: Work, claims: Sequence[Claim], by: Actor) -> Known:
    """Ask what ``decide`` has to know of *claims*, in as many statements for fifty as for one."""
    ids = [one.id for one in claims]
    earlier: dict[int, list[int]] = defaultdict(list)
    for claim_id, reviewer in work.session.execute(
        select(ClaimReview.claim_id, ClaimReview.reviewer_id)
        .join(Claim, and_(Claim.id == ClaimReview.claim_id, Claim.round == ClaimReview.round))
        .where(ClaimReview.claim_id.in_(ids))
    ):
        earlier[claim_id].append(reviewer)
    reworked: Sequence[int] = ()
    if any(one.case_id is not None for one in claims):
        is_open = and_(Case.id == Claim.case_id, Case.state != State.CLOSED)
        open_again = select(Claim.id).join(Case, is_open).where(Claim.id.in_(ids))
        reworked = work.session.scalars(open_again).all()
    barred: dict[int, frozenset[int]] = {}
    if by.id in concerned(work, claims):  # hardly ever, and then it matters in which
        barred = {one.id: concerned(work, [one]) for one in claims}
    return Known(earlier=earlier, concerned=barred, reworked=frozenset(reworked))


def concerned(work: Work, claims: Sequence[Claim]) -> frozenset[int]:
    """Return who may not judge claims: their households, whoever filed them, and their kin (回避).

    Of a household also who lived there, and who lives in what became of it.
    """
    people = concerned_in(work.session, {one.household_id for one in claims})
    people |= {one.person_id for one in claims}
    people |= {one.filed_by for one in claims if one.filed_by is not None}
    return people | near(work.session, people)


def decide(
    work: Work, claim: Claim, decision: Decision, reason: str, by: Actor, *, known: Known
) -> None:
    """Decide a claim that is locked; whoever calls settles what has passed its last level.

    Raises:
        WrongMoment: it is settled, or its case is being worked on again.
        NotYoursToReview: it is not this person's level, or it concerns them or their kin.
        Unsaid: no reason is given for a no.
    """
    level = claim.waiting_for
    if level is None:
        raise WrongMoment("这份申报已经审完了，请刷新再看。")
    if not reaches(by, PERMISSIONS[level], claim.area_code):
        raise NotYoursToReview("这份申报现在不是您这一级审。")
    check_reviewer(
        by.id,
        concerned=known.concerned.get(claim.id, frozenset()),
        earlier=known.earlier.get(claim.id, ()),
    )
    if claim.id in known.reworked:
        raise WrongMoment("这件事正在返工，办结以后再审。")
    if decision is not Decision.APPROVE:
        reason = checked_words(reason)
    work.session.add(
        ClaimReview(
            claim_id=claim.id,
            round=claim.round,
            level=level,
            reviewer_id=by.id,
            decision=decision,
            reason=reason,
            at=work.now(),
        )
    )
    claim.turn += 1
    _move(work, claim, level, decision)
    if decision is not Decision.APPROVE:
        news = News.REFUSED if decision is Decision.REFUSE else News.SENT_BACK
        about = f"points.claim:{claim.id}"
        tell(work, news, person_id=claim.person_id, household_id=None, about=about)


def _move(work: Work, claim: Claim, level: ReviewLevel, decision: Decision) -> None:
    table = rules_of(work.session, claim.rule_version)
    if decision is Decision.APPROVE:
        claim.state = moved(claim.state, APPROVALS[level])
        done = claim.asked[: claim.asked.index(level) + 1]
        after = next_level(claim.asked, done)
        claim.waiting_for = after
        claim.due_by = None if after is None else due_by(work, table, after)
        return
    refused = decision is Decision.REFUSE
    claim.state = moved(claim.state, ClaimMove.REFUSE if refused else ClaimMove.SEND_BACK)
    claim.waiting_for = claim.due_by = None


def _locked(work: Work, ids: Sequence[int], by: Actor) -> list[Claim]:
    statement = scoped(select(Claim).where(Claim.id.in_(ids)), by, Permission.CLAIM_READ)
    found = work.session.scalars(
        statement.order_by(Claim.id)
        .with_for_update(of=Claim)
        .execution_options(populate_existing=True)
    ).all()
    if len(found) != len(set(ids)):
        raise NoSuchClaim(GONE)
    return list(found)


def _own(work: Work, claim_id: int, by: Actor) -> Claim:
    found = work.session.get(Claim, claim_id, with_for_update=True, populate_existing=True)
    if found is None or found.person_id != by.id:
        raise NoSuchClaim(GONE)
    return found
