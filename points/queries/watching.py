"""Samples, and warnings, which never reach the reviewers they are about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import and_, case, distinct, func, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.grants import Role
from kernel.permissions import Permission
from people.models import Person
from people.queries import paths_of, within
from people.rules import Level, mask_name
from points.models import Claim, ClaimPicture, ClaimReview, Sample
from points.queries.ruling import rules_of
from points.rules.caps import span
from points.rules.table import Period, Rule
from points.rules.watching import LEAST_OF_PAIR, is_close_pair

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLine:
    """A paid claim that is looked at again."""

    sample: Sample
    claim: Claim
    rule: Rule
    who: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Somebody who reviews one claimant so often that another should look."""

    who: str
    reviewer: str
    together: int
    of_reviewer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Warnings:
    """What should be looked at by somebody else in a month."""

    pairs: tuple[Pair, ...]
    bursts: tuple[Claim, ...]
    pictures: tuple[tuple[int, ...], ...]  # claims with one picture in common


def samples_listed(session: Session, *, by: Actor) -> Sequence[SampleLine]:
    """Return what was drawn where *by* looks again: what waits on top, then the newest."""
    rows = session.execute(
        select(Sample, Claim, Person.name)
        .join(Claim, Claim.id == Sample.claim_id)
        .join(Person, Person.id == Claim.person_id)
        .where(within(Sample, by, Permission.CLAIM_SAMPLE))
        .order_by(case((Sample.sound.is_(None), 0), else_=1), Sample.claim_id.desc())
        .limit(MOST)
    ).all()
    places = paths_of(session, [row[0].area_code for row in rows], top=Level.TOWN)
    return [
        SampleLine(
            sample=sample,
            claim=claim,
            rule=claim.terms(rules_of(session, claim.rule_version)),
            who=who,
            place=places.get(sample.area_code, ""),
        )
        for sample, claim, who in rows
    ]


def warnings(session: Session, *, by: Actor, day: date, area: str = "") -> Warnings:
    """Return the warnings of the month in which *day* lies, in *area*, where *by* may read them.

    Whoever a pair is about finds nothing of it here; an auditor reads no whole name.
    """
    first, last = span(Period.MONTH, day)
    since, until = (
        datetime.combine(first, time(), SHANGHAI),
        datetime.combine(last, time.max, SHANGHAI),
    )
    seen = and_(within(Claim, by, Permission.CLAIM_WARNING_READ), Claim.area_code.startswith(area))
    shown: Callable[[str], str] = mask_name if by.wears(Role.AUDITOR) else str
    in_month = ClaimReview.at.between(since, until)
    bursts = session.scalars(
        select(Claim)
        .where(seen, Claim.flagged, Claim.filed_at.between(since, until))
        .order_by(Claim.id.desc())
        .limit(MOST)
    ).all()
    same = session.execute(
        select(ClaimPicture.digest)
        .join(Claim, Claim.id == ClaimPicture.claim_id)
        .where(seen)
        .group_by(ClaimPicture.digest)
        .having(func.count(distinct(ClaimPicture.claim_id)) > 1)
        .order_by(func.max(ClaimPicture.claim_id).desc())
        .limit(MOST)
    ).scalars()
    together: dict[str, list[int]] = {}
    for digest, number in session.execute(
        select(ClaimPicture.digest, ClaimPicture.claim_id)
        .join(Claim, Claim.id == ClaimPicture.claim_id)
        .where(seen, ClaimPicture.digest.in_(list(same)))
        .order_by(ClaimPicture.claim_id)
    ):
        together.setdefault(digest, []).append(number)
    totals = dict(
        session.execute(
            select(ClaimReview.reviewer_id, func.count(ClaimReview.id))
            .where(in_month)
            .group_by(ClaimReview.reviewer_id)
        ).all()
    )
    reviewer = aliased(Person)
    counted = func.count(ClaimReview.id)
    pairs = session.execute(
        select(Person.name, reviewer.public_name, ClaimReview.reviewer_id, counted)
        .join(Claim, Claim.id == ClaimReview.claim_id)
        .join(Person, Person.id == Claim.person_id)
        .join(reviewer, reviewer.id == ClaimReview.reviewer_id)
        .where(seen, in_month, ClaimReview.reviewer_id != by.id)
        .group_by(
            Claim.person_id,
            Person.name,
            reviewer.public_name,
            ClaimReview.reviewer_id,
        )
        .having(counted >= LEAST_OF_PAIR)
        .order_by(counted.desc())
    ).all()
    return Warnings(
        pairs=tuple(
            Pair(who=shown(who), reviewer=name, together=count, of_reviewer=totals[number])
            for who, name, number, count in pairs
            if is_close_pair(count, totals[number])
        ),
        bursts=tuple(bursts),
        pictures=tuple(tuple(numbers) for numbers in together.values()),
    )
