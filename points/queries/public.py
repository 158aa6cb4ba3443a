"""公开查询: what everybody may read of a village's month, and no more.

By household only what people did openly.  Who got coins for reporting something stands nowhere:
those are told as sums of the village (whoever reports is protected), as is everything once the
days for objections are over (what is no longer needed is no longer shown).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, and_, false, func, select
from sqlalchemy.orm import Session, aliased

from kernel import crockford
from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Area, Household, Person
from people.queries import within
from people.rules import publish_name
from points.errors import NoSuchMonth
from points.models import (
    Claim,
    Close,
    Entry,
    NameConsent,
    Objection,
    Posting,
    Publication,
    Showing,
    Shows,
    Statement,
)
from points.queries.columns import tables
from points.rules.months import AWARDS
from points.rules.table import Source

PAGE: Final = 200
_MOVED: Final = aliased(Posting)
MOST_MONTHS: Final = 24
MOST_VILLAGES: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicVillage:
    """A village with a published month, the newest."""

    code: str
    name: str
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSum:
    """What a village earned by one rule in a month."""

    rule: str
    times: int
    coins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicLine:
    """What one household earned openly by one rule; below zero what was taken back.

    *name* is "" where the village shows none.
    """

    door: str
    name: str
    rule: str
    times: int
    coins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMonth:
    """A village's published month as everybody reads it."""

    close: Close
    village: str
    published_at: datetime
    until: date
    is_open: bool  # somebody may object, and households are shown
    shows: Shows  # now
    sums: Sequence[RuleSum]
    lines: Sequence[PublicLine]
    more: bool
    months: Sequence[str]


def public_villages(session: Session) -> Sequence[PublicVillage]:
    """Return the villages that have published a month."""
    rows = session.execute(
        select(Area.code, Area.name, func.max(Close.period))
        .join(Close, Close.area_code == Area.code)
        .join(Publication, Publication.close_id == Close.id)
        .where(Area.closed_at.is_(None))
        .group_by(Area.code, Area.name)
        .order_by(Area.code)
        .limit(MOST_VILLAGES)
    ).all()
    return [PublicVillage(code=code, name=name, period=period) for code, name, period in rows]


def public_month(
    session: Session, village: str, period: str, *, today: date, page: int = 1
) -> PublicMonth | None:
    """Return a published month of a village, the newest for *period* "", None for none."""
    published = session.execute(
        select(Close, Publication, Area.name)
        .join(Publication, Publication.close_id == Close.id)
        .join(Area, Area.code == Close.area_code)
        .where(Close.area_code == village)
        .order_by(Close.period.desc())
        .limit(MOST_MONTHS)
    ).all()
    found = next((row for row in published if period in {"", row[0].period}), None)
    if found is None:
        return None
    close, publication, name = found
    choice = session.get(Showing, village)
    shows = narrower(publication.shows, None if choice is None else choice.shows)
    since = None if choice is None else choice.named_since
    named = since is not None and since <= publication.at
    is_open = today <= publication.until
    lines: Sequence[PublicLine] = ()
    more = False
    if is_open and shows is not Shows.SUMS:
        named_at = publication.at if named else None
        lines, more = _lines(session, close, shows, named_at, page)
        if page <= 1:  # they are few
            lines = [*lines, *_lines(session, close, shows, named_at, page, back=True)[0]]
    return PublicMonth(
        close=close,
        village=name,
        published_at=publication.at,
        until=publication.until,
        is_open=is_open,
        shows=shows,
        sums=_sums(session, close),
        lines=lines,
        more=more,
        months=[row[0].period for row in published],
    )


def narrower(one: Shows, other: Shows | None) -> Shows:
    """Return whichever shows less."""
    order = list(Shows)
    return one if other is None else max(one, other, key=order.index)


def objection_at(session: Session, number: str) -> tuple[Objection, Close] | None:
    """Return an objection by its number, as it was typed."""
    read = crockford.read(number)
    if read is None:
        return None
    row = session.execute(
        select(Objection, Close)
        .join(Close, Close.id == Objection.close_id)
        .where(Objection.number == read)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def objections_to(session: Session, close_id: int) -> Sequence[Objection]:
    """Return what was said against a month whose reader was let in to it."""
    said = select(Objection).where(Objection.close_id == close_id).order_by(Objection.id)
    return session.scalars(said.limit(PAGE)).all()


def close_of(session: Session, objection_id: int, *, by: Actor) -> int:
    """Return which table an objection is against that *by* may read.

    Raises:
        NoSuchMonth: it is none of theirs.
    """
    found = session.scalar(
        select(Objection.close_id).where(
            Objection.id == objection_id, within(Objection, by, Permission.LEDGER_PUBLISH)
        )
    )
    if found is None:
        raise NoSuchMonth("没有这条异议，或者它不归您看。")
    return found


def showing_of(session: Session, village: str) -> tuple[Shows, bool]:
    """Return how much a village has chosen to show, and whether it names whoever agreed.

    Until it chose, names are masked.
    """
    found = session.get(Showing, village)
    return (Shows.NAMES, False) if found is None else (found.shows, found.named_since is not None)


def _awards(close: Close, *, back: bool = False) -> Select[*tuple[Any, ...]]:
    """Return the awards of a village's month: those between each statement and the one before.

    *back*: those that were taken back in that month, whenever they were paid; below zero.
    """
    earlier = aliased(Statement)
    reached = (
        select(func.max(earlier.last_version))
        .where(earlier.account_id == Statement.account_id, earlier.period < close.period)
        .scalar_subquery()
    )
    return (
        select(
            Posting.rule_version,
            Posting.rule_code,
            func.count().label("times"),
            func.sum(Entry.amount).label("coins"),
        )
        .select_from(Statement)
        .join(
            Entry,
            and_(
                Entry.account_id == Statement.account_id,
                Entry.version <= Statement.last_version,
                Entry.version > func.coalesce(reached, 0),
            ),
        )
        .join(_MOVED, _MOVED.id == Entry.posting_id)
        .join(Posting, Posting.id == (_MOVED.reverses_id if back else _MOVED.id))
        .where(
            Statement.period == close.period,
            Statement.area_code == close.area_code,
            Posting.kind.in_(AWARDS),
        )
    )


def _sums(session: Session, close: Close) -> Sequence[RuleSum]:
    """Return what the village earned by each rule, in the order of the rules."""
    what = (Posting.rule_version, Posting.rule_code)
    found: dict[str, RuleSum] = {}
    known = tables(session)
    for row in session.execute(_awards(close).group_by(*what).order_by(Posting.rule_code)):
        name = known[row.rule_version].by_code[row.rule_code].name
        before = found.get(name, RuleSum(rule=name, times=0, coins=0))
        times, coins = before.times + row.times, before.coins + int(row.coins)
        found[name] = RuleSum(rule=name, times=times, coins=coins)
    return list(found.values())


def _lines(
    session: Session,
    close: Close,
    shows: Shows,
    named_at: datetime | None,
    page: int,
    *,
    back: bool = False,
) -> tuple[Sequence[PublicLine], bool]:
    """Return what households earned openly, by where they live and never by how much.

    A head is named in whole who had agreed by *named_at*, the moment of publication, and still
    does; None where the village names nobody so.
    """
    known = tables(session)
    hidden = [
        and_(Posting.rule_version == version, Posting.rule_code == rule.code)
        for version, table in known.items()
        for rule in table.positive
        if rule.source is Source.CASE
    ]
    head = and_(Person.household_id == Household.id, Person.is_head)
    home = and_(Household.id == Statement.household_id, Household.closed_at.is_(None))
    agreed = and_(
        NameConsent.person_id == Person.id,
        NameConsent.household_id == Household.id,
        NameConsent.withdrawn_at.is_(None),
        false() if named_at is None else NameConsent.given_at <= named_at,
    )
    who = (Household.id, Household.address, Person.name, NameConsent.id)
    what = (*who, Posting.rule_version, Posting.rule_code)
    rows = session.execute(
        _awards(close, back=back)
        .add_columns(Household.address, Person.name, NameConsent.id.label("consent"))
        .join(Household, home)
        .outerjoin(Person, head)
        .outerjoin(NameConsent, agreed)
        .outerjoin(Claim, and_(Claim.posting_id == Posting.id, Claim.sensitive))
        .where(Claim.id.is_(None), *[~one for one in hidden])
        .group_by(*what)
        .order_by(Household.address, Household.id, Posting.rule_code)
        .offset((max(page, 1) - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    lines = [
        PublicLine(
            door=row.address,
            name=_shown(row.name, shows, is_whole=row.consent is not None),
            rule=known[row.rule_version].by_code[row.rule_code].name,
            times=row.times,
            coins=int(row.coins),
        )
        for row in rows[:PAGE]
    ]
    return lines, len(rows) > PAGE


def _shown(name: str | None, shows: Shows, *, is_whole: bool) -> str:
    if shows is not Shows.NAMES:
        return ""
    return (name or "").strip() if is_whole else publish_name(name)
