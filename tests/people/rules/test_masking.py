import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.rules import mask_name, mask_phone


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("0571-87654321", "057******4321"),
        ("8765432", "*****32"),
        ("110", "***"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_shows_its_ends(phone: str | None, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "王*"),
        ("王", "王*"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        ("东方红", "东方*"),
        ("Smith", "S*"),
        ("  李四 ", "李*"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_name_shows_its_surname(name: str | None, shown: str) -> None:
    assert mask_name(name) == shown


@given(st.text("0123456789", min_size=1, max_size=30))
def test_a_masked_number_keeps_its_length_and_hides_enough(phone: str) -> None:
    masked = mask_phone(phone)

    assert len(masked) == len(phone)
    assert masked.count("*") >= min(3, len(phone))
    assert sum(letter != "*" for letter in masked) <= 7


@given(st.text(min_size=2, max_size=20).filter(lambda name: len(name.strip()) > 1))
def test_a_masked_name_never_is_the_name(name: str) -> None:
    masked = mask_name(name)

    assert masked.endswith("*")
    assert len(masked) <= 3
    assert masked[:-1] != name.strip()
