"""The moving part of a code: what it is worth when, and to which code."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import crockford
from qr import rules
from qr.rules import Entry, Seen, rotating
from qr.rules.artwork import choose_look

KEY = rotating.key_of("a secret")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
CODES = st.integers(1, 10**9)
MOMENT = timedelta(microseconds=1)


def begin_of(step: int) -> datetime:
    return datetime.fromtimestamp(step * rotating.SECONDS, tz=UTC)


@given(at=MOMENTS, code_id=CODES)
def test_it_is_worth_something_for_its_minute_and_one_more(at: datetime, code_id: int) -> None:
    step = rotating.step_at(at)
    shown = rotating.moving_part(KEY, code_id, step)
    minute = timedelta(seconds=rotating.SECONDS)
    first, last = begin_of(step), begin_of(step) + 2 * minute - MOMENT
    seen = {
        now: rotating.look(KEY, code_id, shown, now=now)
        for now in (first - MOMENT, first, at, last, last + MOMENT, first + timedelta(hours=1))
    }

    assert [now for now, said in seen.items() if said is Seen.NOW] == sorted({first, at, last})
    assert seen[first - MOMENT] is Seen.WRONG  # nothing is taken before it was shown
    assert seen[last + MOMENT] is Seen.LATE
    assert rotating.look(KEY, code_id, shown, now=first + timedelta(days=1)) is Seen.WRONG


@given(at=MOMENTS, code_id=CODES, other=CODES)
def test_it_counts_for_its_own_code_and_with_its_own_key(
    at: datetime, code_id: int, other: int
) -> None:
    shown = rotating.moving_part(KEY, code_id, rotating.step_at(at))

    moved = rotating.look(KEY, other, shown, now=at)
    elsewhere = rotating.look(rotating.key_of("another"), code_id, shown, now=at)

    assert (moved is Seen.NOW) == (other == code_id)
    assert elsewhere is Seen.WRONG


@given(at=MOMENTS)
def test_the_next_one_begins_when_the_page_is_told(at: datetime) -> None:
    later = at + timedelta(seconds=rotating.seconds_left(at))

    assert 1 <= rotating.seconds_left(at) <= rotating.SECONDS
    assert rotating.step_at(later) == rotating.step_at(at) + 1


@given(at=MOMENTS, code_id=CODES, typed=st.text(max_size=30))
def test_whatever_is_typed_is_looked_at(at: datetime, code_id: int, typed: str) -> None:
    shown = rotating.moving_part(KEY, code_id, rotating.step_at(at))
    folded = shown.lower().replace("0", "o").replace("1", "l")

    assert rotating.look(KEY, code_id, folded, now=at) is Seen.NOW
    assert (rotating.look(KEY, code_id, typed, now=at) is Seen.NOW) == (
        crockford.fold(typed)
        in {shown, rotating.moving_part(KEY, code_id, rotating.step_at(at) - 1)}
    )


@pytest.mark.parametrize("typed", ["\ud800", "\x00", "签" * 8, "", "0" * 100_000])
def test_what_no_screen_shows_is_wrong(typed: str) -> None:
    assert rotating.look(KEY, 1, typed, now=begin_of(29_000_000)) is Seen.WRONG


def test_every_step_of_every_code_is_another() -> None:
    shown = {rotating.moving_part(KEY, code, step) for code, step in product(range(30), range(100))}

    assert len(shown) == 3000
    assert all(len(one) == rotating.LETTERS for one in shown)
    assert all(set(one) <= set(crockford.ALPHABET) for one in shown)


def test_the_link_of_a_screen_is_no_larger_than_a_label() -> None:
    token = rules.new_token(rules.CodeKind.SIGN_IN, lambda alphabet, count: alphabet[7] * count)
    link = f"{rules.scan_url('https://qr.x-city.cn', token)}/{rotating.moving_part(KEY, 1, 1)}"

    assert len(link) <= 47
    assert choose_look(link).version == 3


@given(at=MOMENTS, code_id=CODES, minutes=st.integers(-2, 30))
def test_a_page_opened_in_time_takes_a_name_for_some_minutes(
    at: datetime, code_id: int, minutes: int
) -> None:
    entry = rotating.make_entry(KEY, code_id, "once", now=at)

    open_then = rotating.still_open(KEY, code_id, entry, now=at + timedelta(minutes=minutes))

    assert open_then == (0 <= minutes <= rotating.PATIENCE)


@pytest.mark.parametrize(
    "other",
    [
        {"step": 29_000_001},
        {"step": -1},
        {"key": "twice"},
        {"proof": ""},
        {"proof": "证" * 16},
        {"code_id": 8},
        {"secret": "another"},
    ],
)
def test_a_page_is_believed_in_nothing_it_was_not_given(other: dict[str, object]) -> None:
    now = begin_of(29_000_000)
    right = rotating.make_entry(KEY, 7, "once", now=now)
    given_back = Entry(
        step=int(str(other.get("step", right.step))),
        key=str(other.get("key", right.key)),
        proof=str(other.get("proof", right.proof)),
    )
    key = rotating.key_of(str(other["secret"])) if "secret" in other else KEY

    assert rotating.still_open(KEY, 7, right, now=now)
    assert not rotating.still_open(key, int(str(other.get("code_id", 7))), given_back, now=now)
