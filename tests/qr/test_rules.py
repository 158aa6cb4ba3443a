"""What may happen to a code, what a scan means, what stands in it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import crockford
from qr import rules
from qr.errors import BadPlace, WrongMoment
from qr.rules import CodeKind, CodeState, Meaning, Move, Position

KINDS = list(CodeKind)


class Dice:
    """Draws one character after the other, so a test sees what it would get."""

    def __init__(self, start: int = 0) -> None:
        self.next = start

    def letters(self, alphabet: str, count: int) -> str:
        self.next += count
        return "".join(alphabet[(self.next + i) % len(alphabet)] for i in range(count))


class TestLifecycle:
    def test_every_state_is_in_the_table(self) -> None:
        assert set(rules.MOVES) == set(CodeState)

    @pytest.mark.parametrize(("state", "move"), list(product(CodeState, Move)))
    def test_a_move_is_in_the_table_or_refused(self, state: CodeState, move: Move) -> None:
        if move in rules.MOVES[state]:
            assert rules.next_state(state, move) is rules.MOVES[state][move]
        else:
            with pytest.raises(WrongMoment):
                rules.next_state(state, move)

    def test_replaced_and_revoked_are_the_end_and_nothing_else_is(self) -> None:
        assert {CodeState.REPLACED, CodeState.REVOKED} == rules.ENDED

    @pytest.mark.parametrize("state", sorted(set(CodeState) - rules.ENDED))
    def test_whatever_still_counts_can_be_replaced_and_revoked(self, state: CodeState) -> None:
        assert rules.next_state(state, Move.REPLACE) is CodeState.REPLACED
        assert rules.next_state(state, Move.REVOKE) is CodeState.REVOKED

    @pytest.mark.parametrize("state", list(CodeState))
    def test_printing_never_takes_a_code_back(self, state: CodeState) -> None:
        after = rules.MOVES[state].get(Move.PRINT, state)

        assert after is state or state is CodeState.ORDERED


class TestMeaning:
    @pytest.mark.parametrize(
        ("kind", "state"), list(product(KINDS, sorted(set(CodeState) - rules.ENDED)))
    )
    def test_a_code_works_from_the_moment_it_is_ordered(
        self, kind: CodeKind, state: CodeState
    ) -> None:
        assert rules.meaning(kind, state) is Meaning.LIVE

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_revoked_code_has_ended_whatever_its_kind(self, kind: CodeKind) -> None:
        assert rules.meaning(kind, CodeState.REVOKED) is Meaning.ENDED

    @pytest.mark.parametrize("kind", sorted(set(CodeKind) - {CodeKind.HOUSEHOLD}))
    def test_an_old_label_leads_on(self, kind: CodeKind) -> None:
        assert rules.meaning(kind, CodeState.REPLACED) is Meaning.SUCCEEDED

    def test_an_old_household_card_is_dead(self) -> None:
        assert rules.meaning(CodeKind.HOUSEHOLD, CodeState.REPLACED) is Meaning.ENDED


class TestToken:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_token_is_as_long_as_its_secret_is_worth(self, kind: CodeKind) -> None:
        token = rules.new_token(kind, Dice().letters)

        assert len(token) == (17 if kind is CodeKind.HOUSEHOLD else 13)
        assert rules.is_secret_token(token) == rules.is_secret(kind)
        assert crockford.is_valid(token)
        assert rules.read(rules.printed(token).lower()) == token

    @pytest.mark.parametrize("body", [1, 11, 13, 15, 17])
    def test_a_valid_code_of_another_length_is_none_of_ours(self, body: int) -> None:
        assert rules.read(crockford.with_check("7" * body)) is None

    def test_groups_are_four_four_and_the_rest(self) -> None:
        assert rules.printed("7K2M9XQ4AB3C1") == "7K2M-9XQ4-AB3C1"
        assert rules.printed("7K2M9XQ4AB3C17K2M") == "7K2M-9XQ4-AB3C-17K2M"

    def test_what_is_kept_of_a_card_does_not_show_its_token(self) -> None:
        token = rules.new_token(CodeKind.HOUSEHOLD, Dice().letters)

        assert len(rules.digest(token)) == 64
        assert token.lower() not in rules.digest(token).lower()
        assert rules.digest(token) != rules.digest(token[::-1])

    @given(st.text())
    def test_reading_takes_anything_and_answers_a_token_or_nothing(self, text: str) -> None:
        token = rules.read(text)

        assert token is None or (len(token) in rules.LENGTHS and token.isascii())


class TestLink:
    def test_scheme_and_host_are_printed_in_capitals(self) -> None:
        assert rules.scan_url("https://qr.x-city.cn", "T0K") == "HTTPS://QR.X-CITY.CN/S/T0K"

    def test_a_path_keeps_its_letters_because_they_mean_something(self) -> None:
        assert rules.scan_url("https://x.cn:8443/App/", "T0K") == "HTTPS://X.CN:8443/App/S/T0K"

    def test_small_letters_stay_when_asked_for(self) -> None:
        assert rules.scan_url("https://x.cn/", "T0K", upper=False) == "https://x.cn/S/T0K"

    @pytest.mark.parametrize(
        "url", ["https://qr.x-city.cn", "https://x.cn:8443/a", "https://x.cn."]
    )
    def test_a_name_behind_https_may_hang_on_walls(self, url: str) -> None:
        assert rules.is_final(url)

    @pytest.mark.parametrize(
        "url",
        ["http://x.cn", "https://10.0.0.7", "https://localhost", "https://[::1]:8", "https://", ""],
    )
    def test_what_moves_with_the_machine_may_not(self, url: str) -> None:
        assert not rules.is_final(url)


class TestCheckWord:
    def test_every_word_is_two_chinese_characters(self) -> None:
        words = {rules.check_word(Dice(start).letters) for start in range(400)}

        assert all(len(word) == 2 for word in words)
        assert all("\u4e00" <= letter <= "\u9fff" for word in words for letter in word)

    def test_there_are_enough_of_them(self) -> None:
        pools: list[str] = []

        def draw(alphabet: str, count: int) -> str:
            pools.append(alphabet)
            return alphabet[:count]

        rules.check_word(draw)

        assert [len(set(pool)) == len(pool) for pool in pools] == [True, True]
        assert len(pools[0]) * len(pools[1]) >= 400


class TestSpot:
    @pytest.mark.parametrize(
        ("area", "town"),
        [
            ("330106", "330106"),
            ("330106001", "330106001"),
            ("330106001002003", "330106001"),
            ("33010600100200304", "330106001"),
        ],
    )
    def test_spots_are_counted_by_town(self, area: str, town: str) -> None:
        assert rules.town_of(area) == town

    def test_no_spot_number_is_an_emergency_number(self) -> None:
        assert rules.FIRST_SPOT_NUMBER > 999

    def test_cards_and_screens_hang_nowhere_and_have_no_number(self) -> None:
        numbered = {kind for kind in CodeKind if rules.is_numbered(kind)}

        assert numbered == {CodeKind.OPEN, CodeKind.SPOT, CodeKind.PLACE, CodeKind.DESK}

    def test_spaces_in_a_name_are_tidied(self) -> None:
        assert rules.checked_name(CodeKind.SPOT, "  幸福路\t 3号\n") == "幸福路 3号"

    @pytest.mark.parametrize("kind", [CodeKind.SPOT, CodeKind.PLACE, CodeKind.DESK])
    def test_what_hangs_somewhere_says_where(self, kind: CodeKind) -> None:
        with pytest.raises(BadPlace):
            rules.checked_name(kind, " \u3000 ")

    def test_an_open_code_hangs_nowhere_in_particular(self) -> None:
        assert rules.checked_name(CodeKind.OPEN, "") == ""

    def test_a_name_fits_its_label(self) -> None:
        assert rules.checked_name(CodeKind.SPOT, "路" * 60) == "路" * 60
        with pytest.raises(BadPlace):
            rules.checked_name(CodeKind.SPOT, "路" * 61)

    @pytest.mark.parametrize("odd", ["\0", "\u202e", "\ud800", "\ue000", "\ufeff", "\u0378"])
    def test_what_would_print_as_a_box_or_turn_the_line_round_is_refused(self, odd: str) -> None:
        with pytest.raises(BadPlace):
            rules.checked_name(CodeKind.SPOT, f"幸福路{odd}3号")

    def test_a_position_keeps_six_decimals(self) -> None:
        kept = rules.checked_position(Position(30.123456789, -120.000000499))

        assert kept == Position(30.123457, -120.0)
        assert rules.checked_position(None) is None

    @pytest.mark.parametrize(
        ("lat", "lng"), [(90.1, 0), (-91, 0), (0, 180.1), (0, -181), (float("nan"), 0), (0, 1e999)]
    )
    def test_a_position_is_on_earth(self, lat: float, lng: float) -> None:
        with pytest.raises(BadPlace):
            rules.checked_position(Position(lat, lng))
