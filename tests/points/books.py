"""A small set of books for tests, and postings of which only what matters is said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from kernel.work import Work
from points import service
from points.rules import AccountKind, Line, PostingKind, Request, System
from points.service import Owner, Posted

DAY = date(2026, 3, 2)
VILLAGE_CLERK, TOWN_CLERK, RESIDENT = 901, 902, 903


@dataclass
class Books:
    """Accounts by name: a, b, c are households, budget a village's, soap some goods."""

    work: Work
    ids: dict[str, int]
    numbers: Iterator[int]

    def award(self, account: str, amount: int, **more: Any) -> Posted:  # noqa: ANN401
        """Post an award out of nothing, by rule and two reviewers."""
        line = Line(
            debit=self.ids["issuance"],
            credit=self.ids[account],
            amount=amount,
            person_id=more.pop("person_id", RESIDENT),
        )
        return service.post(self.work, self.request([line], **more))

    def request(self, lines: Sequence[Line], **more: Any) -> Request:  # noqa: ANN401
        """Return an award of *lines* with a key of its own, but for what *more* says."""
        known: dict[str, Any] = {
            "key": f"test:{next(self.numbers)}",
            "kind": PostingKind.AWARD_REVIEWED,
            "lines": lines,
            "effective_on": DAY,
            "source": ("deed", "1"),
            "actor_id": VILLAGE_CLERK,
            "second_actor_id": TOWN_CLERK,
            "rule": ("P01", 1),
        }
        return Request(**(known | more))

    def move(self, debit: str, credit: str, amount: int, **more: Any) -> Line:  # noqa: ANN401
        """Return a line between two accounts by name."""
        return Line(debit=self.ids[debit], credit=self.ids[credit], amount=amount, **more)


OWNERS = {
    "a": Owner.household(1),
    "b": Owner.household(2),
    "c": Owner.household(3),
    "budget": Owner.budget("330212001001"),
    "issuance": Owner.system(System.ISSUANCE),
    "redeemed": Owner.system(System.REDEEMED),
    "expired": Owner.system(System.EXPIRED),
    "soap": Owner(AccountKind.STOCK, "330212001001:soap", "soap"),
    "supplied": Owner.system(System.SUPPLIED, "soap"),
    "handed_out": Owner.system(System.HANDED_OUT, "soap"),
}


def open_books(work: Work) -> Books:
    """Open the accounts of the small set of books."""
    found = service.account_ids(work, OWNERS.values())
    return Books(work, {name: found[owner] for name, owner in OWNERS.items()}, count())
