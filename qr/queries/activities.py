"""What is read about activities and who signed in at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.models import Person
from people.queries import scoped
from people.rules import mask_name, mask_phone
from qr.errors import NoSuchActivity
from qr.models import Activity, Code, SignIn
from qr.rules import CodeState, How

ACTIVITY_PAGE: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLine:
    """An activity as pages show it."""

    code_id: int
    name: str
    area_code: str
    place: str
    starts_at: datetime
    ends_at: datetime
    state: CodeState
    token: str
    came: int = 0


@dataclass(frozen=True, slots=True)
class AttenderLine:
    """Somebody who signed in, as whoever may not see names sees them."""

    name: str
    phone: str
    how: How
    signed_at: datetime


class OwnSignIn(NamedTuple):
    """That somebody signed in, as they themselves see it."""

    activity: str
    signed_at: datetime


def activity_page(
    session: Session, *, by: Actor, before: int | None = None
) -> Sequence[ActivityLine]:
    """Return the last activities that *by* may read, the newest first; *before* an older page."""
    statement = scoped(_activities(), by, Permission.QR_READ)
    if before is not None:
        statement = statement.where(Code.id < before)
    rows = session.execute(statement.order_by(Code.id.desc()).limit(ACTIVITY_PAGE)).all()
    came = _came(session, [row[0].id for row in rows])
    return [_line(code, activity, came.get(code.id, 0)) for code, activity in rows]


def activity_detail(session: Session, code_id: int, *, by: Actor) -> ActivityLine:
    """Return one activity.

    Raises:
        NoSuchActivity: there is none that *by* may read.
    """
    statement = scoped(_activities().where(Code.id == code_id), by, Permission.QR_READ)
    row = session.execute(statement).first()
    if row is None:
        raise NoSuchActivity("没有这场活动，或者它不在您的区域。")
    return _line(row[0], row[1], _came(session, [code_id]).get(code_id, 0))


def activity_at(session: Session, code_id: int) -> ActivityLine | None:
    """Return what everybody may know who scanned its code: open, so not scoped."""
    row = session.execute(_activities().where(Code.id == code_id)).first()
    return None if row is None else _line(row[0], row[1], 0)


def attenders(session: Session, code_id: int, *, by: Actor) -> Sequence[AttenderLine]:
    """Return who signed in, names and numbers masked; nobody where *by* may not see the list."""
    statement = select(Code, SignIn).join(SignIn, SignIn.code_id == Code.id)
    statement = scoped(statement.where(Code.id == code_id), by, Permission.ACTIVITY_CONFIRM)
    return [
        AttenderLine(mask_name(one.name), mask_phone(one.phone), one.how, one.signed_at)
        for _code, one in session.execute(statement.order_by(SignIn.id))
    ]


def attended(session: Session, code_id: int) -> Sequence[int]:
    """Return the people we know who signed in; the program's own, for what comes of it."""
    statement = select(SignIn.person_id).where(
        SignIn.code_id == code_id, SignIn.person_id.is_not(None)
    )
    return [one for one in session.scalars(statement.order_by(SignIn.id)) if one is not None]


def own_sign_in(session: Session, code_id: int, person_id: int) -> SignIn | None:
    """Return that somebody signed in at one activity; asked about oneself only."""
    return session.scalar(
        select(SignIn).where(SignIn.code_id == code_id, SignIn.person_id == person_id)
    )


def own_sign_ins(session: Session, person_id: int) -> Sequence[OwnSignIn]:
    """Return where somebody signed in, the newest first; with their number only, too."""
    index = session.scalar(select(Person.phone_index).where(Person.id == person_id))
    theirs = SignIn.person_id == person_id
    if index is not None:
        theirs |= SignIn.phone_index == index
    rows = session.execute(
        select(Code.place_name, SignIn.signed_at)
        .join(SignIn, SignIn.code_id == Code.id)
        .where(theirs)
        .order_by(SignIn.id.desc())
    )
    return [OwnSignIn(name, at) for name, at in rows]


def _activities() -> Select[Code, Activity]:
    return select(Code, Activity).join(Activity, Activity.code_id == Code.id)


def _came(session: Session, code_ids: Sequence[int]) -> Mapping[int, int]:
    counted = (
        select(SignIn.code_id, func.count().label("came"))
        .where(SignIn.code_id.in_(code_ids))
        .group_by(SignIn.code_id)
    )
    return {one.code_id: one.came for one in session.execute(counted)}


def _line(code: Code, activity: Activity, came: int) -> ActivityLine:
    return ActivityLine(
        code_id=code.id,
        name=code.place_name,
        area_code=code.area_code,
        place=activity.place,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        state=code.state,
        token=code.token or "",
        came=came,
    )
