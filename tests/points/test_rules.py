"""Folding, hashing, trees and expiry: what needs no database."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points import rules
from points.rules import Change, Line, Phase, PostingKind, Request, merkle

AMOUNTS = st.integers(1, 50)
LINES = st.lists(
    st.builds(
        Line,
        debit=st.integers(1, 5),
        credit=st.integers(6, 9),
        amount=AMOUNTS,
        phase=st.sampled_from(Phase),
    ),
    max_size=6,
)


@given(LINES)
def test_what_one_account_gives_another_takes(lines: list[Line]) -> None:
    found = rules.changes(lines)

    assert sum(one.amount for one in found.values()) == 0
    assert list(found) == sorted(found)


def test_a_hold_moves_nothing_and_a_capture_frees_what_it_moves() -> None:
    held = rules.changes([Line(debit=1, credit=2, amount=5, phase=Phase.PENDING)])
    taken = rules.changes(
        [
            Line(debit=1, credit=2, amount=3, phase=Phase.CAPTURED),
            Line(debit=1, credit=2, amount=2, phase=Phase.RELEASED),
        ]
    )

    assert held == {1: Change(held=5)}
    assert taken == {1: Change(out_total=3, held=-5), 2: Change(in_total=3)}


FIELDS: st.SearchStrategy[list[int | str | bytes | None]] = st.lists(
    st.one_of(st.none(), st.integers(), st.text(), st.binary()), max_size=5
)
Field = int | str | bytes | None


@given(FIELDS, FIELDS)
def test_no_two_lists_are_packed_alike(first: list[Field], other: list[Field]) -> None:
    def plain(fields: list[Field]) -> list[bytes | None]:
        return [
            None if one is None else one if isinstance(one, bytes) else str(one).encode()
            for one in fields
        ]

    assert (rules.pack(*first) == rules.pack(*other)) == (plain(first) == plain(other))


def test_a_fingerprint_is_what_docs_say() -> None:
    """A golden value: an export of today must verify in ten years."""
    request = Request(
        key="award:claim:1",
        kind=PostingKind.AWARD_REVIEWED,
        lines=[Line(debit=1, credit=2, amount=5, person_id=3)],
        effective_on=date(2026, 3, 2),
        source=("claim", "1"),
        actor_id=4,
        second_actor_id=5,
        rule=("P01", 1),
    )

    found = rules.fingerprint(request)

    by_hand = b""
    for said in (
        *(
            "award_reviewed",
            "4",
            "5",
            "P01",
            "1",
            None,
            "claim",
            "1",
            None,
            None,
            "2026-03-02",
            None,
        ),
        *("1", "1", "2", "5", "posted", "3", None),
    ):
        data = None if said is None else said.encode()
        by_hand += b"\xff" * 4 if data is None else len(data).to_bytes(4, "big") + data
    assert found == sha256(by_hand).digest()


@given(st.lists(st.binary(max_size=8), max_size=40), st.data())
def test_every_leaf_has_a_proof_and_no_other_has(data: list[bytes], draw: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(one) for one in data]
    root = merkle.root(leaves)
    for place, leaf in enumerate(leaves):
        path = merkle.proof(leaves, place)
        assert merkle.proves(leaf, path, root)
        assert len(path) <= max(1, len(leaves)).bit_length()
        foreign = merkle.leaf_hash(draw.draw(st.binary(max_size=8)) + b"other")
        assert merkle.proves(foreign, path, root) == (foreign == leaf)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 13])
def test_the_tree_is_that_of_rfc_6962(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(size)]

    def tree(part: list[bytes]) -> bytes:
        if len(part) == 1:
            return part[0]
        split = 1
        while split * 2 < len(part):
            split *= 2
        return merkle.node_hash(tree(part[:split]), tree(part[split:]))

    assert merkle.root(leaves) == tree(leaves)


def test_a_proof_of_no_leaf_is_refused() -> None:
    with pytest.raises(IndexError):
        merkle.proof([b"x"], 1)
    with pytest.raises(IndexError):
        merkle.proof([b"x"], -1)


STEPS = st.lists(st.tuples(st.sampled_from(["earn", "spend", "hold", "take", "free"]), AMOUNTS))


@dataclass
class Lots:
    """What was earned, lot by lot, spent first in first out: [left, whether of before the day]."""

    lots: deque[list[int]] = field(default_factory=deque)
    earned: int = 0
    out: int = 0
    held: int = 0

    def do(self, what: str, amount: int, *, before: bool) -> None:
        free = sum(lot[0] for lot in self.lots) - self.held
        if what == "earn":
            self.earned += amount
            self.lots.append([amount, int(before)])
        elif amount <= (free if what in {"spend", "hold"} else self.held):
            self.held += {"spend": 0, "hold": amount}.get(what, -amount)
            if what in {"spend", "take"}:
                self.out += amount
                self.take(amount)

    def take(self, amount: int) -> None:
        while amount:
            taken = min(amount, self.lots[0][0])
            self.lots[0][0] -= taken
            amount -= taken
            if not self.lots[0][0]:
                self.lots.popleft()


@given(STEPS, STEPS)
def test_what_expires_is_what_is_left_of_the_oldest_lots(
    before: list[tuple[str, int]], after: list[tuple[str, int]]
) -> None:
    """Against lots that are spent first in first out; what is held is as good as spent."""
    lots = Lots()
    for step in before:
        lots.do(*step, before=True)
    earned_by_then = lots.earned
    for step in after:
        lots.do(*step, before=False)
    held = lots.held
    lots.take(held)

    left = sum(left for left, old in lots.lots if old)
    assert rules.expiring(earned_by_then, lots.out, held) == left


MOVES = st.tuples(st.sampled_from(["earn", "spend", "move"]), AMOUNTS, st.integers(0, 2))


@given(st.lists(MOVES), st.lists(MOVES))
def test_what_moves_between_households_ends_when_its_lots_do(
    before: list[tuple[str, int, int]], after: list[tuple[str, int, int]]
) -> None:
    """Against lots that move with their dates, among three households."""
    homes = [Lots(), Lots(), Lots()]
    old_in = [0, 0, 0]  # earned before the year, or counted so
    for step, (what, amount, at) in enumerate([*before, *after]):
        home, to, is_old = homes[at], (at + 1) % 3, step < len(before)
        if what != "move":
            home.do(what, amount, before=is_old)
            old_in[at] += amount if what == "earn" and is_old else 0
        elif amount <= sum(lot[0] for lot in home.lots):
            old = rules.carried(
                amount,
                giver_old=old_in[at] - home.out,
                taker_old=old_in[to] - homes[to].out,
            )
            old_in[to] += amount if is_old else old
            left = sum(lot[0] for lot in home.lots if lot[1])
            home.out += amount
            home.take(amount)
            gone = left - sum(lot[0] for lot in home.lots if lot[1])
            homes[to].lots.extend([[gone, 1], [amount - gone, 0]])
            homes[to].lots = deque(
                sorted(
                    (lot for lot in homes[to].lots if lot[0]), reverse=True, key=lambda lot: lot[1]
                )
            )

    for home, earned in zip(homes, old_in, strict=True):
        assert rules.expiring(earned, home.out, 0) == sum(n for n, old in home.lots if old)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert rules.moment_of(rules.microseconds(moment)) == moment
