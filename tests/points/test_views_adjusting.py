"""The pages on which coins follow a household."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.grants import Role
from kernel.work import transaction
from points.models import Adjustment
from points.rules.adjustments import AdjustmentWhy
from tests.factories import TOWN, make_staff
from tests.grid.pages import Desk
from tests.points.claims import make_village
from tests.points.moves import Move

NEW = "/staff/coins/following/new"


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def there(session: Session) -> Move:
    """A household with five coins that was merged into another one."""
    with transaction() as work:
        found = Move(make_village(work))
        found.merge()
    return found


def only(session: Session) -> Adjustment:
    session.expire_all()
    return session.query(Adjustment).one()


def test_from_the_list_of_ended_households_to_both_books(  # noqa: PLR0915 - a journey
    desk: Desk, there: Move, session: Session, statements: list[str]
) -> None:
    village, number = there.village, there.village.home.number
    fields = {
        "giver_number": number,
        "taker_number": there.other.number,
        "coins": "",
        "why": "merge",
        "reason": "搬到一起住了",
        "giver": "李明",
        "giver_consent": "counter",
        "taker": "周全",
        "taker_consent": "phone",
        "key": "k",
    }
    desk.sits(village.village)
    listed = desk.read("/staff/coins/following")
    assert f"{NEW}?from={number}&amp;to={there.other.number}" in listed
    assert number in desk.read(f"{NEW}?from={number}")
    for wrong, status in (
        ({"coins": "1.5"}, 422),
        ({"coins": "-1"}, 422),
        ({"coins": "6"}, 409),
        ({"why": "x"}, 422),
        ({"taker": ""}, 422),
        ({"taker": "周不全"}, 422),
        ({"taker_number": "没有"}, 422),
        ({"why": "death"}, 409),
    ):
        answer = desk.post(NEW, **fields | wrong)
        assert answer.status_code == status, wrong
        assert "搬到一起住了" in answer.text, wrong
    assert desk.post(NEW, **fields).status_code == 303
    page = f"/staff/coins/following/{only(session).id}"
    assert "搬到一起住了" in desk.read(page)
    assert desk.post(f"{page}/decide", agree="yes").status_code == 403

    desk.sits(village.town)
    statements.clear()
    assert "5 币" in desk.read(page)
    assert len(statements) <= 8
    empty = desk.post(f"{page}/decide", reason="我写了很多")
    assert (empty.status_code, "我写了很多" in empty.text) == (422, True)
    assert desk.post(f"{page}/decide", agree="no", reason="").status_code == 422
    assert desk.post(f"{page}/decide", agree="yes").status_code == 303
    assert desk.post(f"{page}/decide", agree="yes").status_code == 409
    assert desk.post("/staff/coins/following/99/decide", agree="yes").status_code == 404

    desk.sits(village.resident)
    for path in ("/me/coins", "/me/coins/book"):
        assert f"从 {number} 转来" in desk.read(path)
    desk.sits(village.village)
    statements.clear()
    assert "注销的户都没有币了" in desk.read("/staff/coins/following")
    assert len(statements) <= 9


def test_whoever_proposed_takes_it_back_and_nobody_else(
    desk: Desk, there: Move, session: Session
) -> None:
    with transaction() as work:
        there.work = work
        one = there.propose(there.other, AdjustmentWhy.MERGE, by=there.village.town).id
    page = f"/staff/coins/following/{one}/withdraw"
    colleague = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    session.commit()
    for by, status in ((colleague, 403), (there.village.town, 303), (there.village.town, 409)):
        desk.sits(by)
        assert desk.post(page).status_code == status
