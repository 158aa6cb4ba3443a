"""What the accused get to hear: never the reporter's own words, never who they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.errors import Incomplete, NotThatWay
from grid.rules import CATALOGUE, Finding
from grid.rules.accused import SAME_WORDS, checked_claim, counts_against, echoes, may_be_public

WORDS = "我住三楼，王师傅每天晚上十点以后在楼下大声放音乐，说了也不听。"


def test_a_summary_in_our_own_words_is_taken() -> None:
    claim = "有人反映晚间楼下音乐声较大。"

    assert checked_claim(claim, words=WORDS, caller="张三", phone="13800138000") == claim


@pytest.mark.parametrize(
    "claim", ["王师傅每天晚上十点以后在楼下大声放音乐", "王师傅，每天晚上十点以后 在楼下！"]
)
def test_the_reporters_own_words_are_refused_however_they_are_spaced(claim: str) -> None:
    with pytest.raises(NotThatWay, match="原话"):
        checked_claim(claim, words=WORDS, caller=None, phone=None)


@pytest.mark.parametrize("claim", ["张三反映放音乐。", "电话 13800138000 反映放音乐。"])
def test_who_reported_is_never_in_it(claim: str) -> None:
    with pytest.raises(NotThatWay, match="是谁"):
        checked_claim(claim, words=WORDS, caller="张三", phone="13800138000")


@pytest.mark.parametrize("claim", ["", "  。！"])
def test_nothing_is_no_summary(claim: str) -> None:
    with pytest.raises(Incomplete):
        checked_claim(claim, words=WORDS, caller=None, phone=None)


def test_what_is_too_long_for_its_column_is_refused() -> None:
    with pytest.raises(NotThatWay, match="300"):
        checked_claim("长" * 301, words="", caller=None, phone=None)


@given(
    words=st.text(alphabet="甲乙丙丁戊己庚辛壬癸", min_size=SAME_WORDS, max_size=60),
    before=st.text(max_size=5),
    start=st.integers(0, 48),
)
def test_any_twelve_characters_in_a_row_are_noticed(words: str, before: str, start: int) -> None:
    start = min(start, len(words) - SAME_WORDS)

    assert echoes(before + words[start : start + SAME_WORDS], words)


@given(claim=st.text(max_size=40), words=st.text(max_size=SAME_WORDS - 1))
def test_a_few_words_can_be_nobodys_own(claim: str, words: str) -> None:
    assert not echoes(claim, words)


@pytest.mark.parametrize("finding", [Finding.UNFOUNDED, Finding.UNDETERMINABLE, None])
def test_what_was_not_found_true_counts_against_nobody_and_is_never_public(
    finding: Finding | None,
) -> None:
    assert not counts_against(finding)
    assert not any(may_be_public(one, finding) for one in CATALOGUE.categories.values())


@pytest.mark.parametrize("finding", [Finding.TRUE, Finding.PARTLY])
def test_of_the_rest_only_what_its_category_lets_out_is_public(finding: Finding) -> None:
    public = {code for code, one in CATALOGUE.categories.items() if may_be_public(one, finding)}

    assert public == {code for code, one in CATALOGUE.categories.items() if one.public}
    assert "9901" not in public
    assert not may_be_public(None, finding)
