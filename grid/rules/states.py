"""The state table of a case (G2), read from ``grid/data/case_states.yaml``.

The table there is the only one; this module gives its codes names that a type checker knows.
What is marked ``since`` there belongs to a feature still to come: it has no name here and cannot
be reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from grid.errors import WrongMoment
from grid.rules.source import packaged, tree
from grid.rules.spans import Span
from kernel.grants import Role
from kernel.permissions import Permission

_TREE: Final = tree(packaged("case_states"))


def _enabled(part: str) -> list[dict[str, Any]]:
    return [row for row in _TREE[part] if "since" not in row]


class State(StrEnum):
    """Where a case stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    RETURNED = "returned"
    TO_VERIFY = "to_verify"
    CLOSED = "closed"
    REOPENED = "reopened"
    REJECTED = "rejected"
    OBJECTED = "objected"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """What staff read."""
        return _LABELS[self]

    @property
    def citizen(self) -> str:
        """What residents read."""
        return _CITIZEN[self]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do, unless the resident asks again."""
        return self in ENDS


class Move(StrEnum):
    """What can happen to a case."""

    ADMIT = "admit"
    ASSIGN = "assign"
    ACCEPT = "accept"
    RETURN = "return"
    REASSIGN = "reassign"
    ESCALATE = "escalate"
    REPORT_RESULT = "report_result"
    VERIFY = "verify"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    REJECT = "reject"
    MERGE = "merge"
    OBJECT = "object"
    UPHOLD = "uphold"
    DISMISS = "dismiss"

    @property
    def label(self) -> str:
        """What the button says; ``Transition.name`` is more exact where one move has two names."""
        return _MOVE_LABELS[self]


class Finding(StrEnum):
    """What a case turned out to be: proposed by the handler, settled by the verifier."""

    TRUE = "true"
    PARTLY = "partly"
    UNFOUNDED = "unfounded"
    UNDETERMINABLE = "undeterminable"

    @property
    def label(self) -> str:
        """What everybody reads."""
        return _FINDING_LABELS[self]


class Urgency(StrEnum):
    """Which policy a case runs under."""

    URGENT = "urgent"
    NORMAL = "normal"

    @property
    def label(self) -> str:
        """What everybody reads."""
        return {Urgency.URGENT: "紧急", Urgency.NORMAL: "普通"}[self]


class Actor(StrEnum):
    """Who somebody is to one case, beside the roles they hold."""

    SYSTEM = "system"
    OWNER = "owner"
    VERIFIER = "verifier"


class Need(StrEnum):
    """What must be given with a move."""

    OWNER = "owner"
    REASON = "reason"
    RESULT_TEXT = "result_text"
    PROPOSED_FINDING = "proposed_finding"
    FINDING = "finding"
    MAIN_CASE = "main_case"
    RESPONSIBLE_CHANNEL = "responsible_channel"


class Guard(StrEnum):
    """What must hold beside state, role and values; decided in ``guards``."""

    HANDLER_NOT_STAFF_REPORTER = "handler_not_staff_reporter"
    VERIFIER_NOT_HANDLER = "verifier_not_handler"
    THIRD_PERSON_IF_SELF_HANDLED = "third_person_if_self_handled"
    LIGHT_VERIFY_NON_URGENT = "light_verify_non_urgent"
    NON_URGENT = "non_urgent"
    FINDING_AS_PROPOSED = "finding_as_proposed"
    DIFFERENT_OWNER_OR_SUPERVISED = "different_owner_or_supervised"
    SOLE_REPORTER = "sole_reporter"
    NO_REJECT_AFTER_UPHELD = "no_reject_after_upheld"
    ONE_LEVEL_UP = "one_level_up"

    @property
    def text(self) -> str:
        """The rule as the policy words it."""
        return _GUARD_TEXTS[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table.  ``to`` is None where the state stays and only the owner changes."""

    move: Move
    name: str
    starts: frozenset[State]
    to: State | None
    by: frozenset[Actor | Role]
    needs: tuple[Need, ...]
    guards: tuple[Guard, ...]
    permission: Permission
    limit: int | None  # so many times in the life of one case
    within: timedelta | None  # whole natural days after the state was reached
    sampled: bool  # a share of these is looked at on the spot afterwards

    def end(self, state: State) -> State:
        """Return the state a case is in after this move from *state*."""
        return state if self.to is None else self.to


def _who(code: str) -> Actor | Role:
    return Actor(code) if code in set(Actor) else Role(code)


def _transition(row: Mapping[str, Any]) -> Transition:
    return Transition(
        move=Move(row["move"]),
        name=row["name"],
        starts=frozenset(map(State, row["from"])),
        to=None if row["to"] == "same" else State(row["to"]),
        by=frozenset(map(_who, row["by"])),
        needs=tuple(map(Need, row.get("need", ()))),
        guards=tuple(map(Guard, row.get("guard", ()))),
        permission=Permission(row["permission"]),
        limit=row.get("limit"),
        within=Span.parse(row["within"]).length if "within" in row else None,
        sampled=row.get("sampled", False),
    )


_LABELS: Final[dict[State, str]] = {State(row["code"]): row["name"] for row in _enabled("states")}
_CITIZEN: Final[dict[State, str]] = {
    State(row["code"]): row["citizen"] for row in _enabled("states")
}
_GUARD_TEXTS: Final[dict[Guard, str]] = {Guard(row["code"]): row["text"] for row in _TREE["guards"]}
_FINDING_LABELS: Final[dict[Finding, str]] = {
    Finding(row["code"]): row["name"] for row in _TREE["attributes"]["finding"]
}

ENDS: Final = frozenset(State(row["code"]) for row in _enabled("states") if row.get("terminal"))
TRANSITIONS: Final = tuple(map(_transition, _enabled("transitions")))
_MOVE_LABELS: Final[dict[Move, str]] = {
    row.move: row.name for row in reversed(TRANSITIONS)
}  # the first name holds
TABLE: Final[Mapping[tuple[State, Move], Transition]] = MappingProxyType(
    {(state, row.move): row for row in TRANSITIONS for state in row.starts}
)
ACTOR_ROLES: Final[Mapping[Actor, frozenset[Role]]] = MappingProxyType(
    {Actor(row["code"]): frozenset(map(Role, row["roles"])) for row in _TREE["actors"]}
)
SAMPLE_PERCENT: Final[int] = _TREE["sample_pct"]


def transition(state: State, move: Move) -> Transition:
    """Return the row for *move* from *state*.

    Raises:
        WrongMoment: there is none.
    """
    try:
        return TABLE[state, move]
    except KeyError:
        raise WrongMoment(
            "这件事现在是“%(state)s”，不能%(move)s，请刷新后再看。",
            state=state.label,
            move=move.label,
        ) from None


def next_state(state: State, move: Move) -> State:
    """Return where *move* takes a case that is in *state*.

    Raises:
        WrongMoment: the move is not in the table.
    """
    return transition(state, move).end(state)
