"""What can be printed, what counts as a scan, how far is far."""

import re
import unicodedata
from contextlib import nullcontext
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr import rules
from qr.errors import BadPlace
from qr.rules import CodeKind, CodeState, Move, Position
from qr.rules.letters import first_unprintable

MARKET = Position(30.25, 120.16)
MONDAY = date(2026, 3, 2)


class TestName:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("老街😀东门", "“😀”（U+1F600）"),
            ("老街❤东门", "“❤”（U+2764）"),
            ("老街ᄀ东门", "“ᄀ”（U+1100）"),
            ("老街𠀀东门", "“𠀀”（U+20000）"),  # an ideograph that no font of ours has
            ("老街\u3164东门", "看不见的字符（U+3164）"),
            ("老街\u115f东门", "看不见的字符（U+115F）"),
            ("老街\u2800东门", "看不见的字符（U+2800）"),
            ("老街\u200b东门", "看不见的字符（U+200B）"),
            ("老街\u202e东门", "看不见的字符（U+202E）"),
            ("老街\u00ad东门", "看不见的字符（U+00AD）"),
            ("老街\ufe0f东门", "看不见的字符（U+FE0F）"),
            ("老街\ue000东门", "看不见的字符（U+E000）"),
        ],
    )
    def test_what_no_label_shows_is_refused_by_its_name(self, name: str, said: str) -> None:
        with pytest.raises(BadPlace, match=re.escape(said)):
            rules.checked_name(CodeKind.SPOT, name)

    @pytest.mark.parametrize(
        "name",
        [
            "老街菜场(东门) 3-1#",
            "㘭村〇号·A座",
            "𣲗水桥",
            "No.３号楼①",
            "café（咖啡）",
            "ロ口ㄅ한글№5℃",
        ],
    )
    def test_what_stands_on_real_signs_is_taken(self, name: str) -> None:
        assert rules.checked_name(CodeKind.SPOT, name) == name

    def test_a_letter_typed_in_two_pieces_is_taken_as_one(self) -> None:
        assert rules.checked_name(CodeKind.SPOT, "cafe\u0301") == "café"

    @given(st.text())
    def test_whatever_is_typed_is_taken_or_refused(self, name: str) -> None:
        tidy = " ".join(unicodedata.normalize("NFC", name).split())
        fits = len(tidy) <= rules.LONGEST_NAME and not first_unprintable(tidy)

        with nullcontext() if fits else pytest.raises(BadPlace):
            assert rules.checked_name(CodeKind.OPEN, name) == tidy


class TestScans:
    @pytest.mark.parametrize(
        ("kind", "agent", "purpose", "counts"),
        [
            (CodeKind.SPOT, "Mozilla/5.0 (iPhone) MicroMessenger/8.0", "", True),
            (CodeKind.OPEN, "", "", True),  # a phone need not say what it is
            (CodeKind.HOUSEHOLD, "Mozilla/5.0", "", False),
            (None, "Mozilla/5.0", "", False),
            (CodeKind.SPOT, "Mozilla/5.0 (compatible; Baiduspider/2.0)", "", False),
            (CodeKind.SPOT, "Googlebot/2.1", "", False),
            (CodeKind.SPOT, "curl/8.5", "", False),
            (CodeKind.SPOT, "Mozilla/5.0", "prefetch;prerender", False),
        ],
    )
    def test_people_count_and_robots_and_cards_do_not(
        self, kind: CodeKind | None, agent: str, purpose: str, *, counts: bool
    ) -> None:
        assert rules.counts_as_scan(kind, agent=agent, purpose=purpose) is counts

    def test_days_are_put_together_by_week_and_the_last_day_is_kept(self) -> None:
        sunday, tuesday = date(2026, 3, 1), date(2026, 3, 3)
        tallied = {rules.scan_field(7, day): 2 for day in (sunday, MONDAY, tuesday)}

        found = rules.read_counts(tallied)

        assert found.scans == {(7, date(2026, 2, 23)): 2, (7, MONDAY): 4}
        assert found.last == {7: tuesday}

    @pytest.mark.parametrize("word", ["", ":", "7", "x:2026-03-02", "7:gestern", "7:2026-13-01"])
    def test_what_is_no_count_of_ours_is_left_out(self, word: str) -> None:
        assert rules.read_counts({word: 3}).scans == {}

    def test_eight_weeks_end_with_this_one(self) -> None:
        weeks = rules.weeks_before(date(2026, 3, 8))

        assert (len(weeks), weeks[0], weeks[-1]) == (8, date(2026, 1, 12), MONDAY)


class TestDistance:
    @pytest.mark.parametrize(
        ("said", "off", "far"),
        [
            (MARKET, None, False),
            (Position(30.2525, 120.16), None, False),  # 278 m
            (Position(30.2528, 120.16), None, True),  # 311 m
            (Position(30.2528, 120.16), 50, False),  # or perhaps 261 m
            (Position(30.25, 120.17), 100, True),  # 960 m
            (Position(-30.25, -59.84), None, True),  # the other side of the earth
        ],
    )
    def test_far_is_what_is_surely_more_than_300_metres(
        self, said: Position, off: int | None, *, far: bool
    ) -> None:
        assert rules.is_far(MARKET, said, off=off) is far

    @pytest.mark.parametrize(
        "typed",
        [("", "", ""), ("x", "1", ""), ("nan", "nan", ""), ("inf", "1", ""), ("0", "0", "5"),
         ("91", "0", ""), ("30", "120", "nan"), ("30", "120", "101"), ("9" * 4400, "1", "")],
    )  # fmt: skip
    def test_no_place_nonsense_and_what_is_too_vague_is_not_kept(
        self, typed: tuple[str, str, str]
    ) -> None:
        assert rules.measured(*typed) is None

    def test_a_place_that_is_sure_enough_is(self) -> None:
        assert rules.measured("30.25", "120.16", "100") == MARKET


def test_what_is_said_to_be_wrong_never_ends_a_code() -> None:
    said = {state: moves.get(Move.REPORT_DAMAGE) for state, moves in rules.MOVES.items()}

    assert not {CodeState.REPLACED, CodeState.REVOKED} & set(said.values())
    assert said[CodeState.ORDERED] is CodeState.ORDERED  # so that it is still printed
