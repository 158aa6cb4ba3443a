"""What a passed claim pays: cut to the caps, in its turn, out of the village's funds."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from sqlalchemy import and_, select

from kernel.db import take_turns
from kernel.work import Work
from people.models import Household
from people.queries import lies_in
from people.rules import Level, at_level
from points.models import Claim, ClaimPicture, ClaimReview, LedgerAccount
from points.queries.earned import grants_of
from points.queries.funds import automatic_room
from points.rules import Line, PostingKind, Request
from points.rules.caps import Granted
from points.rules.claims import ClaimMove, ClaimState, Decision, moved
from points.service.accounts import Owner, account_ids
from points.service.filing import CASE, home_of
from points.service.offsetting import offset, owing
from points.service.posting import MOST_AT_ONCE, post_many
from points.service.ruling import today


def settle(work: Work, claims: Sequence[Claim]) -> None:
    """Grant what the caps leave to claims that all levels have passed, and pay what funds allow.

    Claims are locked by the caller.  Whatever the caps leave waits in its village's line, and the
    line is paid from its head: nobody overtakes.
    """
    if not claims:
        return
    people = {f"points.caps:person:{one.person_id}" for one in claims}
    homes = {f"points.caps:household:{one.household_id}" for one in claims}
    take_turns(work.session, *people, *homes)
    for claim, found in zip(claims, grants_of(work.session, claims), strict=True):
        _wait(work, claim, found)
    work.session.flush()
    for village in sorted({village_of(claim) for claim in claims}):
        pay_line(work, village)


def pay_line(work: Work, village: str) -> int:
    """Pay who waits in a village, the first first, as far as its funds reach; return how many.

    Where its coins are worth all the money there is, what was claimed by itself goes on waiting,
    in its order, and what somebody wrote passes it.
    """
    line = _line(work, village)
    if not line:
        return 0
    _follow_homes(work, line)
    budget = Owner.budget(village)
    homes = {claim.id: Owner.household(claim.household_id) for claim in line}
    accounts = account_ids(work, [budget, *homes.values()])
    debts = owing(work, [claim.household_id for claim in line])
    left = _locked(work, accounts.values())[accounts[budget]]
    free = automatic_room(work.session, village, today(work))  # under the budget's lock
    paid = _affordable(line, left, free)
    requests = _requests(work, paid, accounts[budget], {n: accounts[homes[n]] for n in homes})
    for claim, posted in zip(paid, post_many(work, requests) if requests else (), strict=True):
        claim.state = moved(claim.state, ClaimMove.PAY)
        claim.posting_id, claim.paid_at, claim.turn = posted.id, work.now(), claim.turn + 1
    work.session.flush()
    offset(work, debts, [(claim.household_id, claim.granted) for claim in paid])
    return len(paid)


def _affordable(line: Sequence[Claim], left: int, free: int | None) -> list[Claim]:
    """Return whom *left* coins pay, at most fifty; *free*: what automatic claims may still take."""
    paid: list[Claim] = []
    stopped = False
    for claim in line:
        is_automatic = claim.source_kind == CASE
        if is_automatic and free is not None and (stopped or claim.granted > free):
            stopped = True
            continue
        if claim.granted > left or len(paid) == MOST_AT_ONCE:
            break
        left, free = left - claim.granted, None if free is None else free - claim.granted
        paid.append(claim)
    return paid


def _line(work: Work, village: str) -> Sequence[Claim]:
    """Return the head of a village's line, locked: at most fifty of either kind, in their order."""
    ids: list[int] = []
    for kind in (Claim.source_kind == CASE, Claim.source_kind != CASE):
        waiting = and_(Claim.state == ClaimState.WAITING_QUOTA, lies_in(Claim, village), kind)
        first = select(Claim.id).where(waiting).order_by(Claim.passed_at, Claim.id)
        ids += work.session.scalars(first.limit(MOST_AT_ONCE))
    claims = work.session.scalars(
        select(Claim)
        .where(Claim.id.in_(ids), Claim.state == ClaimState.WAITING_QUOTA)
        .order_by(Claim.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return sorted(claims, key=lambda one: (one.passed_at, one.id))


def village_of(claim: Claim) -> str:
    """Return the village whose funds pay a claim."""
    return at_level(claim.area_code, Level.VILLAGE) or claim.area_code


def _wait(work: Work, claim: Claim, found: Granted) -> None:
    claim.granted, claim.cut, claim.cut_by = found.coins, found.cut, found.by
    claim.state = moved(claim.state, ClaimMove.WAIT if found.coins else ClaimMove.CAP)
    claim.waiting_for, claim.due_by, claim.passed_at = None, None, work.now()


def _follow_homes(work: Work, line: Sequence[Claim]) -> None:
    """Pay where each earner lives now, if the household they earned for is no more."""
    numbers = {claim.household_id for claim in line}
    closed = set(
        work.session.scalars(
            select(Household.id).where(Household.id.in_(numbers), Household.closed_at.is_not(None))
        )
    )
    for claim in line:
        now = home_of(work, claim.person_id) if claim.household_id in closed else None
        claim.household_id = claim.household_id if now is None else now.id


def _locked(work: Work, ids: Iterable[int]) -> dict[int, int]:
    """Return what is free on each account, all locked in the order the ledger locks them."""
    wanted = sorted(set(ids))
    rows = work.session.execute(
        select(
            LedgerAccount.id,
            LedgerAccount.in_total - LedgerAccount.out_total - LedgerAccount.held,
        )
        .where(LedgerAccount.id.in_(wanted))
        .order_by(LedgerAccount.id)
        .with_for_update()
    )
    return {row[0]: row[1] for row in rows}


def _requests(
    work: Work, paid: Sequence[Claim], budget: int, homes: Mapping[int, int]
) -> list[Request]:
    """Return what is posted for each claim; *homes* are the accounts by claim."""
    if not paid:
        return []
    reviewers, pictures = _reviewers(work, paid), _pictures(work, paid)
    return [
        _request(one, budget, homes[one.id], reviewers[one.id], pictures[one.id]) for one in paid
    ]


def _request(
    claim: Claim, budget: int, home: int, reviewers: Sequence[int], pictures: Sequence[str]
) -> Request:
    twice = len(reviewers) > 1
    return Request(
        key=f"award:claim:{claim.id}",
        kind=PostingKind.AWARD_REVIEWED if twice else PostingKind.AWARD_SYSTEM,
        lines=[Line(debit=budget, credit=home, amount=claim.granted, person_id=claim.person_id)],
        effective_on=claim.earned_on,
        source=("claim", str(claim.id)),
        actor_id=reviewers[0] if reviewers else None,
        second_actor_id=reviewers[1] if twice else None,
        rule=(claim.rule_code, claim.rule_version),
        evidence=_evidence(claim, pictures),
    )


def _reviewers(work: Work, claims: Sequence[Claim]) -> Mapping[int, list[int]]:
    """Return who passed each claim in its last round, in their order."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = work.session.execute(
        select(ClaimReview.claim_id, ClaimReview.reviewer_id)
        .join(Claim, and_(Claim.id == ClaimReview.claim_id, Claim.round == ClaimReview.round))
        .where(
            ClaimReview.claim_id.in_([one.id for one in claims]),
            ClaimReview.decision == Decision.APPROVE,
        )
        .order_by(ClaimReview.id)
    )
    for claim_id, reviewer in rows:
        found[claim_id].append(reviewer)
    return found


def _pictures(work: Work, claims: Sequence[Claim]) -> Mapping[int, list[str]]:
    """Return the fingerprints of each claim's pictures."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = work.session.execute(
        select(ClaimPicture.claim_id, ClaimPicture.digest).where(
            ClaimPicture.claim_id.in_([one.id for one in claims])
        )
    )
    for claim_id, digest in rows:
        found[claim_id].append(digest)
    return found


def _evidence(claim: Claim, pictures: Sequence[str]) -> bytes:
    """Return the fingerprint of what a claim was judged by: its words and its pictures'."""
    said = [claim.source_kind, claim.source_id, claim.words, *sorted(pictures)]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).digest()
