"""What was planted: who tries it, the things, and the words in them."""

from dataclasses import dataclass, field

from kernel.access import Actor
from tests.matrix.canaries import Canary
from tests.matrix.domain import Thing


@dataclass(slots=True)
class District:
    """All that was planted."""

    actors: dict[str, Actor] = field(default_factory=dict)
    things: dict[str, list[Thing]] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)

    def add(self, kind: str, thing: Thing, **words: str) -> Thing:
        """Keep *thing*, and the words that were planted in it by their kind."""
        self.things.setdefault(kind, []).append(thing)
        self.canaries += [Canary(text, name, thing) for name, text in words.items()]
        return thing

    def of(self, kind: str, place: str) -> Thing:
        """Return the first thing of a kind in a place."""
        return next(one for one in self.things[kind] if one.place == place)
