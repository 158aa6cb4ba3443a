"""What can be done with an activity: it is made, people sign in, their names are looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once, keyring
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Person
from people.queries import profile_of, scoped
from people.rules import checked_phone
from qr import rules
from qr.errors import BadActivity, NoSuchActivity, NotNow
from qr.events import ActivityAttended, ActivityStopped
from qr.models import Activity, Code, SignIn
from qr.rules import CodeKind, Entry, How, activities, rotating
from qr.service.codes import end, issue, lock


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityWanted:
    """An activity at which people are to sign in."""

    name: str
    area_code: str
    place: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attender:
    """Who signs in: somebody we know, or a name and what goes with it."""

    person_id: int | None = None
    name: str = ""  # of who is known: only where they never told us
    phone: str = ""
    device: str = ""  # what this phone is known by here; nothing the first time


@dataclass(frozen=True, slots=True)
class Attended:
    """A sign-in, and whether it is a new one."""

    sign_in: SignIn
    fresh: bool


def make_activity(work: Work, wanted: ActivityWanted, *, by: Actor | None) -> Activity:
    """Make an activity and the code that moves on its screen.

    Raises:
        BadActivity: name or hours cannot be right.
        NoSuchArea, NotYourArea, BadPlace: as `issue` says.
    """
    activities.checked_hours(wanted.starts_at, wanted.ends_at, now=work.now())
    place = " ".join(wanted.place.split())
    if len(place) > rules.LONGEST_WHERE:
        raise BadActivity("地点太长，最多%(most)s个字。", most=rules.LONGEST_WHERE)
    code = issue(
        work,
        kind=CodeKind.SIGN_IN,
        area_code=wanted.area_code,
        place_name=activities.checked_name(wanted.name),
        by=by,
    ).code
    made = Activity(
        code_id=code.id, place=place, starts_at=wanted.starts_at, ends_at=wanted.ends_at
    )
    work.session.add(made)
    work.session.flush()
    return made


def sign_in(work: Work, code_id: int, entry: Entry, who: Attender) -> Attended:
    """Sign somebody in; the same page, person, phone number or name on one phone counts once.

    Raises:
        NotNow: the page was opened too long ago or not by a screen, or nobody can sign in now.
        BadActivity: there is no name.
        BadField: the phone number is none.
    """
    if not rotating.still_open(_key(work), code_id, entry, now=work.now()):
        raise NotNow("这一页打开太久了，没有签上。请对着屏幕再扫一次。")
    person = None if who.person_id is None else profile_of(work.session, who.person_id)
    how = How.NAMED if person is None else How.SIGNED_IN
    return _put(work, _open_now(work, code_id), entry.key, how, who, person)


def sign_in_for(work: Work, code_id: int, name: str, *, by: Actor) -> Attended:
    """Write down somebody who has no phone; a name that was written down before counts once.

    Raises:
        NoSuchActivity: there is none in which *by* may do so.
        NotNow: nobody can sign in now.
        BadActivity: there is no name.
    """
    _reached(work, code_id, Permission.ACTIVITY_SIGN_IN, by)
    who = Attender(name=name, device="counter")  # theirs is one phone for all who have none
    done = _put(work, _open_now(work, code_id), work.token(), How.HELPED, who, None)
    if done.fresh:
        _note(work, code_id, "sign-in-for", by, str(done.sign_in.id))
    return done


def sign_in_person(work: Work, code_id: int, person_id: int, *, by: Actor) -> Attended:
    """Sign in somebody we know who has no phone with them; once, as `sign_in`.

    The hours are not looked at: an organiser without a network writes on paper first.

    Raises:
        BadActivity: they have no name.
    """
    person = profile_of(work.session, person_id)
    activity = work.session.get_one(Activity, code_id)
    done = _put(work, activity, work.token(), How.HELPED, Attender(person_id=person_id), person)
    if done.fresh:
        _note(work, code_id, "sign-in-for", by, str(done.sign_in.id))
    return done


def sign_out(work: Work, code_id: int, entry: Entry, person_id: int) -> SignIn:
    """Note that somebody leaves, at the minute in which they scanned the screen.

    The same page sent twice says the same minute; whoever came back and scans again leaves later.

    Raises:
        NotNow: the page was opened too long ago or not by a screen, nobody can sign in now, or
            they have not.
    """
    if not rotating.still_open(_key(work), code_id, entry, now=work.now()):
        raise NotNow("这一页打开太久了，没有签上。请对着屏幕再扫一次。")
    _open_now(work, code_id)
    row = work.session.scalar(
        select(SignIn)
        .where(SignIn.code_id == code_id, SignIn.person_id == person_id)
        .with_for_update()
    )
    if row is None:
        raise NotNow("您还没有签到，请先签到。")
    row.left_at = max(row.signed_at, row.left_at or row.signed_at, rotating.moment_of(entry.step))
    return row


def call_off(work: Work, code_id: int, *, reason: str, by: Actor | None) -> None:
    """Let nobody sign in at an activity any more; who came stays on its list.

    *by* is None for another feature, which asked who may, and tells those concerned itself.

    Raises:
        NoSuchActivity: there is none that *by* may call off.
        WrongMoment: it was called off before.
    """
    _reached(work, code_id, Permission.QR_REVOKE, by)
    end(work, lock(work, code_id, by, Permission.QR_REVOKE), reason=reason, by=by)
    if by is not None:
        work.announce(ActivityStopped(code_id=code_id))


def read_names(work: Work, code_id: int, *, by: Actor, why: str) -> Sequence[SignIn]:
    """Return who signed in, with names and numbers; the log says who looked.

    Raises:
        NoSuchActivity: there is none whose list *by* may see.
    """
    _reached(work, code_id, Permission.ACTIVITY_CONFIRM, by)
    _note(work, code_id, "names-read", by, why)
    statement = select(SignIn).where(SignIn.code_id == code_id).order_by(SignIn.id)
    return work.session.scalars(statement).all()


def _key(work: Work) -> bytes:
    return rotating.key_of(work.parts.settings.secret_key)


def _open_now(work: Work, code_id: int) -> Activity:
    found = work.session.execute(
        select(Activity, Code.state).join(Code).where(Activity.code_id == code_id)
    ).first()
    if found is None:
        raise NotNow(activities.CALLED_OFF)
    activity: Activity = found[0]
    called_off = found[1] in rules.ENDED
    why_not = activities.why_not(
        activity.starts_at, activity.ends_at, called_off=called_off, now=work.now()
    )
    if why_not:
        raise NotNow(why_not)
    return activity


def _put(
    work: Work, activity: Activity, key: str, how: How, who: Attender, person: Person | None
) -> Attended:
    name = activities.checked_attender((person and person.name) or who.name)
    phone = (person and person.phone) or (checked_phone(who.phone) if who.phone else None)
    device = f"{activity.code_id}:{who.device}:{activities.folded_name(name)}"
    values = {
        "code_id": activity.code_id,
        "key": key,
        "person_id": None if person is None else person.id,
        "phone_index": phone and keyring().index(phone),
        # Whoever is known, or left a number, is told by that.
        "device_index": keyring().index(device) if who.device and not (person or phone) else None,
    }
    fresh = insert_once(
        work.session,
        SignIn,
        unique=None,
        **values,
        how=how,
        name=name,
        phone=phone,
        signed_at=work.now(),
    )
    row = work.session.scalars(_same(values).limit(1)).one()
    # Somebody wrote their number before, perhaps somebody else: now it is really them.
    if person is not None and row.person_id is None and phone and row.phone == phone:
        row.person_id, row.how, row.name, fresh = person.id, how, name, True
        work.session.flush()
    if fresh:
        work.announce(
            ActivityAttended(sign_in_id=row.id, code_id=row.code_id, person_id=row.person_id)
        )
    return Attended(row, fresh)


def _same(values: dict[str, object]) -> Select[SignIn]:
    """Return the statement for the row that is, or stood in the way of, one with these values."""
    ways = (SignIn.person_id, SignIn.phone_index, SignIn.device_index)
    told = [way == values[way.key] for way in ways if values[way.key] is not None]
    here = and_(SignIn.code_id == values["code_id"], or_(*told)) if told else None
    by_key = SignIn.key == values["key"]
    found = select(SignIn).where(by_key if here is None else or_(by_key, here))
    return found.order_by(SignIn.person_id.is_(None), SignIn.id)


def _reached(work: Work, code_id: int, permission: Permission, by: Actor | None) -> Code:
    statement = select(Code).join(Activity).where(Code.id == code_id)
    if by is not None:
        statement = scoped(statement, by, permission)
    found = work.session.scalar(statement)
    if found is None:
        raise NoSuchActivity("没有这场活动，或者它不在您的区域。")
    return found


def _note(work: Work, code_id: int, verb: str, by: Actor, detail: str) -> None:
    area = work.session.scalar(select(Code.area_code).where(Code.id == code_id)) or ""
    audit.note(
        work,
        by=by,
        action=f"activity.{verb}",
        subject=f"qr_code:{code_id}",
        area=area,
        detail=detail,
    )
