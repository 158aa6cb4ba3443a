"""The 60-second code on a member's own phone, of which nothing is kept until it is used.

Each member has one of their own, so that whoever leaves takes none along.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from kernel import crockford
from kernel.moving import GRACE, signed, step_at

LENGTH: Final = 8
DIGITS: Final = "0123456789"


class Holder(NamedTuple):
    """Who may show a code: a member with a phone, and the household they belong to."""

    household_id: int
    person_id: int


class Shown(NamedTuple):
    """Whose code it is, and of which minute."""

    household_id: int
    person_id: int
    step: int


def code_of(key: bytes, holder: Holder, step: int) -> str:
    """Return the eight digits that *holder* shows during *step*."""
    said = f"household {holder.household_id} {holder.person_id} {step}"
    return signed(key, said, LENGTH, alphabet=DIGITS)


def read_code(typed: str) -> str | None:
    """Return the eight digits that were typed or scanned, or None if it is something else."""
    digits = crockford.fold(typed[:40])
    return digits if len(digits) == LENGTH and set(digits) <= set(DIGITS) else None


def shown_by(key: bytes, holders: Iterable[Holder], code: str, *, now: datetime) -> list[Shown]:
    """Return who of *holders* shows *code*, now or in the minute before: nearly always one."""
    at = step_at(now)
    return [
        Shown(holder.household_id, holder.person_id, step)
        for holder in holders
        for step in range(at, at - GRACE - 1, -1)
        if hmac.compare_digest(code_of(key, holder, step), code)
    ]
