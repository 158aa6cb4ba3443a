"""What an outside unit is given: a link for one case, or a call; and how long the link lives."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from grid.rules.categories import CATALOGUE, DEPARTMENTS, Category, Department, Hotline
from grid.rules.states import State

LASTS: Final = timedelta(days=7)
MOST_SAID: Final = 20  # by one link: nobody fills the store through it
MOST_DEVICES: Final = 99  # are told apart; beyond that it is "many" anyway
SHORTEST_NUMBER: Final = 7  # digits that can be somebody's number


class How(StrEnum):
    """How a unit was reached."""

    LINK = "link"
    CALL = "call"


class Said(StrEnum):
    """What a unit can answer."""

    RECEIVED = "received"
    COMING = "coming"
    DONE = "done"

    @property
    def label(self) -> str:
        """What everybody reads."""
        return {Said.RECEIVED: "收到", Said.COMING: "说了什么时候来", Said.DONE: "办好了"}[self]


class LinkState(StrEnum):
    """Whether a link still opens."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OVER = "over"  # the case ended, was merged, or is for the police now

    @property
    def label(self) -> str:
        """What staff read."""
        return {
            LinkState.OPEN: "可以打开",
            LinkState.EXPIRED: "过期了",
            LinkState.REVOKED: "已停用",
            LinkState.OVER: "这件事已经不归他们办",
        }[self]


UNITS: Final[dict[str, Department]] = {
    code: unit for code, unit in DEPARTMENTS.items() if unit.kind == "unit"
}


def digest(token: str) -> str:
    """Return what is kept of a link's secret."""
    return sha256(token.encode()).hexdigest()


def link_state(
    *,
    state: State,
    police: bool,
    expires_at: datetime | None,
    revoked_at: datetime | None,
    now: datetime,
) -> LinkState:
    """Return whether the link of a case opens now; what is final is said first."""
    if state.is_over or police:
        return LinkState.OVER
    if revoked_at is not None:
        return LinkState.REVOKED
    return LinkState.EXPIRED if expires_at is None or now >= expires_at else LinkState.OPEN


def hotlines(category: Category | None) -> tuple[tuple[str, Hotline], ...]:
    """Return whose number to ring for a kind of thing: (unit, number), none where none is public.

    Those of the unit in charge, else of the units beside it (no power: 95598).
    """
    if category is None:
        return ()
    for codes in ((category.dept,), category.co):
        found = [
            (DEPARTMENTS[code].name, line)
            for code in codes
            if code in DEPARTMENTS
            for line in DEPARTMENTS[code].hotlines
        ]
        if found:
            return tuple(found)
    return ()


def hotlines_of(code: str | None) -> tuple[tuple[str, Hotline], ...]:
    """Return the numbers for a category by its code; none for a code nobody knows."""
    return hotlines(CATALOGUE.categories.get(code or ""))


def gives_away(text: str, secrets: Iterable[str | None]) -> bool:
    """Whether *text* holds one of *secrets*, a reporter's name or number, however it is spaced."""
    plain = _squeezed(text)
    return any(
        kept in plain
        for secret in secrets
        if secret and (len(kept := _squeezed(secret)) >= SHORTEST_NUMBER or not kept.isdigit())
        if len(kept) > 1
    )


def _squeezed(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())
