"""A code survives being typed, and a wrong one is noticed."""

from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kernel.crockford import ALPHABET, LONGEST, fold, grouped, is_valid, read, with_check

bodies = st.text(ALPHABET, min_size=1, max_size=LONGEST - 1)
# One place code, one household card, one receipt number.
EVERYDAY = [with_check(body) for body in ("7K2M9XQ4AB3C", "0Z9Y8X7W6V5T4S3R", "2G5H8J1K4MN")]


class TestFold:
    def test_the_alphabet_is_thirty_two_letters_nobody_mistakes(self) -> None:
        assert len(set(ALPHABET)) == 32
        assert not set("ILOU") & set(ALPHABET)

    @pytest.mark.parametrize(
        "typed",
        [
            "7k2m-9xq4-abc10",
            "7K2M 9XQ4 ABCIO",
            "7K2M——9XQ4——ABCLo",
            "7k2m－9xq4－abc10",
            "７Ｋ２Ｍ　９ｘｑ４　ＡＢＣＩＯ",
            "\ufeff7K2M\u00a09XQ4\u200b\u2013ABC\u2011l0\r\n",
            "_7K2M＿9XQ4_ABC10",
        ],
    )
    def test_what_people_type_becomes_what_is_printed(self, typed: str) -> None:
        assert fold(typed) == "7K2M9XQ4ABC10"

    @pytest.mark.parametrize("odd", ["U", "u", "Ｕ", "⑤", "五", "ß", "ﬁ", "ı", "А", "٣", "*", "\0"])
    def test_what_is_none_of_ours_stays_and_is_refused(self, odd: str) -> None:
        code = EVERYDAY[0]

        assert fold(odd) == odd
        assert not is_valid(code[:3] + odd + code[4:])
        assert not is_valid(code + odd)

    @given(st.text())
    def test_folding_twice_changes_nothing_and_never_lengthens(self, text: str) -> None:
        once = fold(text)

        assert fold(once) == once
        assert len(once) <= len(text)

    @given(bodies)
    def test_our_own_codes_fold_to_themselves_whatever_their_case(self, body: str) -> None:
        assert fold(body) == body
        assert fold(body.lower()) == body


class TestCheckCharacter:
    @given(bodies)
    def test_a_code_with_its_check_character_is_valid(self, body: str) -> None:
        code = with_check(body)

        assert code.startswith(body)
        assert len(code) == len(body) + 1
        assert is_valid(code)

    @given(bodies)
    def test_no_other_check_character_is(self, body: str) -> None:
        assert [letter for letter in ALPHABET if is_valid(body + letter)] == [with_check(body)[-1]]

    @pytest.mark.parametrize("code", EVERYDAY)
    def test_every_single_wrong_character_is_noticed(self, code: str) -> None:
        wrong = [
            code[:place] + letter + code[place + 1 :]
            for place in range(len(code))
            for letter in ALPHABET
            if letter != code[place]
        ]

        assert len(wrong) == 31 * len(code)
        assert not any(map(is_valid, wrong))

    @pytest.mark.parametrize("length", [12, 13, 17, LONGEST])
    def test_every_error_pattern_of_one_or_a_swap_is_noticed(self, length: int) -> None:
        """The code is linear, so what goes unnoticed depends on the error alone.

        A swap of *a* and *b* adds the same difference at both places: it is
        enough to see that no such pattern, by itself, is a valid word.
        """
        for letter in ALPHABET[1:]:
            for place in range(length):
                assert not is_valid("0" * place + letter + "0" * (length - place - 1))
            for first, second in combinations(range(length), 2):
                pattern = ["0"] * length
                pattern[first] = pattern[second] = letter
                assert not is_valid("".join(pattern))

    @given(bodies, st.data())
    def test_any_wrong_character_in_any_code_is_noticed(
        self, body: str, data: st.DataObject
    ) -> None:
        code = with_check(body)
        place = data.draw(st.integers(0, len(code) - 1))
        letter = data.draw(st.sampled_from(ALPHABET))
        assume(letter != code[place])

        assert not is_valid(code[:place] + letter + code[place + 1 :])

    @given(bodies, st.data())
    def test_any_two_characters_swapped_are_noticed(self, body: str, data: st.DataObject) -> None:
        code = with_check(body)
        first, second = sorted(
            data.draw(st.lists(st.integers(0, len(code) - 1), min_size=2, max_size=2, unique=True))
        )
        assume(code[first] != code[second])
        swapped = list(code)
        swapped[first], swapped[second] = code[second], code[first]

        assert not is_valid("".join(swapped))

    def test_a_code_cut_short_or_run_together_is_not_one_of_the_expected_length(self) -> None:
        code = EVERYDAY[0]

        assert read(code, (13, 17)) == code
        assert read(code[:-1], (13, 17)) is None
        assert read(code + code, (13, 17)) is None
        assert read(f"0{code}") == f"0{code}"  # a leading zero is a longer code, so say lengths
        assert read(f"0{code}", (13, 17)) is None

    def test_what_was_meant_is_read_out_of_what_was_typed(self) -> None:
        assert read(" 7k2m-9xq4-ab3c" + EVERYDAY[0][-1].lower()) == EVERYDAY[0]

    @pytest.mark.parametrize("text", ["", " ", "0", "-", "0" * 32, "0" * 10_000, "\0" * 13])
    def test_nothing_and_too_much_are_not_codes(self, text: str) -> None:
        assert not is_valid(text)

    @pytest.mark.parametrize("body", ["", "0" * LONGEST, "abc", "7K-2M", "U", "7K2M "])
    def test_a_body_that_is_not_ours_gets_no_check_character(self, body: str) -> None:
        with pytest.raises(ValueError, match="not a body"):
            with_check(body)


class TestGrouped:
    def test_groups_are_read_aloud_and_fold_back(self) -> None:
        code = EVERYDAY[0]

        shown = grouped(code, (4, 4, 5))

        assert [len(part) for part in shown.split("-")] == [4, 4, 5]
        assert fold(shown) == code

    @pytest.mark.parametrize("sizes", [(4, 4, 4), (4, 4, 6), ()])
    def test_groups_that_do_not_add_up_are_a_mistake(self, sizes: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="add up"):
            grouped(EVERYDAY[0], sizes)
