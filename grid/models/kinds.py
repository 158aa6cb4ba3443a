"""What is written down about a case beside its moves, and what its files are."""

from enum import StrEnum
from typing import Final

from sqlalchemy import Enum

from grid.rules import ENDS, Move, State


class Act(StrEnum):
    """What is written down about a case beside its moves."""

    OPENED = "opened"
    CALLED = "called"
    ON_MY_WAY = "on_my_way"
    NOTE = "note"
    CLASSIFY = "classify"
    VOICE_LINE = "voice_line"
    URGE = "urge"
    SUPPLEMENT = "supplement"
    LOOK = "look"
    LADDER = "ladder"
    OTHERS = "others"  # somebody whose report was merged into this one said something
    SPOT_CHECK = "spot_check"  # somebody looked at what its reporter called solved
    JOINED = "joined"  # another case was merged into this one
    SIGNED = "signed"  # a department signed for what was in hand already
    HELP = "help"  # another department was asked to join in, or answered
    HANDOVER = "handover"  # one department would give it to another, or the town answered
    OUTSIDE = "outside"  # an outside unit was given it, or no longer has it
    UNIT_SAID = "unit_said"  # what that unit answered
    EXTERNAL = "external"  # its number in another system
    PAUSED = "paused"  # the close clock stands still
    RESUMED = "resumed"
    ASKED = "asked"  # the resident is asked for more, on the receipt
    ANSWERED = "answered"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    EXTENSION_REFUSED = "extension_refused"
    EXTENSION_LAPSED = "extension_lapsed"
    WARNED = "warned"  # the reporters were told that it may be late
    BROKEN = "broken"  # and that it is
    CALL_OWED = "call_owed"  # somebody above has to ring
    SUPERVISED = "supervised"  # and did
    NOT_REACHED = "not_reached"  # or could not
    OBJECTION_LATE = "objection_late"


# Whoever did one of these had a hand in the case and does not verify it (G3).
HANDS_ON_MOVES: Final = (Move.ACCEPT, Move.REPORT_RESULT)
HANDS_ON_ACTS: Final = (Act.CALLED, Act.ON_MY_WAY, Act.SIGNED)


class FileKind(StrEnum):
    """What a picture or a voice note belongs to."""

    REPORT = "report"
    SUPPLEMENT = "supplement"
    HANDLING = "handling"


def one_of(kind: type[StrEnum], name: str) -> Enum:
    """Return the type of one of several columns of a kind; each needs a constraint's name."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


OPEN: Final = tuple(state for state in State if state not in ENDS)
