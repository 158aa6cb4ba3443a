"""The kinds and states of a code, what may happen to it, and what a scan of it means."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from qr.errors import WrongMoment

# A label replaced so often that its last successor lies further away is answered
# with what was found on the way.  Nobody has printed that many; a ring would be endless.
MOST_HOPS: Final = 8


class CodeKind(StrEnum):
    """What a code stands for, and so where a scan of it leads."""

    OPEN = "open"  # a town's or a team's, without a place: for riders, on a leaflet
    SPOT = "spot"  # a place in a grid, such as a lamp post
    PLACE = "place"  # a shop or workshop (一单一码)
    HOUSEHOLD = "household"  # a household's card (户码); a bearer's secret
    SIGN_IN = "sign_in"  # the screen at an activity
    DESK = "desk"  # the exchange desk


KIND_NAMES: Final[Mapping[CodeKind, str]] = MappingProxyType(
    {
        CodeKind.SPOT: "点位码",
        CodeKind.PLACE: "场所码",
        CodeKind.OPEN: "公共码",
        CodeKind.DESK: "兑换码",
        CodeKind.SIGN_IN: "签到码",
        CodeKind.HOUSEHOLD: "户码",
    }
)


# What each is for, for whoever orders one.
KIND_HINTS: Final[Mapping[CodeKind, str]] = MappingProxyType(
    {
        CodeKind.SPOT: "挂在一个固定的地方：灯杆、路口、广场、河边。扫了就报这里的事",
        CodeKind.PLACE: "贴在店铺、作坊、工地、出租房门口。扫了就报这一家的事",
        CodeKind.OPEN: "没有固定地点：发给骑手、印在传单上。报的时候再说在哪里",
        CodeKind.DESK: "放在兑换点的桌上",
    }
)


class CodeState(StrEnum):
    """How far a code has come."""

    ORDERED = "ordered"
    PRINTED = "printed"
    HUNG = "hung"
    DAMAGED = "damaged"  # said to be unreadable, or to have been stuck over
    REPLACED = "replaced"
    REVOKED = "revoked"


STATE_NAMES: Final[Mapping[CodeState, str]] = MappingProxyType(
    {
        CodeState.ORDERED: "还没打印",
        CodeState.PRINTED: "打印了，还没挂",
        CodeState.HUNG: "挂着",
        CodeState.DAMAGED: "有人说有问题",
        CodeState.REPLACED: "换过了",
        CodeState.REVOKED: "作废了",
    }
)


class Move(StrEnum):
    """What happens to a code."""

    PRINT = "print"
    HANG = "hang"
    REPORT_DAMAGE = "report_damage"
    FIND_SOUND = "find_sound"  # whoever passed saw that it is all right after all
    REPLACE = "replace"
    REVOKE = "revoke"


class Meaning(StrEnum):
    """What a scan of a code means."""

    LIVE = "live"
    SUCCEEDED = "succeeded"  # another code has taken its place: go on there
    ENDED = "ended"  # say so, and still let people report
    UNKNOWN = "unknown"  # never issued, or not a token at all; nobody is told which


# Printing again changes nothing.  What we have not printed may have been printed elsewhere, so it
# can be hung; that somebody says something is wrong with it does not make it printed.
MOVES: Final[Mapping[CodeState, Mapping[Move, CodeState]]] = MappingProxyType(
    {
        CodeState.ORDERED: {
            Move.PRINT: CodeState.PRINTED,
            Move.HANG: CodeState.HUNG,
            Move.REPORT_DAMAGE: CodeState.ORDERED,
            Move.FIND_SOUND: CodeState.ORDERED,
            Move.REPLACE: CodeState.REPLACED,
            Move.REVOKE: CodeState.REVOKED,
        },
        CodeState.PRINTED: {
            Move.PRINT: CodeState.PRINTED,
            Move.HANG: CodeState.HUNG,
            Move.REPORT_DAMAGE: CodeState.DAMAGED,
            Move.FIND_SOUND: CodeState.HUNG,  # whoever sees it there sees that it hangs
            Move.REPLACE: CodeState.REPLACED,
            Move.REVOKE: CodeState.REVOKED,
        },
        CodeState.HUNG: {
            Move.PRINT: CodeState.HUNG,
            Move.HANG: CodeState.HUNG,
            Move.REPORT_DAMAGE: CodeState.DAMAGED,
            Move.FIND_SOUND: CodeState.HUNG,
            Move.REPLACE: CodeState.REPLACED,
            Move.REVOKE: CodeState.REVOKED,
        },
        CodeState.DAMAGED: {
            Move.PRINT: CodeState.DAMAGED,
            Move.HANG: CodeState.HUNG,
            Move.REPORT_DAMAGE: CodeState.DAMAGED,
            Move.FIND_SOUND: CodeState.HUNG,
            Move.REPLACE: CodeState.REPLACED,
            Move.REVOKE: CodeState.REVOKED,
        },
        CodeState.REPLACED: {},
        CodeState.REVOKED: {},
    }
)

# Nothing more happens to these; a token is never used again.
ENDED: Final = frozenset(state for state, moves in MOVES.items() if not moves)


def next_state(state: CodeState, move: Move) -> CodeState:
    """Return where *move* takes a code.

    Raises:
        WrongMoment: the move is not in the table.
    """
    try:
        return MOVES[state][move]
    except KeyError:
        raise WrongMoment("这张码已经不是刚才的状态了，请刷新后再看。") from None


def meaning(kind: CodeKind, state: CodeState) -> Meaning:
    """Return what a scan means.

    An old public label leads on for ever, because it still hangs somewhere; an
    old household card is dead, because whoever holds it may not be the household.
    """
    if state is CodeState.REVOKED:
        return Meaning.ENDED
    if state is CodeState.REPLACED:
        return Meaning.ENDED if is_secret(kind) else Meaning.SUCCEEDED
    return Meaning.LIVE


def is_secret(kind: CodeKind) -> bool:
    """Whether the token is somebody's secret: longer, and only its digest is kept."""
    return kind is CodeKind.HOUSEHOLD


def is_numbered(kind: CodeKind) -> bool:
    """Whether it stands somewhere that people name on the telephone by a spot number."""
    return kind not in {CodeKind.HOUSEHOLD, CodeKind.SIGN_IN}


def is_hung(kind: CodeKind) -> bool:
    """Whether somebody hangs it somewhere, and so can say that it hangs and is sound."""
    return kind in {CodeKind.OPEN, CodeKind.SPOT, CodeKind.PLACE, CodeKind.DESK}


class Wrong(StrEnum):
    """What somebody says is wrong with a code."""

    COVERED = "covered"  # hidden, or another code stuck over it
    BROKEN = "broken"
    MISPLACED = "misplaced"  # it hangs where it does not belong
    FOREIGN = "foreign"  # what opened was not ours: a look-alike


WRONG_NAMES: Final[Mapping[Wrong, str]] = MappingProxyType(
    {
        Wrong.COVERED: "被遮住了，或者贴上了别的码",
        Wrong.BROKEN: "破损、看不清",
        Wrong.MISPLACED: "地点不对",
        Wrong.FOREIGN: "扫开的网址不一样",
    }
)


class Settled(StrEnum):
    """How what was said to be wrong was settled."""

    SOUND = "sound"  # somebody looked: it is all right
    HUNG = "hung"  # it was put up anew
    REPLACED = "replaced"
    REVOKED = "revoked"
