"""The page of a member's 60-second code, and what a household's card opens."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from people import service as people
from people.models import Household, Person
from qr import queries, service
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_staff
from tests.fakes import FixedClock
from tests.people.homes import make_home, make_resident
from tests.people.views.doors import SignIn


@pytest.fixture
def home(session: Session) -> Household:
    make_area(session, GRID)
    return make_home(session)


@pytest.fixture
def member(session: Session, sign_in: SignIn, home: Household) -> Actor:
    actor = make_resident(session)
    session.get_one(Person, actor.id).household_id = home.id
    sign_in(actor)
    return actor


def test_the_page_shows_eight_digits_that_count_and_renews_itself_without_a_script(
    client: FlaskClient,
    home: Household,
    member: Actor,
    clock: FixedClock,
    statements: list[str],
) -> None:
    clock.advance(seconds=17)
    statements.clear()
    answer = client.get("/me/code")
    asked = len(statements)

    digits = re.findall(r'<span class="nb">([0-9]{4})</span>', answer.text)
    assert len(digits) == 2
    assert '<noscript><meta http-equiv="refresh" content="44">' in answer.text
    assert "43 秒以后换新的" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert asked <= 4
    with transaction() as work:
        tried = people.use_code(work, " ".join(digits), village=VILLAGE, by=member)
        assert tried.household_id == home.id


def test_whoever_has_no_household_is_told_what_else_works(
    client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    sign_in(make_resident(session))

    page = client.get("/me/code").text

    assert "登记我的家" in page
    assert "见证人" in page
    assert "<noscript><meta" not in page
    assert client.get("/me/coins").status_code == 200


def test_only_a_card_that_works_opens_its_household_in_its_own_village(
    session: Session, home: Household
) -> None:
    clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()

    def opened(token: str, village: str = VILLAGE) -> int | None:
        return queries.household_of_card(session, token, village=village)

    with transaction() as work:
        first = service.issue_card(work, home.id, by=clerk).token
    assert (opened(first), opened(first.lower())) == (home.id, home.id)
    assert opened(first, NEXT_VILLAGE) is None
    with transaction() as work:
        second = service.reissue_card(work, home.id, reason="丢了", by=clerk).token
    assert (opened(first), opened(second)) == (None, home.id)
    with transaction() as work:
        service.block_card(work, home.id, reason="丢了", by=clerk)
        third = service.issue_card(work, home.id, by=clerk).token
    assert (opened(second), opened(third)) == (None, home.id)
    with transaction() as work:
        people.close_household(work, home.id, reason="搬走了", by=clerk)

    assert [opened(one) for one in (first, second, third, "", "\x00", "0" * 18)] == [None] * 6
