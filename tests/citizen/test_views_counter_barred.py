"""At the counter: a number tells its state, and nothing at all to whom it is against."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizen import queries
from citizen.models import Report
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from people.service.bars import bar
from tests.citizen.counter import COUNTER, Desk, SignIn, page_of
from tests.citizen.factories import PHONE, make_case
from tests.factories import GRID, NEXT_TOWN, VILLAGE, make_staff

PLACE = "菜场东门"


@pytest.fixture
def desk(client: FlaskClient) -> Desk:
    return Desk(client)


@pytest.fixture
def clerk(session: Session, sign_in: SignIn) -> Actor:
    clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    sign_in(clerk)
    return clerk


def against(report: Report, accused: Actor) -> None:
    with transaction() as work:
        bar(work, "case", [report.case_id or 0], accused=[accused.id])


def test_whom_it_is_against_finds_it_by_no_number(
    session: Session, desk: Desk, clerk: Actor
) -> None:
    report = make_case(session, phone=PHONE)
    before = [desk.get(page_of(report, part)).status_code for part in ("", "/slip")]
    against(report, clerk)

    pages = [desk.get(page_of(report)), desk.get(page_of(report, "/slip"))]
    pages.append(desk.post(page_of(report, "/add"), {"words": "再说一句", "channel": "phone"}))
    found = desk.post(f"{COUNTER}/find", {"q": PHONE})

    assert before == [200, 200]
    assert queries.is_kept_from(session, report, by=clerk)
    assert [page.status_code for page in pages] == [404, 404, 404]
    assert PLACE not in found.text


def test_what_they_took_down_leaves_their_list_when_it_is_against_them(
    session: Session, desk: Desk, clerk: Actor
) -> None:
    sent = {"submission_key": "k", "area": VILLAGE, "place": PLACE, "words": "灯不亮"}
    desk.post(COUNTER, {**sent, "channel": "phone", "step": "bare"})
    report = session.query(Report).one()
    report.case_id = make_case(session).case_id
    session.commit()
    before = queries.taken_by(session, by=clerk)
    against(report, clerk)

    after = queries.taken_by(session, by=clerk)

    assert [line.place for line in before] == [PLACE]
    assert after == ()
    assert PLACE not in desk.get(COUNTER).text


def test_a_slip_names_the_place_where_one_works_and_not_elsewhere(
    session: Session, desk: Desk, clerk: Actor, sign_in: SignIn
) -> None:
    report = make_case(session, area=GRID)
    here = desk.get(page_of(report, "/slip")).text
    sign_in(make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN))

    there = desk.get(page_of(report, "/slip"))

    assert PLACE in here
    assert there.status_code == 200
    assert PLACE not in there.text
