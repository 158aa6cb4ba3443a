"""How a case looks on a staff page: plain values a template only has to place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later

from grid.queries import Card
from grid.rules import TABLE, ClockKind, Colour, Move, RunningClock, State
from kernel.access import Actor
from kernel.grants import Role
from kernel.web.show import called, iso, when

LEVELS: Final = {
    Colour.RED: {"code": "red", "label": later("红色·马上去")},
    Colour.YELLOW: {"code": "yellow", "label": later("黄色·要尽快")},
    Colour.GREEN: {"code": "green", "label": later("绿色·正常办")},
}
# A normal case late only for 接单 or the first call: not red, but said to be late.
LATE: Final = {"code": "yellow", "label": later("黄色·已超时")}
DUE: Final = {
    ClockKind.ACCEPT: later("接单"),
    ClockKind.RESPOND: later("联系上报人"),
    ClockKind.CLOSE: later("办结"),
}
GIVING: Final = (Move.ASSIGN, Move.REASSIGN)
GIVES_OUT: Final = frozenset({State.SUBMITTED, State.ACCEPTED, State.RETURNED, State.REOPENED})
DESKS: Final = frozenset({Role.TOWN_ADMIN, Role.DISTRICT_CMD, Role.DEPT_HANDLER})
# Which desks the table lets give out a case in each of these states: the others get no button.
GIVERS: Final = {
    state: DESKS
    & {who for move in GIVING if (state, move) in TABLE for who in TABLE[state, move].by}
    for state in GIVES_OUT
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A clock that runs: what for, until when."""

    label: str
    iso: str  # for the countdown
    text: str  # for pages without a script
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """The one thing to do next: a tap that does it, or a page where it is done."""

    label: str
    icon: str
    action: str = ""  # the endpoint that takes the tap
    href: str = ""  # else where it is done


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A case in a list."""

    number: str
    spoken: str  # in groups of four
    level: dict[str, str]
    title: str
    state: str
    place: str
    words: str
    files: int
    owner: str
    ago: str
    due: Due | None
    button: Button | None
    tags: tuple[str, ...]
    seen_state: str
    turn: int


def card_view(card: Card, *, by: Actor, now: datetime) -> CardView:
    """Return how *card* looks to *by*."""
    mine = card.owner_id == by.id
    return CardView(
        number=card.number,
        spoken="-".join(card.number[at : at + 4] for at in (0, 4, 8)),
        level=level(card),
        title=_(card.title),
        state=_("等别人核实") if mine and card.state is State.TO_VERIFY else _(card.state.label),
        place=place(card),
        words=card.voice_line or card.words,
        files=card.files,
        owner=_("我") if mine else (called(card.owner_name) or _("还没有人")),
        ago=when(card.submitted_at),
        due=_due(card, now),
        button=_button(card, by, mine=mine),
        tags=tags(card),
        seen_state=card.state.value,
        turn=card.turn,
    )


def level(card: Card) -> dict[str, str]:
    """Return the level with its words: never by colour alone."""
    found = LEVELS[card.colour]
    if card.overdue and card.colour is Colour.YELLOW:
        found = LATE
    return {name: str(value) for name, value in found.items()}


def place(card: Card) -> str:
    """Return where it is, from the area down to the words."""
    parts = (card.area_line, card.place_name, card.where)
    return " · ".join(dict.fromkeys(part for part in parts if part))


def tags(card: Card) -> tuple[str, ...]:
    """Return what is unusual about a case, in a few words each."""
    said = (
        (card.overdue, _("已超时")),
        (card.reopens > 0, _("重办")),
        (card.returns > 0, _("退回过 %(n)s 次", n=card.returns)),
        (card.reporters > 1, _("%(n)s 人报", n=card.reporters)),
        (card.night and not card.taken and not card.overdue, _("7:00 开始计时")),
        (card.paused, _("停表中")),
        (card.waits_answer, _("等居民回答")),
        (card.asks_time, _("等批延期")),
        (card.is_police, _("涉警")),
    )
    return tuple(text for holds, text in said if holds)


def due(kind: ClockKind, moment: datetime, *, now: datetime) -> Due:
    """Return one clock's end."""
    return Due(
        label=str(DUE[kind]),
        iso=iso(moment),
        text=_("%(when)s 前", when=when(moment)),
        late=moment <= now,
    )


def clocks(card: Card, *, now: datetime) -> tuple[Due, ...]:
    """Return every clock that still runs, in the order in which they are stopped."""
    if card.state.is_over or card.state is State.OBJECTED:
        return ()
    ends = (
        (ClockKind.ACCEPT, None if card.taken else card.accept_by),
        (ClockKind.RESPOND, None if card.responded else card.respond_by),
        (ClockKind.CLOSE, None if card.paused else card.close_by),
    )
    return tuple(due(kind, end, now=now) for kind, end in ends if end is not None)


def _due(card: Card, now: datetime) -> Due | None:
    first: RunningClock | None = card.first_due
    return None if first is None else due(first.kind, first.due_at, now=now)


def _button(card: Card, by: Actor, *, mine: bool) -> Button | None:
    if mine:
        return _own_button(card)
    if card.state is State.TO_VERIFY:
        return Button(label=_("去核实"), icon="ok", href=_case(card, "verify"))
    if by.wears(*GIVERS.get(card.state, ())):
        assign = url_for("grid.assign", number=card.number)
        return Button(label=_("派人"), icon="user", href=assign)
    return None


def _own_button(card: Card) -> Button | None:
    if card.unsigned and card.state in {State.DISPATCHED, State.HANDLING}:
        return Button(label=_("签收"), icon="ok", action="grid.sign")
    if card.state is State.DISPATCHED:
        return Button(label=_("接单"), icon="ok", action="grid.accept")
    if card.state is not State.HANDLING:
        return None
    if not card.responded:
        return Button(label=_("我去了"), icon="next", action="grid.on_my_way")
    return Button(label=_("报结果"), icon="list", href=_case(card, "result"))


def _case(card: Card, part: str) -> str:
    return url_for("grid.case", number=card.number, _anchor=part)
