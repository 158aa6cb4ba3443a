import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from kernel.seal import Keyring
from kernel.settings import Misconfigured

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
RING = Keyring([OLD], "i")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_is_opened(text: str) -> None:
    assert RING.open(RING.seal(text)) == text


def test_the_same_text_is_sealed_differently_each_time_but_found_again() -> None:
    assert RING.seal("13800000000") != RING.seal("13800000000")
    assert RING.index("13800000000") == RING.index("13800000000")
    assert RING.index("13800000000") != Keyring([OLD], "j").index("13800000000")


def test_a_new_key_opens_what_the_old_one_sealed() -> None:
    assert Keyring([NEW, OLD], "i").open(RING.seal("甲")) == "甲"


def test_a_wrong_key_says_so() -> None:
    with pytest.raises(Misconfigured, match="SEAL_KEYS"):
        Keyring([NEW], "i").open(RING.seal("甲"))


def test_something_that_is_no_key_stops_the_start_up() -> None:
    with pytest.raises(Misconfigured, match="SEAL_KEYS"):
        Keyring(["short"], "i")


def test_which_key_sealed_it_is_known() -> None:
    both = Keyring([NEW, OLD], "i")

    assert not both.has_first(RING.seal("甲"))
    assert both.has_first(both.seal("甲"))


def test_a_key_is_known_again_by_what_tells_nothing_of_it() -> None:
    index_key, seal_keys = Keyring([NEW, OLD], "i").fingerprints()

    assert seal_keys == (*Keyring([NEW], "j").fingerprints()[1], *RING.fingerprints()[1])
    assert index_key == RING.fingerprints()[0] != Keyring([OLD], "j").fingerprints()[0]
    assert not any(print_ in NEW + OLD for print_ in seal_keys)
