from datetime import timedelta

import pyotp
import pytest
from argon2 import extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from people.errors import BadField, WeakPassword
from people.rules import (
    TOTP_LENGTH,
    TOTP_LETTERS,
    as_session,
    checked_login,
    checked_password,
    checked_phone,
    from_session,
    hash_password,
    is_password,
    issued_password,
    lock_span,
    signing,
    totp_step,
    totp_uri,
    wait_for_code,
)
from tests.fakes import NOON, CountingChance

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class TestLogin:
    @pytest.mark.parametrize("login", ["wang.wei", " WangWei ", "13812345678", "a-1_b"])
    def test_letters_digits_and_three_marks(self, login: str) -> None:
        assert checked_login(login) == login.strip().lower()

    @pytest.mark.parametrize("login", ["", "ab", "-abc", "王伟王", "a b c", "a" * 41, "abc\n1"])
    def test_anything_else_is_refused(self, login: str) -> None:
        with pytest.raises(BadField):
            checked_login(login)


class TestPhone:
    @pytest.mark.parametrize(
        "typed",
        [
            "13812345678",
            " 138 1234 5678",
            "+86 138-1234-5678",
            "0086 13812345678",
            "１３８12345678",
        ],
    )
    def test_however_it_is_typed_it_is_the_same_number(self, typed: str) -> None:
        assert checked_phone(typed) == "13812345678"

    @pytest.mark.parametrize(
        "typed", ["", "12812345678", "1381234567", "138123456789", "1381234567x"]
    )
    def test_what_is_no_mobile_is_refused(self, typed: str) -> None:
        with pytest.raises(BadField):
            checked_phone(typed)

    @given(st.text(max_size=30))
    def test_any_text_gives_eleven_digits_or_a_refusal(self, typed: str) -> None:
        try:
            phone = checked_phone(typed)
        except BadField:
            return
        assert phone.isascii()
        assert phone.isdigit()
        assert len(phone) == 11


class TestPassword:
    @pytest.mark.parametrize(
        "password", ["门前老槐树下的石凳", "correct horse", "tulip-rivet-42", "aaaaaaaaab"]
    )
    def test_only_length_counts(self, password: str) -> None:
        long_enough = password if len(password) >= 10 else password + "真凉快"

        assert checked_password(long_enough, login="wangwei") == long_enough

    @pytest.mark.parametrize(
        "password",
        [
            "",
            "short-one",
            "x" * 129,
            "wangwei-2026",
            "my WANGWEI password",
            "1234567890",
            "１２３４５６７８９０",
            "Password123",
            "QWERTYUIOP",
            "zzzzzzzzzzzz",
        ],
    )
    def test_short_common_or_like_the_login_is_weak(self, password: str) -> None:
        with pytest.raises(WeakPassword):
            checked_password(password, login="wangwei")

    def test_the_list_of_common_ones_has_only_what_length_lets_through(self) -> None:
        assert all(len(one) >= 10 and one == one.casefold() for one in signing._common())  # noqa: SLF001 - the list itself

    def test_what_was_hashed_opens_and_nothing_else_does(self) -> None:
        hashed = hash_password("门前老槐树下的石凳真凉快", chance=CountingChance())

        assert is_password("门前老槐树下的石凳真凉快", hashed)
        assert not is_password("门前老槐树下的石凳真凉块", hashed)
        assert not is_password("", hashed)
        assert "门前" not in hashed

    def test_full_width_letters_are_the_same_letters(self) -> None:
        hashed = hash_password("tulip-rivet-42", chance=CountingChance())

        assert is_password("ｔｕｌｉｐ-rivet-42", hashed)

    def test_twice_the_same_password_looks_different(self) -> None:
        chance = CountingChance()

        assert hash_password("tulip-rivet", chance=chance) != hash_password(
            "tulip-rivet", chance=chance
        )

    def test_nobody_costs_what_somebody_costs(self) -> None:
        hashed = hash_password("tulip-rivet-42", chance=CountingChance())

        assert extract_parameters(signing._NOBODY) == extract_parameters(hashed)  # noqa: SLF001 - the stand-in itself

    @pytest.mark.parametrize("hashed", [None, "", "-", "$argon2id$broken"])
    @pytest.mark.parametrize("password", ["", "x", "\x00", "\ud800", "x" * 10_000])
    def test_without_a_proper_hash_nothing_opens(self, password: str, hashed: str | None) -> None:
        assert not is_password(password, hashed)

    def test_an_issued_one_can_be_read_out(self) -> None:
        issued = issued_password(CountingChance())

        assert len(issued.replace("-", "")) == 12
        assert not set("il1o0O") & set(issued)


class TestLock:
    def test_every_fifth_failure_locks_for_twice_as_long(self) -> None:
        minutes = [span and span.total_seconds() / 60 for span in map(lock_span, range(31))]

        assert [one for one in minutes if one] == [15, 30, 60, 120, 240, 240]
        assert all((minutes[n] is None) == (n % 5 != 0 or n == 0) for n in range(31))

    def test_a_million_failures_do_not_overflow(self) -> None:
        assert lock_span(1_000_000) == timedelta(hours=4)


class TestTotp:
    def test_a_code_counts_half_a_minute_early_or_late_and_no_more(self) -> None:
        code = pyotp.TOTP(SECRET).at(NOON)
        allowed = [
            seconds
            for seconds in range(-120, 121, 30)
            if totp_step(SECRET, code, now=NOON + timedelta(seconds=seconds))
        ]

        assert allowed == [-30, 0, 30]

    def test_a_code_counts_once_and_no_older_one_after_it(self) -> None:
        machine = pyotp.TOTP(SECRET)
        step = totp_step(SECRET, machine.at(NOON), now=NOON)
        assert step is not None

        assert totp_step(SECRET, machine.at(NOON), now=NOON, last=step) is None
        earlier = machine.at(NOON - timedelta(seconds=30))
        assert totp_step(SECRET, earlier, now=NOON, last=step) is None
        later = machine.at(NOON + timedelta(seconds=30))
        assert totp_step(SECRET, later, now=NOON, last=step) == step + 1

    @pytest.mark.parametrize(
        "code", ["", "0", "abcdef", "12345６", "\x00" * 6, "\ud800", "1" * 500]
    )
    def test_nonsense_is_no_code(self, code: str) -> None:
        assert totp_step(SECRET, code, now=NOON) is None

    def test_spaces_and_full_width_digits_do_not_matter(self) -> None:
        code = pyotp.TOTP(SECRET).at(NOON)
        wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)

        assert totp_step(SECRET, f" {wide[:3]} {wide[3:]}", now=NOON)

    def test_a_drawn_secret_is_one_that_authenticators_take(self) -> None:
        secret = CountingChance().letters(TOTP_LETTERS, TOTP_LENGTH)

        assert len(pyotp.TOTP(secret).byte_secret()) == 20
        assert totp_uri(secret, login="wang.wei", issuer="平安码").startswith("otpauth://totp/")


class TestCodePace:
    def test_the_first_is_sent_at_once(self) -> None:
        assert not wait_for_code([], NOON)

    def test_one_a_minute(self) -> None:
        assert wait_for_code([NOON - timedelta(seconds=10)], NOON) == timedelta(seconds=50)
        assert not wait_for_code([NOON - timedelta(seconds=60)], NOON)

    def test_five_an_hour(self) -> None:
        sent = [NOON - timedelta(minutes=n * 10 + 2) for n in range(5)]

        assert wait_for_code(sent, NOON) == timedelta(minutes=18)

    def test_ten_a_day(self) -> None:
        sent = [NOON - timedelta(hours=2 * n + 1) for n in range(10)]

        assert wait_for_code(sent, NOON) == timedelta(hours=5)

    @given(st.lists(st.integers(0, 30 * 3600), max_size=40))
    def test_whoever_waits_as_told_never_gets_more_than_allowed(self, ages: list[int]) -> None:
        sent = [NOON - timedelta(seconds=age) for age in ages]

        then = NOON + wait_for_code(sent, NOON)

        if len(sent) >= 10:
            assert then - sorted(sent)[-10] >= timedelta(days=1)
        assert not wait_for_code(sent, then)


class TestSession:
    @given(st.integers(0, 10**18 - 1), st.none() | st.integers(0, 10**9 - 1))
    def test_what_is_kept_can_be_read_again(self, person_id: int, epoch: int | None) -> None:
        assert from_session(as_session(person_id, epoch)) == (person_id, epoch)

    @pytest.mark.parametrize("kept", ["", "x", "1.", ".1", "1.2.3", "-1", "1\n", "９", "9" * 30])
    def test_anything_else_is_nobody(self, kept: str) -> None:
        assert from_session(kept) is None
