"""Telephone numbers as a page shows them."""

import pytest

from kernel.web.numbers import in_groups


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800138000", "138 0013 8000"),
        ("057586123456", "0575-8612 3456"),
        ("0575-8612 3456", "0575-8612 3456"),
        ("05758612345", "0575-861 2345"),
        ("01012345678", "010-1234 5678"),
        ("02112345678", "021-1234 5678"),
        ("95598", "95598"),
        ("4008001234", "4008001234"),
        ("0575861", "0575861"),
        ("０５７５８６１２３４５６", "０５７５８６１２３４５６"),
        ("12 345", "12 345"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_stands_in_groups_and_what_is_none_stays(number: str | None, shown: str) -> None:
    assert in_groups(number) == shown
