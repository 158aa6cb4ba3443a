"""PINs that are among the first somebody would try, and the eight digits of a minute."""

from datetime import timedelta

import pytest

from kernel.moving import SECONDS, moment_of
from people.errors import BadField
from people.rules import own_codes, pins
from people.rules.own_codes import Holder

KEY = b"a key"
BAD = (
    "000000,123456,654321,890123,210987,121212,112111,481481,112233,482951,370946,"
    "12345,1234567,abcdef,１２３４５６,,4829 5,²²²²²²"
)
NUMBER, PHONE = "330106001001-0482951", "13812370946"


@pytest.mark.parametrize("pin", BAD.split(","))
def test_what_is_easily_guessed_or_no_six_digits_is_no_pin(pin: str) -> None:
    with pytest.raises(BadField):
        pins.checked_pin(pin, number=NUMBER, phones=["13900000001", PHONE])


@pytest.mark.parametrize("typed", ["739416", " 739 416", "７３９４１６"])
def test_a_pin_is_the_same_however_it_is_typed(typed: str) -> None:
    assert pins.checked_pin(typed, number=NUMBER, phones=[PHONE]) == "739416"


def test_a_code_counts_from_its_first_second_to_the_last_of_the_next_minute() -> None:
    begin, holder = moment_of(29_000_000), Holder(7, 3)
    code = own_codes.code_of(KEY, holder, 29_000_000)

    def found(seconds: float) -> bool:
        now = begin + timedelta(seconds=seconds)
        return bool(own_codes.shown_by(KEY, [Holder(8, 4), holder], code, now=now))

    assert not found(-0.001)
    assert found(0)
    assert found(2 * SECONDS - 0.001)
    assert not found(2 * SECONDS)


def test_nobody_shows_the_code_of_another_member_household_minute_or_key() -> None:
    whose = [(KEY, Holder(1, 23), 4), (KEY, Holder(12, 3), 4), (KEY, Holder(1, 2), 34)]
    whose += [(KEY, Holder(1, 2), 4), (b"another", Holder(1, 23), 4)]

    codes = {own_codes.code_of(key, holder, step) for key, holder, step in whose}

    assert len(codes) == len(whose)
    assert all(own_codes.read_code(f"{one[:4]} {one[4:]}") == one for one in codes)


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "1234567A", "\x00", "١٢٣٤٥٦٧٨"])
def test_what_is_no_eight_digits_is_no_code(typed: str) -> None:
    assert own_codes.read_code(typed) is None
