"""What the database refuses, whoever asks."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from people.models import Household
from qr.models import Code
from qr.rules import CodeKind, CodeState, Ecc, Look
from tests.factories import GRID, make_area, make_household
from tests.fakes import NOON


def a_code(**values: Any) -> Code:  # noqa: ANN401 - a row's values
    usual: dict[str, Any] = {
        "kind": CodeKind.SPOT,
        "token": "7K2M9XQ4AB3C1",
        "area_code": GRID,
        "town_code": GRID[:9],
        "check_word": "青松",
        "created_at": NOON,
    }
    return Code(**(usual | values))


def a_card(household: Household, **values: Any) -> Code:  # noqa: ANN401 - a row's values
    card = {"kind": CodeKind.HOUSEHOLD, "token": None, "token_hash": "0" * 64}
    return a_code(**(card | {"household_id": household.id} | values))


def test_a_new_code_is_ordered_and_has_no_look_yet(session: Session) -> None:
    make_area(session, GRID)
    code = a_code()
    session.add(code)
    session.flush()

    assert code.state is CodeState.ORDERED
    assert code.look is None


def test_what_was_printed_is_remembered_as_a_whole(session: Session) -> None:
    make_area(session, GRID)
    code = a_code(ecc=Ecc.H, version=3, mask=3)
    session.add(code)
    session.flush()
    session.expire(code)

    assert code.look == Look(Ecc.H, 3, 3)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"token": None}, "one_token"),
        ({"token_hash": "0" * 64}, "one_token|secret_is_hashed"),
        ({"token": None, "token_hash": "0" * 64}, "secret_is_hashed"),
        ({"kind": CodeKind.HOUSEHOLD}, "secret_is_hashed|card_has_owner"),
        ({"lat": 30.1}, "whole_position"),
        ({"lng": 120.1}, "whole_position"),
        ({"state": CodeState.REVOKED}, "revoked_has_a_time"),
        ({"revoked_at": NOON}, "revoked_has_a_time"),
        ({"ecc": Ecc.Q}, "whole_look|whole_mask"),
        ({"ecc": Ecc.Q, "version": 3}, "whole_mask"),
        ({"version": 3, "mask": 3}, "whole_look|whole_mask"),
        ({"id": 7, "state": CodeState.REPLACED, "replaced_by_id": 7}, "not_its_own_successor"),
        ({"replaced_by_id": 7}, "successor_of_replaced"),
        ({"area_code": "330106999"}, "(?i)foreign key"),
        ({"replaced_by_id": 4711, "state": CodeState.REPLACED}, "(?i)foreign key"),
    ],
)
def test_a_code_that_contradicts_itself_is_not_saved(
    session: Session, wrong: dict[str, Any], constraint: str
) -> None:
    make_area(session, GRID)
    session.add(a_code(**wrong))

    with pytest.raises(IntegrityError, match=constraint):
        session.flush()


def test_only_a_replaced_code_has_a_successor(session: Session) -> None:
    make_area(session, GRID)
    new = a_code()
    session.add(new)
    session.flush()
    session.add(a_code(token="7K2M9XQ4AB3C2", replaced_by_id=new.id))

    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    "same", [{"token": "7K2M9XQ4AB3C1"}, {"token": "7K2M9XQ4AB3C2", "spot_number": 1001}]
)
def test_tokens_and_spot_numbers_are_given_once(session: Session, same: dict[str, Any]) -> None:
    make_area(session, GRID)
    session.add(a_code(spot_number=1001))
    session.flush()
    session.add(a_code(**same))

    with pytest.raises(IntegrityError):
        session.flush()


def test_two_towns_may_have_the_same_spot_number(session: Session) -> None:
    make_area(session, GRID)
    session.add(a_code(spot_number=1001))
    session.add(a_code(token="7K2M9XQ4AB3C2", town_code="330106002", spot_number=1001))

    session.flush()


def test_a_household_has_one_card_that_works(session: Session) -> None:
    household = make_household(session, GRID)
    session.add(a_card(household))
    session.flush()
    session.add(a_card(household, token_hash="1" * 64))

    with pytest.raises(IntegrityError):
        session.flush()


def test_cards_that_are_dead_do_not_count(session: Session) -> None:
    household = make_household(session, GRID)
    session.add(a_card(household))
    session.add(a_card(household, token_hash="1" * 64, state=CodeState.REPLACED))
    session.add(a_card(household, token_hash="2" * 64, state=CodeState.REVOKED, revoked_at=NOON))

    session.flush()
