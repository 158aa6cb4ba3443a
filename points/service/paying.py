"""What a passed claim pays: cut to the caps, in its turn, out of the village's funds."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import and_, select

from kernel import audit
from kernel.access import Actor
from kernel.db import take_turns
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Household
from people.queries import lies_in, reaches
from people.rules import Level, at_level
from points.errors import BadPosting, CannotClaim
from points.models import Claim, ClaimPicture, ClaimReview, LedgerAccount
from points.queries.earned import earned_before
from points.queries.narrowing import terms_of
from points.queries.ruling import rules_of
from points.rules import Line, PostingKind, Request, System
from points.rules.caps import Granted, grant
from points.rules.claims import ClaimMove, ClaimState, Decision, moved
from points.service.accounts import Owner, account_ids
from points.service.filing import home_of
from points.service.offsetting import offset, owing
from points.service.posting import MOST_AT_ONCE, post, post_many
from points.service.ruling import today


def settle(work: Work, claims: Sequence[Claim]) -> None:
    """Grant what the caps leave to claims that all levels have passed, and pay what funds allow.

    Claims are locked by the caller.  Whatever the caps leave waits in its village's line, and the
    line is paid from its head: nobody overtakes.
    """
    people = {f"person:{one.person_id}" for one in claims}
    homes = {f"household:{one.household_id}" for one in claims}
    for name in sorted(people | homes):
        take_turns(work.session, f"points.caps:{name}")
    for claim in claims:
        table = rules_of(work.session, claim.rule_version)
        rule = terms_of(work.session, claim)
        found = grant(rule, table.caps, earned_before(work.session, claim, rule, table))
        _wait(work, claim, found)
        work.session.flush()
    for village in sorted({village_of(claim) for claim in claims}):
        pay_line(work, village)


def pay_line(work: Work, village: str) -> int:
    """Pay who waits in a village, the first first, as far as its funds reach; return how many."""
    waiting = and_(Claim.state == ClaimState.WAITING_QUOTA, lies_in(Claim, village))
    first = select(Claim.id).where(waiting).order_by(Claim.passed_at, Claim.id).limit(MOST_AT_ONCE)
    ids = work.session.scalars(first).all()
    claims = work.session.scalars(
        select(Claim)
        .where(Claim.id.in_(ids), Claim.state == ClaimState.WAITING_QUOTA)
        .order_by(Claim.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not claims:
        return 0
    line = sorted(claims, key=lambda one: (one.passed_at, one.id))
    for claim in line:
        _follow_home(work, claim)
    budget = Owner.budget(village)
    homes = {claim.id: Owner.household(claim.household_id) for claim in line}
    accounts = account_ids(work, [budget, *homes.values()])
    debts = owing(work, [claim.household_id for claim in line])
    left = _locked(work, accounts.values())[accounts[budget]]
    paid, requests = [], []
    for claim in line:
        if claim.granted > left:
            break
        left -= claim.granted
        paid.append(claim)
        requests.append(_request(work, claim, accounts[budget], accounts[homes[claim.id]]))
    for claim, posted in zip(paid, post_many(work, requests) if requests else (), strict=True):
        claim.state = moved(claim.state, ClaimMove.PAY)
        claim.posting_id, claim.paid_at, claim.turn = posted.id, work.now(), claim.turn + 1
    work.session.flush()
    offset(work, debts, [(claim.household_id, claim.granted) for claim in paid])
    return len(paid)


def give_quota(work: Work, village: str, *, coins: int, key: str, by: Actor) -> None:
    """Give a village what it may award; the same form again gives nothing more.

    Raises:
        CannotClaim: *by* gives nothing there, or it is no village.
        BadPosting: the number is none.
    """
    if at_level(village, Level.VILLAGE) != village or not reaches(
        by, Permission.LEDGER_QUOTA, village
    ):
        raise CannotClaim("这个村的额度不归您拨。")
    if not 1 <= coins <= 1_000_000:  # noqa: PLR2004 - a typed zero too many
        raise BadPosting("请写 1 到 1000000 的整数。")
    issuance, budget = Owner.system(System.ISSUANCE), Owner.budget(village)
    accounts = account_ids(work, [issuance, budget])
    posted = post(
        work,
        Request(
            key=f"quota:{village}:{sha256(key.encode()).hexdigest()[:32]}",
            kind=PostingKind.QUOTA,
            lines=[Line(debit=accounts[issuance], credit=accounts[budget], amount=coins)],
            effective_on=today(work),
            actor_id=by.id,
        ),
    )
    if not posted.replayed:
        audit.note(work, by=by, action="coin.quota", subject=f"area:{village}", detail=str(coins))
        pay_line(work, village)


def village_of(claim: Claim) -> str:
    """Return the village whose funds pay a claim."""
    return at_level(claim.area_code, Level.VILLAGE) or claim.area_code


def _wait(work: Work, claim: Claim, found: Granted) -> None:
    claim.granted, claim.cut, claim.cut_by = found.coins, found.cut, found.by
    claim.state = moved(claim.state, ClaimMove.WAIT if found.coins else ClaimMove.CAP)
    claim.waiting_for, claim.due_by, claim.passed_at = None, None, work.now()


def _follow_home(work: Work, claim: Claim) -> None:
    """Pay where the earner lives now, if the household they earned for is no more."""
    home = work.session.get_one(Household, claim.household_id)
    if home.closed_at is not None:
        now = home_of(work, claim.person_id)
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


def _request(work: Work, claim: Claim, budget: int, home: int) -> Request:
    reviewers = work.session.scalars(
        select(ClaimReview.reviewer_id)
        .where(
            ClaimReview.claim_id == claim.id,
            ClaimReview.round == claim.round,
            ClaimReview.decision == Decision.APPROVE,
        )
        .order_by(ClaimReview.id)
    ).all()
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
        evidence=_evidence(work, claim),
    )


def _evidence(work: Work, claim: Claim) -> bytes:
    """Return the fingerprint of what a claim was judged by: its words and its pictures'."""
    pictures = work.session.scalars(
        select(ClaimPicture.digest).where(ClaimPicture.claim_id == claim.id)
    )
    said = [claim.source_kind, claim.source_id, claim.words, *sorted(pictures)]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).digest()
