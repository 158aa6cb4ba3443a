"""A member's 60-second code, used once."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once
from kernel.work import Work
from people.errors import WrongProof
from people.models import CodeUse, Household
from people.queries.own_codes import code_key, holders
from people.rules import own_codes
from people.rules.own_codes import Shown
from people.service import homes
from people.service.pins import Tried

KEEP: Final = timedelta(days=1)  # a code is worth nothing after two minutes
WRONG: Final = (
    "这个动态码不对，或者过了时间。请家里人在手机上换一个新的。"
    "也可以用户码加换礼密码，或者请见证人确认。"
)
USED: Final = "这个动态码已经用过了，一个码只能用一次。请家里人在手机上等出新的再用。"


def use_code(work: Work, code: str, *, village: str, by: Actor) -> Tried:
    """Use up the code that a member shows; one of another village is as wrong as any other.

    Commit after a refusal, too: it stands in the log.  Whoever calls has made sure that *by* may do
    so in *village*, and counts misses as of the kind ``own-code`` (`kernel.web.count_miss`).

    Args:
        work: the unit of work.
        code: as typed or scanned.
        village: the area code within which the household has to lie.
        by: who looks at it, for the log.
    """
    read = own_codes.read_code(code)
    shown = read and _found(work, read, village)
    home = homes.locked_open(work, shown.household_id) if shown else None
    if not shown or home is None or not _still(work, shown, village):
        about = f"area:{village}"
        audit.note(work, by=by, action="household.code-wrong", subject=about, area=village)
        return Tried(refusal=WrongProof(WRONG))
    if not _use(work, shown):
        homes.note(work, home, by=by, action="code-again", detail=f"person:{shown.person_id}")
        return Tried(refusal=WrongProof(USED))
    homes.note(work, home, by=by, action="code-used", detail=f"person:{shown.person_id}")
    return Tried(household_id=home.id, person_id=shown.person_id)


def forget_code_uses(work: Work) -> None:
    """Forget which codes were used, long after they were worth anything."""
    work.session.execute(delete(CodeUse).where(CodeUse.used_at < work.now() - KEEP))


def _found(work: Work, code: str, village: str) -> Shown | None:
    """Return whose code it is; None, too, in the rare minute in which two households show it."""
    found = own_codes.shown_by(code_key(), holders(work.session, village), code, now=work.now())
    return found[0] if len({one.household_id for one in found}) == 1 else None


def _still(work: Work, shown: Shown, village: str) -> bool:
    """Whether they belong to the household, which is locked by now, and it lies there still."""
    person = homes.locked_person(work, shown.person_id)
    home = work.session.get_one(Household, shown.household_id)
    belongs = person.household_id == home.id and person.phone_index is not None
    return belongs and home.area_code.startswith(village)


def _use(work: Work, shown: Shown) -> bool:
    """Write down the use; whether neither this code nor a later one was used before."""
    later = select(CodeUse.step).where(
        CodeUse.household_id == shown.household_id, CodeUse.step > shown.step
    )
    if work.session.scalars(later.limit(1)).first() is not None:
        return False
    return insert_once(
        work.session,
        CodeUse,
        unique=None,
        household_id=shown.household_id,
        step=shown.step,
        person_id=shown.person_id,
        used_at=work.now(),
    )
