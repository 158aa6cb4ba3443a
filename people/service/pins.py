"""A household's PIN (换礼密码): set, changed, taken away, and tried.

Wherever a proof is tried a failure is no exception: it must be counted, and an exception would undo
the counting.  Whoever calls commits, and then shows the refusal that came back.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select

from kernel.access import Actor
from kernel.db import keyring
from kernel.permissions import Permission
from kernel.work import Work
from people import rules
from people.errors import NoSuchHousehold, NotDecidable, WrongProof
from people.models import Household, HouseholdPin, Person
from people.rules import pins
from people.service import homes

PERMISSION: Final = Permission.HOUSEHOLD_JOIN_APPROVE  # the village's own: it knows who belongs
SOMEBODY_ELSE: Final = "代办"
OWN: Final = "自己家的事要请别的工作人员来办。"
BLOCKED: Final = (
    "换礼密码错了太多次，已经停用，要到村里重新设。"
    "今天可以请见证人确认，或者请家里人用手机出示动态码。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of a proof: whose it is, or why it is none."""

    household_id: int | None = None
    person_id: int | None = None  # whose phone showed it; of a PIN nobody knows
    refusal: WrongProof | None = None  # to be shown once the unit of work has committed

    @property
    def right(self) -> bool:
        """Whether it proves anything."""
        return self.refusal is None


def set_pin(work: Work, household_id: int, pin: str, *, told_by: int | None, by: Actor) -> None:
    """Give a household a PIN at the village's counter; one that was blocked is open again.

    Args:
        work: the unit of work.
        household_id: whose.
        pin: as typed.
        told_by: the member who stands there and chose it; None is somebody who came for them.
        by: the village's staff.

    Raises:
        BadField: the PIN cannot be used.
        NoSuchHousehold: there is none for *by*, or it was closed.
        NoSuchMember: whoever is said to be there does not belong to it.
        NotDecidable: it is their own household.
    """
    home, said = _at_counter(work, household_id, told_by, by)
    _put(work, home, pin)
    homes.note(work, home, by=by, action="pin-set", detail=said)


def remove_pin(work: Work, household_id: int, *, told_by: int | None, by: Actor) -> None:
    """Let a household have no PIN any more; without one nothing happens.

    Raises:
        NoSuchHousehold, NoSuchMember, NotDecidable: as `set_pin` says.
    """
    home, said = _at_counter(work, household_id, told_by, by)
    if drop_pin(work, home.id):
        homes.note(work, home, by=by, action="pin-remove", detail=said)


def set_own_pin(work: Work, pin: str, *, by: Actor) -> None:
    """Give one's own household a PIN.

    Raises:
        BadField: the PIN cannot be used.
        NoSuchHousehold: *by* belongs to none.
        NotDecidable: *by* has no phone to sign in with, shares the door with strangers, or the
            PIN is blocked and the village has to set it.
    """
    home = _own(work, by)
    _put(work, home, pin)
    homes.note(work, home, by=by, action="pin-own")


def remove_own_pin(work: Work, *, by: Actor) -> None:
    """Let one's own household have no PIN any more; without one nothing happens.

    Raises:
        NoSuchHousehold, NotDecidable: as `set_own_pin` says.
    """
    home = _own(work, by)
    if drop_pin(work, home.id):
        homes.note(work, home, by=by, action="pin-remove")


def check_pin(work: Work, household_id: int, pin: str, *, village: str, by: Actor) -> Tried:
    """Try a household's PIN; five wrong in a row block it until the village sets a new one.

    Commit after a refusal, too.  Whoever calls has made sure that *by* may do so in *village*.

    Args:
        work: the unit of work.
        household_id: whose card lies on the table.
        pin: as typed.
        village: the area code within which the household has to lie.
        by: who tries it, for the log.

    Raises:
        NoSuchHousehold: there is none in that village, or it was closed.
    """
    home = homes.locked_open(work, household_id)
    if home is None or not home.area_code.startswith(village):
        raise NoSuchHousehold("这里没有这一户，或者它已经注销。")
    kept = _locked(work, home.id)
    if kept is None:
        return _no("这一户没有设换礼密码。可以请见证人确认，或者请家里人用手机出示动态码。")
    if kept.blocked_at is not None:
        homes.note(work, home, by=by, action="pin-shut")
        return _no(BLOCKED)
    typed = pins.read_pin(pin)
    if typed is None:  # cannot be right, so nothing is learnt from it
        return _no("换礼密码是 6 位数字，请再输一遍。")
    if rules.is_password(_peppered(home.id, typed), kept.pin):
        kept.failures = 0
        return Tried(household_id=home.id)
    kept.failures += 1
    if kept.failures >= pins.MOST_WRONG:
        kept.blocked_at = work.now()
        homes.note(work, home, by=by, action="pin-blocked")
        return _no(BLOCKED)
    homes.note(work, home, by=by, action="pin-wrong")
    return _no(
        "换礼密码不对，还能试 %(left)s 次。也可以请见证人确认，或者请家里人用手机出示动态码。",
        left=pins.MOST_WRONG - kept.failures,
    )


def drop_pin(work: Work, household_id: int) -> bool:
    """Forget a locked household's PIN; whether there was one."""
    statement = delete(HouseholdPin).where(HouseholdPin.household_id == household_id)
    gone = work.session.execute(statement.returning(HouseholdPin.household_id)).all()
    return bool(gone)


def _at_counter(
    work: Work, household_id: int, told_by: int | None, by: Actor
) -> tuple[Household, str]:
    """Return the locked household, and what the log says of who came."""
    home = homes.locked(work, household_id, by=by, permission=PERMISSION)
    mine = select(Person.id).where(Person.id == by.id, Person.household_id == home.id)
    if work.session.scalar(mine) is not None:
        raise NotDecidable(OWN)
    if told_by is None:
        return home, SOMEBODY_ELSE
    return home, f"person:{homes.member(work, home, told_by).id}"


def _own(work: Work, by: Actor) -> Household:
    home, person = homes.own_home(work, by)
    if not person.phone_index:
        raise NotDecidable("请先用手机号登录。")
    if home.kind is not rules.HouseholdKind.FAMILY:
        homes.check_head(work, home, by)  # who shares a dormitory or a firm are strangers
    kept = _locked(work, home.id)
    if kept is not None and kept.blocked_at is not None:
        raise NotDecidable("换礼密码错了太多次，已经停用。请带上户码到村里重新设。")
    return home


def _put(work: Work, home: Household, typed: str) -> None:
    phones = work.session.scalars(
        select(Person.phone).where(Person.household_id == home.id, Person.phone_index.is_not(None))
    )
    pin = pins.checked_pin(typed, number=home.number, phones=[one for one in phones if one])
    kept = _locked(work, home.id)
    if kept is None:
        kept = HouseholdPin(household_id=home.id)
        work.session.add(kept)
    kept.pin = rules.hash_password(_peppered(home.id, pin), chance=work.parts.chance)
    kept.failures, kept.blocked_at, kept.set_at = 0, None, work.now()
    work.session.flush()


def _locked(work: Work, household_id: int) -> HouseholdPin | None:
    statement = select(HouseholdPin).where(HouseholdPin.household_id == household_id)
    return work.session.scalar(
        statement.with_for_update().execution_options(populate_existing=True)
    )


def _peppered(household_id: int, pin: str) -> str:
    """Return what is hashed: whoever has the database alone cannot try a million PINs."""
    return keyring().index(f"pin:{household_id}:{pin}")


def _no(sentence: str, **values: object) -> Tried:
    return Tried(refusal=WrongProof(sentence, **values))
