"""Words that are nowhere but in one planted thing, and who may ever read them."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.matrix.domain import Thing, hat_of, reaches

# What is kept of each kind of thing, and under which permission it may be read.
READ_UNDER = {
    "place": "case:read",  # what a case is about, without anybody's words
    "notes": "case:read",  # what staff wrote to each other at a case
    "words": "case:content-read",
    "caller": "case:contact-read",
    "number": "case:read",
    "claim": "claim:read",
    "month": "ledger:read",
    "objection": "ledger:read",
    "address": "household:read",
    "member": "household:read",
    "complaint": "complaint:read",
    "staff": "system:staff-edit",
    "area": "system:area-edit",
    "spot": "qr:read",
    "activity": "qr:read",
    "attender": "activity:confirm",
    "wrong": "qr:read",  # what passers-by say of a code
    "sticker": "qr:read",  # what passers-by say of one that is none of ours
    "gift": "stock:read",
    "giver": "stock:read",
    "nobody": "",  # sealed for ever: no page has it
}


@dataclass(frozen=True, slots=True)
class Canary:
    """A word, what it stands for, and the thing it was planted in."""

    text: str
    kind: str
    thing: Thing

    def is_open_to(self, role: str) -> bool:
        """Whether *role* may read it on some page."""
        if self.kind == "nobody":
            return False
        if self.kind == "complaint":
            return self.thing.owner != role and reaches(role, READ_UNDER[self.kind], self.thing)
        content = reaches(role, "case:content-read", self.thing) or self.was_asked(role)
        if self.kind in {"place", "notes", "number"} and content:
            return True  # whoever reads all of a case reads what stands above it
        # Whoever looks at a claim reads whose it is and where they live.
        claimed = self.kind in {"address", "member"} and reaches(role, "claim:read", self.thing)
        return claimed or reaches(role, READ_UNDER[self.kind], self.thing)

    def was_asked(self, role: str) -> bool:
        """Whether *role* was asked for help: then they read what is asked, and where."""
        return role == self.thing.asked and self.thing.area.startswith(hat_of(role))


def foreign(canaries: Iterable[Canary], role: str) -> list[Canary]:
    """Return the words that *role* may read nowhere."""
    return [one for one in canaries if not one.is_open_to(role)]


def found_in(text: str, canaries: Iterable[Canary]) -> list[str]:
    """Return those of *canaries* that stand in *text*, however a page groups a number's digits."""
    bare = text.replace(" ", "").replace("-", "")
    return [f"{one.kind} of {one.thing.place}" for one in canaries if one.text in bare]
