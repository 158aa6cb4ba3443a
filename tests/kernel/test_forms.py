import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.forms import cleaned


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  路灯坏了 \r\n晚上黑 ", "路灯坏了 \n晚上黑"),
        ("a\x00b\x07c\td", "abc\td"),
        ("👨‍👩‍👧 着火🔥", "👨‍👩‍👧 着火🔥"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("\ud800", ""),
        ("مرحبا", "مرحبا"),
    ],
)
def test_words_are_kept_and_control_marks_are_not(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept


@given(st.text())
def test_what_is_left_can_be_stored_anywhere(typed: str) -> None:
    kept = cleaned(typed)

    kept.encode()
    assert cleaned(kept) == kept
    assert not any(unicodedata.category(letter) == "Cc" for letter in kept if letter not in "\n\t")
