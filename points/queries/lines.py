"""The lines of a household's book, as its members read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from people.models import Person
from people.queries import public_names
from people.rules import mask_name
from points.models import Claim, ClaimReview, Entry, LedgerAccount, Posting, Transfer
from points.queries.adjustments import Followed, followed
from points.queries.ruling import rules_of
from points.rules import PostingKind, microseconds, moment_of
from points.rules.claims import Decision
from points.rules.months import is_late

LINES: Final = 50
# What staff post for a household by signing, without a claim.
SIGNED_BY_STAFF: Final = frozenset(
    {PostingKind.OPENING, PostingKind.ADJUST, PostingKind.REVERSAL, PostingKind.DEDUCT}
)
_WRONG: Final = aliased(Posting)  # what a line puts right


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinLine:
    """One line of a household's book: what for, how many, who earned it, who looked."""

    at: datetime
    amount: int
    kind: PostingKind
    rule: str  # the rule's name, "" for none; of a correction the rule of what it puts right
    who: str  # the surname, "" for oneself
    day: str  # on which it was earned
    cut: int
    late: bool  # of a month before the one it stands in (补记)
    after: int  # what the household had then
    reviewers: tuple[str, ...]
    followed: Followed | None = None  # from which household to which, and why
    wrong: PostingKind | None = None  # what a correction puts right: its kind
    wrong_day: str = ""  # and the day of that


def coin_lines(  # noqa: PLR0913 - which lines, and for whom
    session: Session,
    account: LedgerAccount,
    person_id: int | None,
    *,
    strangers: bool,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = LINES,
) -> Sequence[CoinLine]:
    """Return the newest lines of a household's account for one of its members; None for staff.

    Who shares a dormitory are *strangers*: each reads what they earned themselves.  What somebody
    got for reporting something sensitive says so to nobody else, not even at home.
    """
    statement = (
        select(Transfer, Posting, Person.name, Claim, Entry.in_total - Entry.out_total, _WRONG)
        .join(Posting, Posting.id == Transfer.posting_id)
        .join(Entry, and_(Entry.account_id == account.id, Entry.posting_id == Posting.id))
        .outerjoin(Person, Person.id == Transfer.person_id)
        .outerjoin(_WRONG, _WRONG.id == Posting.reverses_id)
        .outerjoin(Claim, Claim.posting_id == func.coalesce(Posting.reverses_id, Posting.id))
        .where(or_(Transfer.debit_id == account.id, Transfer.credit_id == account.id))
        .order_by(Entry.version.desc(), Transfer.line)
        .limit(most)
    )
    if strangers:
        statement = statement.where(Transfer.person_id == person_id)
    if since is not None:
        statement = statement.where(Entry.posted_at >= microseconds(since))
    if until is not None:
        statement = statement.where(Entry.posted_at < microseconds(until))
    rows = session.execute(statement).all()
    reviewers = _reviewers(session, [row[3].id for row in rows if row[3] is not None])
    signed = [row[1] for row in rows if row[1].kind in SIGNED_BY_STAFF]
    names = _signers(session, signed)
    behind = followed(session, [one.id for one in signed])
    return [
        _with_signers(
            _about(
                _line(session, line, posting, name, claim, after, account, person_id, reviewers),
                wrong,
                _rule_taken(session, posting if wrong is None else wrong),
            ),
            names.get(posting.id),
            behind.get(posting.id),
        )
        for line, posting, name, claim, after, wrong in rows
    ]


def _line(  # noqa: PLR0913, PLR0917 - one row and whom it is for
    session: Session,
    line: Transfer,
    posting: Posting,
    name: str | None,
    claim: Claim | None,
    after: int,
    account: LedgerAccount,
    person_id: int | None,
    reviewers: dict[int, tuple[str, ...]],
) -> CoinLine:
    if claim is not None and claim.sensitive and claim.person_id != person_id:
        claim = name = None
    rule = claim.terms(rules_of(session, claim.rule_version)).name if claim else ""
    at = moment_of(posting.created_at)
    return CoinLine(
        at=at,
        amount=line.amount if line.credit_id == account.id else -line.amount,
        kind=PostingKind(posting.kind),
        rule=rule,
        who="" if line.person_id in {None, person_id} else mask_name(name),
        day=posting.effective_on,
        cut=claim.cut if claim and posting.reverses_id is None else 0,
        late=bool(rule) and posting.reverses_id is None and is_late(posting.effective_on, at),
        after=after,
        reviewers=reviewers.get(claim.id, ()) if claim else (),
    )


def _about(line: CoinLine, wrong: Posting | None, rule: str) -> CoinLine:
    """Return a line with the rule by which coins were taken, and with what it puts right."""
    kind = None if wrong is None else PostingKind(wrong.kind)
    day = "" if wrong is None else wrong.effective_on
    return replace(line, rule=line.rule or rule, wrong=kind, wrong_day=day)


def _rule_taken(session: Session, posting: Posting) -> str:
    """Return the name of the rule by which a posting took coins, "" if it took none."""
    if posting.kind != PostingKind.DEDUCT or posting.rule_version is None:
        return ""
    table = rules_of(session, posting.rule_version)
    return next((one.name for one in table.negative if one.code == posting.rule_code), "")


def _with_signers(
    line: CoinLine, names: tuple[str, ...] | None, behind: Followed | None
) -> CoinLine:
    return line if names is None else replace(line, reviewers=names, followed=behind)


def _signers(session: Session, postings: Sequence[Posting]) -> dict[int, tuple[str, ...]]:
    """Return who signed postings that no claim stands behind."""
    signers = {one.id: (one.actor_id, one.second_actor_id) for one in postings}
    people = {person for pair in signers.values() for person in pair if person is not None}
    names = public_names(session, people)
    return {
        number: tuple(names.get(person, "") for person in pair if person is not None)
        for number, pair in signers.items()
    }


def _reviewers(session: Session, claims: Sequence[int]) -> dict[int, tuple[str, ...]]:
    if not claims:
        return {}
    rows = session.execute(
        select(ClaimReview.claim_id, Person.public_name)
        .join(Person, Person.id == ClaimReview.reviewer_id)
        .where(ClaimReview.claim_id.in_(claims), ClaimReview.decision == Decision.APPROVE)
        .order_by(ClaimReview.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for claim_id, name in rows:
        found[claim_id] = (*found.get(claim_id, ()), name)
    return found
