import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kernel.facts import DEMO, check_keys, establish, is_demo
from kernel.seal import Keyring
from kernel.settings import Misconfigured
from kernel.work import transaction
from tests.conftest import INDEX_KEY, SEAL_KEY
from tests.fakes import FixedClock

OTHER_KEY = "nF3Q0r6u9Zt1oE2m3b4c5d6e7f8g9h0iJkLmNoPqRsM="


def test_a_fact_once_established_holds(session: Session) -> None:
    with transaction() as work:
        assert establish(work, "a", "first") == "first"
        assert establish(work, "a", "second") == "first"


def test_made_up_data_are_known_to_be(session: Session, app: Flask) -> None:
    assert not is_demo()
    app.extensions.pop("is_demo")
    with transaction() as work:
        establish(work, DEMO, "1")

    assert is_demo()


@pytest.mark.parametrize(
    ("ring", "named"),
    [
        (Keyring([OTHER_KEY], INDEX_KEY), "SEAL_KEYS"),
        (Keyring([SEAL_KEY], "another"), "INDEX_KEY"),
    ],
)
def test_other_keys_than_the_first_ones_stop_the_start_up(
    ring: Keyring, named: str, session: Session, app: Flask, clock: FixedClock
) -> None:
    check_keys()
    check_keys()
    right = app.extensions["keyring"]
    app.extensions["keyring"] = ring

    with pytest.raises(Misconfigured, match=named):
        check_keys()

    app.extensions["keyring"] = right
