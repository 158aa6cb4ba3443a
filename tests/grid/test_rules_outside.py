"""Links that end, numbers to ring, and what may not be written to a company."""

from datetime import timedelta

import pytest

from grid.rules import CATALOGUE, State
from grid.rules.outside import LinkState, digest, gives_away, hotlines_of, link_state
from tests.fakes import NOON

LATER = NOON + timedelta(days=7)


@pytest.mark.parametrize(
    ("category", "numbers"),
    [
        ("0103", {"95598"}),  # cables
        ("0304", {"95598"}),  # no power: the unit in charge has none, the one beside it has
        ("0301", set()),
        ("9999", set()),
        (None, set()),
    ],
)
def test_whose_number_to_ring(category: str | None, numbers: set[str]) -> None:
    assert {line.tel for _unit, line in hotlines_of(category)} == numbers


def test_every_category_can_be_asked() -> None:
    for code in CATALOGUE.categories:
        assert all(line.tel.isdigit() for _unit, line in hotlines_of(code))


@pytest.mark.parametrize(
    ("state", "police", "revoked", "now", "found"),
    [
        (State.HANDLING, False, False, NOON, LinkState.OPEN),
        (State.HANDLING, False, False, LATER, LinkState.EXPIRED),
        (State.HANDLING, False, True, NOON, LinkState.REVOKED),
        (State.HANDLING, True, False, NOON, LinkState.OVER),
        (State.MERGED, False, False, NOON, LinkState.OVER),
        (State.CLOSED, False, True, LATER, LinkState.OVER),
    ],
)
def test_when_a_link_opens(
    state: State, *, police: bool, revoked: bool, now: object, found: LinkState
) -> None:
    assert (
        link_state(
            state=state,
            police=police,
            expires_at=LATER,
            revoked_at=NOON if revoked else None,
            now=now,  # type: ignore[arg-type]  # a moment
        )
        is found
    )


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("灯杆3号不亮，请来看", False),
        ("上报人13800138000", True),
        ("电话 138-0013-8000 找她", True),
        ("找张三", True),
        ("138 开头的灯杆", False),
    ],
)
def test_a_reporter_is_not_given_away(text: str, *, leaks: bool) -> None:
    assert gives_away(text, ("13800138000", "张三", None, "")) is leaks


def test_only_a_hash_is_kept() -> None:
    assert len(digest("secret")) == 64
    assert digest("secret") != digest("Secret")
