"""Activities as residents find them, and as whoever leads them does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Household, Person
from people.queries import lies_in, paths_of, within
from people.rules import Level, at_level, mask_name
from points.errors import NoSuchActivity
from points.models import Activity, Claim, ListLine, SignUp, Waiting
from points.queries.ruling import rules_of
from points.rules.activities import ListKind
from points.rules.table import Rule
from qr.models import Code, SignIn
from qr.rules import CodeState

PAGE: Final = 40
MOST: Final = 50
GONE: Final = "没有这场活动，或者它不归您看。"
LEADER: Final = aliased(Person)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCard:
    """An activity in a list, or alone."""

    activity: Activity
    rule: Rule
    leader: str  # as residents may read it
    place: str
    is_off: bool
    came: int = 0
    mine: bool = False  # the reader has signed up
    waiting: int = 0  # stand in line
    place_in_line: int = 0  # of the reader; 0: they do not
    token: str = ""

    @property
    def left(self) -> int:
        """How many may still sign up."""
        return self.activity.capacity - self.activity.taken


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """One's own line on the list of an activity, and the claim it became."""

    activity: Activity
    line: ListLine
    claim: Claim | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody who signed up, as a list shows them."""

    name: str
    at: datetime
    helped: bool
    came: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A line of a confirmed list, and where its claim stands."""

    line: ListLine
    name: str
    claim: Claim | None


def activities_open(
    session: Session, *, now: datetime, person_id: int | None = None
) -> Sequence[ActivityCard]:
    """Return what is to come and takes place, the soonest first, in the reader's own town.

    Open: whoever is not known, or has no household, finds all of the district.
    """
    home = None
    if person_id is not None:
        home = session.scalar(
            select(Household.area_code)
            .join(Person, Person.household_id == Household.id)
            .where(Person.id == person_id)
        )
    statement = _cards(person_id).where(
        Activity.kind == ListKind.ACTIVITY,
        Activity.ends_at > now,
        Code.state.not_in(OFF),
    )
    if home is not None:
        town = at_level(home, Level.TOWN) or home
        statement = statement.where(lies_in(Activity, town))
    rows = session.execute(statement.order_by(Activity.starts_at, Activity.id).limit(MOST)).all()
    return _read(session, rows)


def activity_card(
    session: Session, activity_id: int, *, person_id: int | None = None
) -> ActivityCard:
    """Return one activity as everybody may read it, so not scoped.

    Raises:
        NoSuchActivity: there is none.
    """
    row = session.execute(
        _cards(person_id).where(Activity.id == activity_id, Activity.kind == ListKind.ACTIVITY)
    ).first()
    if row is None:
        raise NoSuchActivity("没有这场活动。")
    return _read(session, [row])[0]


def own_wishes(session: Session, person_id: int, *, now: datetime) -> Sequence[ActivityCard]:
    """Return what somebody signed up for, or waits for, and is not over; about oneself only."""
    rows = session.execute(
        _cards(person_id)
        .where(Activity.ends_at > now, or_(_signed_up(person_id), _waits(person_id)))
        .order_by(Activity.starts_at)
        .limit(MOST)
    ).all()
    return _read(session, rows)


def own_lines(session: Session, person_id: int) -> Sequence[OwnLine]:
    """Return the confirmed lists one stands on, the newest first; asked about oneself only."""
    rows = session.execute(
        select(Activity, ListLine, Claim)
        .join(ListLine, ListLine.activity_id == Activity.id)
        .outerjoin(Claim, Claim.id == ListLine.claim_id)
        .where(ListLine.person_id == person_id)
        .order_by(Activity.id.desc())
        .limit(MOST)
    )
    return [OwnLine(activity=one, line=line, claim=claim) for one, line, claim in rows]


def activities_led(
    session: Session, *, by: Actor, page: int = 1
) -> tuple[Sequence[ActivityCard], bool]:
    """Return the activities and evaluations that *by* may lead, the latest first."""
    rows = session.execute(
        _cards(None)
        .where(within(Activity, by, Permission.ACTIVITY_PUBLISH))
        .order_by(Activity.starts_at.desc(), Activity.id.desc())
        .offset((max(page, 1) - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    return _read(session, rows[:PAGE]), len(rows) > PAGE


def activity_led(session: Session, activity_id: int, *, by: Actor) -> ActivityCard:
    """Return one that *by* may lead.

    Raises:
        NoSuchActivity: there is none for them.
    """
    row = session.execute(
        _cards(None).where(
            Activity.id == activity_id, within(Activity, by, Permission.ACTIVITY_PUBLISH)
        )
    ).first()
    if row is None:
        raise NoSuchActivity(GONE)
    return _read(session, [row])[0]


def wishes_of(session: Session, activity_id: int, *, by: Actor) -> Sequence[Wish]:
    """Return who signed up for what *by* may lead, masked, in the order in which they did."""
    came = and_(SignIn.code_id == Activity.code_id, SignIn.person_id == SignUp.person_id)
    rows = session.execute(
        select(SignUp, Person.name, SignIn.id)
        .join(Activity, Activity.id == SignUp.activity_id)
        .join(Person, Person.id == SignUp.person_id)
        .outerjoin(SignIn, came)
        .where(SignUp.activity_id == activity_id, within(Activity, by, Permission.ACTIVITY_PUBLISH))
        .order_by(SignUp.at, SignUp.person_id)
    )
    return [
        Wish(
            name=mask_name(name), at=one.at, helped=one.helped_by is not None, came=came is not None
        )
        for one, name, came in rows
    ]


def line_of(session: Session, activity_id: int, *, by: Actor) -> Sequence[Wish]:
    """Return who waits for a place at what *by* may lead, masked, in their order."""
    rows = session.execute(
        select(Waiting, Person.name)
        .join(Activity, Activity.id == Waiting.activity_id)
        .join(Person, Person.id == Waiting.person_id)
        .where(
            Waiting.activity_id == activity_id, within(Activity, by, Permission.ACTIVITY_PUBLISH)
        )
        .order_by(Waiting.id)
        .limit(MOST)
    )
    return [
        Wish(name=mask_name(name), at=one.at, helped=one.helped_by is not None, came=False)
        for one, name in rows
    ]


def standings_of(session: Session, activity_id: int, *, by: Actor) -> Sequence[Standing]:
    """Return the confirmed list of what *by* may lead, names masked."""
    rows = session.execute(
        select(ListLine, Person.name, Claim)
        .join(Activity, Activity.id == ListLine.activity_id)
        .join(Person, Person.id == ListLine.person_id)
        .outerjoin(Claim, Claim.id == ListLine.claim_id)
        .where(
            ListLine.activity_id == activity_id, within(Activity, by, Permission.ACTIVITY_PUBLISH)
        )
        .order_by(ListLine.person_id)
    )
    return [Standing(line=line, name=mask_name(name), claim=claim) for line, name, claim in rows]


OFF: Final = (CodeState.REVOKED, CodeState.REPLACED)


def _signed_up(person_id: int | None) -> ColumnElement[bool]:
    return (
        select(SignUp.person_id)
        .where(SignUp.activity_id == Activity.id, SignUp.person_id == (person_id or 0))
        .exists()
    )


def _waits(person_id: int) -> ColumnElement[bool]:
    return (
        select(Waiting.id)
        .where(Waiting.activity_id == Activity.id, Waiting.person_id == person_id)
        .exists()
    )


def _cards(person_id: int | None) -> Select[Activity, str, CodeState, str, int, bool, int, int]:
    came = select(func.count(SignIn.id)).where(SignIn.code_id == Activity.code_id).scalar_subquery()
    line = select(func.count(Waiting.id)).where(Waiting.activity_id == Activity.id)
    own = aliased(Waiting)
    mine = (
        select(own.id)
        .where(own.activity_id == Activity.id, own.person_id == (person_id or 0))
        .scalar_subquery()
    )
    return (
        select(
            Activity,
            LEADER.public_name,
            Code.state,
            Code.token,
            came.label("came"),
            _signed_up(person_id).label("mine"),
            line.scalar_subquery().label("waiting"),
            line.where(Waiting.id <= mine).scalar_subquery().label("place_in_line"),
        )
        .join(LEADER, LEADER.id == Activity.leader_id)
        .outerjoin(Code, Code.id == Activity.code_id)
    )


def _read(
    session: Session, rows: Sequence[Row[Activity, str, CodeState, str, int, bool, int, int]]
) -> list[ActivityCard]:
    places = paths_of(session, [row[0].area_code for row in rows], top=Level.TOWN)
    return [
        ActivityCard(
            activity=activity,
            rule=rules_of(session, activity.rule_version).by_code[activity.rule_code],
            leader=leader,
            place=places.get(activity.area_code, ""),
            is_off=state in OFF,
            came=came,
            mine=bool(mine),
            waiting=waiting,
            place_in_line=place,
            token=token or "",
        )
        for activity, leader, state, token, came, mine, waiting, place in rows
    ]
