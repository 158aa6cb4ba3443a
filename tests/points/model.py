"""What a ledger should do, written again without looking at ours: the state machine's oracle."""

from collections.abc import Sequence
from dataclasses import dataclass, field

Move = tuple[str, str, int]  # from, to, how many


@dataclass
class Purse:
    """What came in, went out and is set aside."""

    came: int = 0
    went: int = 0
    aside: int = 0


@dataclass
class Model:
    """Purses by name; *endless* ones are never short.  Answers are words."""

    order: Sequence[str]  # in which purses are looked at
    endless: frozenset[str]
    purses: dict[str, Purse] = field(default_factory=dict)
    done: dict[str, object] = field(default_factory=dict)  # what each key was used for
    moved: dict[str, list[Move]] = field(default_factory=dict)  # by key, what can be undone
    aside: dict[str, list[Move]] = field(default_factory=dict)  # by key, holds

    def __post_init__(self) -> None:
        self.purses = {name: Purse() for name in self.order}

    def post(self, key: str, moves: list[Move]) -> str:
        """Move coins."""
        return self._once(key, ("post", moves), moves, [], [])

    def hold(self, key: str, moves: list[Move]) -> str:
        """Set coins aside."""
        answer = self._once(key, ("hold", moves), [], moves, [])
        if answer == "done":
            self.aside[key] = moves
        return answer

    def capture(self, key: str, hold: str, amounts: list[int]) -> str:
        """Hand out some of what was set aside, free the rest."""
        held = self.aside[hold]
        if not any(amounts) or any(n > m[2] for n, m in zip(amounts, held, strict=True)):
            return "BadPosting"
        given = [(a, b, n) for n, (a, b, _) in zip(amounts, held, strict=True) if n]
        answer = self._once(f"end {hold}", ("capture", amounts), given, [], held)
        if answer == "done":
            self.moved[key] = given
        return "AlreadyEnded" if answer == "KeyReused" else answer

    def release(self, hold: str) -> str:
        """Free all that was set aside."""
        answer = self._once(f"end {hold}", ("release",), [], [], self.aside[hold])
        return "AlreadyEnded" if answer == "KeyReused" else answer

    def reverse(self, key: str, by: int) -> str:
        """Move back what was moved."""
        back = [(b, a, n) for a, b, n in self.moved[key]]
        answer = self._once(f"undo {key}", ("reverse", by), back, [], [])
        self.moved.pop(f"undo {key}", None)
        return "AlreadyReversed" if answer == "KeyReused" else answer

    def _once(
        self, key: str, what: object, moves: list[Move], aside: list[Move], freed: list[Move]
    ) -> str:
        if key in self.done:
            return "again" if self.done[key] == what else "KeyReused"
        after = {name: Purse(one.came, one.went, one.aside) for name, one in self.purses.items()}
        for source, target, number in moves:
            after[source].went += number
            after[target].came += number
        for source, _, number in aside:
            after[source].aside += number
        for source, _, number in freed:
            after[source].aside -= number
        for name in self.order:
            left = after[name].came - after[name].went - after[name].aside
            if left < 0 and name not in self.endless and after[name] != self.purses[name]:
                return f"NotEnough {name} {-left}"
        self.purses, self.done[key] = after, what
        if moves:
            self.moved[key] = moves
        return "done"
