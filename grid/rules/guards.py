"""Single facts that must hold before a move (G3 among them), each from plain values.

Every function answers True where the move may go on.  An unknown person (None) never passes for
somebody else.
"""

from enum import StrEnum
from typing import Final

from grid.rules.levels import Level, is_above, is_one_above
from grid.rules.states import ACTOR_ROLES, SAMPLE_PERCENT, Actor, Finding, Urgency
from kernel.grants import Role

# Who may verify an urgent case: everybody who may verify at all, but the part-time ones.
FULL_VERIFIERS: Final = ACTOR_ROLES[Actor.VERIFIER] - {Role.GRID_PART}


class HandledBy(StrEnum):
    """What kind of owner handled a case."""

    GRID = "grid"  # grid or village: what they also reported needs a third person
    DEPARTMENT = "department"
    OUTSIDE_UNIT = "outside_unit"


def handler_not_staff_reporter(handler: int | None, *, reported_by_staff: int | None) -> bool:
    """Nobody handles what they reported as staff."""
    return reported_by_staff is None or handler != reported_by_staff


def verifier_not_handler(verifier: int | None, *, handled_by: frozenset[int]) -> bool:
    """Nobody verifies what they had a hand in."""
    return verifier is not None and verifier not in handled_by


def third_person_if_self_handled(
    verifier: int | None,
    *,
    reported_by_staff: int | None,
    handled_by: frozenset[int],
    kind: HandledBy,
) -> bool:
    """What grid or village reported and handled is verified by neither of the two.

    A worker who reported may verify what a department or an outside unit did.
    """
    if reported_by_staff is None or kind is not HandledBy.GRID:
        return True
    return verifier is not None and verifier not in handled_by | {reported_by_staff}


def light_verify_non_urgent(roles: frozenset[Role], *, urgency: Urgency) -> bool:
    """Whoever verifies only as a part-timer verifies only what is not urgent."""
    return urgency is not Urgency.URGENT or bool(roles & FULL_VERIFIERS)


def non_urgent(urgency: Urgency) -> bool:
    """A resident's own word closes only what is not urgent."""
    return urgency is not Urgency.URGENT


def finding_as_proposed(finding: Finding | None, *, proposed: Finding | None) -> bool:
    """A resident says "solved"; the finding stays what the handler proposed."""
    return proposed is not None and finding is proposed


def different_owner_or_supervised(
    owner: int | None, *, before: frozenset[int], supervised: bool
) -> bool:
    """Rework goes to somebody new, or somebody above watches over it."""
    return supervised or (owner is not None and owner not in before)


def sole_reporter(reporters: int) -> bool:
    """What several people reported goes on when one of them withdraws."""
    return reporters <= 1


def no_reject_after_upheld(*, upheld: bool) -> bool:
    """An objection that was upheld settles that the case is taken."""
    return not upheld


def one_level_up(level: Level | None, *, before: Level | None) -> bool:
    """A person passes a case to the level right above; the police only to the police."""
    return level is not None and before is not None and is_one_above(level, before)


def upwards(level: Level | None, *, before: Level | None) -> bool:
    """The ladder never goes down, but may pass over a level, and takes up what nobody owns.

    Its village step comes even when the leader's step before it fell away.
    """
    return level is not None and (before is None or is_above(level, before))


def not_the_first_decider(decider: int | None, *, decided_by: int | None) -> bool:
    """Whoever refused a case does not judge the objection."""
    return decider is not None and decider != decided_by


def is_sampled(draw: str) -> bool:
    """Whether a case its reporter closed is looked at all the same; *draw* is "00" to "99"."""
    return int(draw) < SAMPLE_PERCENT


def says_something(text: str) -> bool:
    """Whether there is a letter, a character or a digit in it, and not only blanks and dots."""
    return any(sign.isalnum() for sign in text)
