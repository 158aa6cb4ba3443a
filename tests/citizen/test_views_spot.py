"""What a member of staff finds on the page of a code, beside what everybody finds."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen.models import Report
from grid import queries as grid
from grid.models import Case
from grid.rules import State
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from people import service as people
from qr import queries as qr_queries
from qr import rules as qr_rules
from qr import service as qr
from qr.models import Code
from qr.rules import CodeKind, Position
from tests.citizen.factories import deliver_all
from tests.factories import GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_area, make_person, make_staff
from tests.fakes import NOON
from tests.grid.factories import make_case
from tests.people.views.doors import SignIn, post

HUNG = "我刚把它贴好"


@pytest.fixture
def code(session: Session, token: str) -> Code:
    found = qr_queries.find(session, token)
    assert found is not None
    return found


def test_a_worker_finds_the_open_cases_of_the_spot_and_the_form(
    client: FlaskClient, session: Session, sign_in: SignIn, token: str, code: Code
) -> None:
    here = make_case(session, spot_id=code.id).number
    closed = make_case(session, spot_id=code.id, state=State.CLOSED).number
    elsewhere = make_case(session).number
    sign_in(make_staff(session, Role.GRID_FULL, area=GRID))

    page = client.get(f"/S/{token}").text

    assert f"/case/{here}" in page
    assert f"/case/{closed}" not in page
    assert f"/case/{elsewhere}" not in page
    assert "楼道里堆满了纸箱" not in page
    assert HUNG in page
    csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
    sent = client.post(f"/S/{token}", data={"words": "灯不亮", "csrf_token": csrf})
    assert sent.status_code == 303
    assert session.scalars(select(Report.said_by_staff)).all() == [True]


def test_what_to_do_about_the_sticker_stands_before_however_many_cases(
    client: FlaskClient, session: Session, sign_in: SignIn, token: str, code: Code
) -> None:
    numbers = [make_case(session, spot_id=code.id).number for _ in range(9)]
    sign_in(make_staff(session, Role.GRID_FULL, area=GRID))

    page = client.get(f"/S/{token}").text

    first = min(page.index(f"/case/{number}") for number in numbers)
    card = page.index('id="staff"')
    for button in (HUNG, "看过了，完好", "这个码有问题"):
        assert card < page.index(button) < first
    folded = page.partition("<details")[2].partition("</details>")[0]
    assert sum(f"/case/{number}" in folded for number in numbers) == 6
    assert all(f"/case/{number}" in page for number in numbers)
    assert "没办完的事，9 件" in page


def test_residents_and_strangers_find_none_of_it(
    client: FlaskClient, session: Session, sign_in: SignIn, token: str, code: Code
) -> None:
    make_case(session, spot_id=code.id)
    session.commit()

    stranger = client.get(f"/S/{token}").text
    sign_in(Actor(make_person(session).id))
    resident = client.get(f"/S/{token}").text

    for page in (stranger, resident):
        assert HUNG not in page
        assert "/staff/case/" not in page


@pytest.mark.parametrize(
    ("role", "area", "may"),
    [
        (Role.GRID_FULL, GRID, True),
        (Role.GRID_PART, GRID, True),
        (Role.GRID_LEADER, GRID, True),
        (Role.VILLAGE_ADMIN, VILLAGE, True),
        (Role.POLICE_AUX, GRID, False),
        (Role.TOWN_ADMIN, TOWN, False),
    ],
)
def test_whoever_looks_after_a_code_says_that_it_is_sound_and_others_read_who_does(
    client: FlaskClient,
    session: Session,
    sign_in: SignIn,
    token: str,
    code: Code,
    role: Role,
    area: str,
    may: bool,  # noqa: FBT001 - a case
) -> None:
    code_id = code.id
    sign_in(make_staff(session, role, area=area))
    page = client.get(f"/S/{token}").text

    answer = post(client, f"/staff/codes/{code_id}/sound")

    assert (HUNG in page, "网格长或者村社管理员来看" in page) == (may, not may)
    assert answer.status_code == (303 if may else 403)
    session.expire_all()
    assert (session.get_one(Code, code_id).checked_on is not None) == may


def test_who_works_elsewhere_reads_no_case_and_hangs_nothing(
    client: FlaskClient, session: Session, sign_in: SignIn, token: str, code: Code
) -> None:
    number = make_case(session, spot_id=code.id).number
    make_area(session, NEXT_VILLAGE)
    away = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
    sign_in(away)

    page = client.get(f"/S/{token}").text

    assert number not in page
    assert HUNG not in page
    assert grid.open_at(session, code.id, by=away, now=NOON).cards == ()


def test_an_old_label_is_not_hung_again(
    client: FlaskClient, session: Session, sign_in: SignIn, token: str, code: Code
) -> None:
    code_id, number = code.id, code.spot_number
    session.commit()
    with transaction() as work:
        qr.replace(work, code_id, reason="旧了", by=None)
    sign_in(make_staff(session, Role.GRID_FULL, area=GRID))

    page = client.get(f"/S/{token}").text

    assert HUNG not in page
    assert "旧牌子" in page
    assert f"点位号还是 {number}" in page


def test_the_scans_of_staff_are_not_counted(
    app: Flask, client: FlaskClient, session: Session, sign_in: SignIn, token: str
) -> None:
    tally = app.extensions["parts"].tally
    tally.take(qr_rules.TALLY)
    sign_in(make_staff(session, Role.GRID_FULL, area=GRID))
    client.get(f"/S/{token}")

    assert tally.take(qr_rules.TALLY) == {}


@pytest.mark.parametrize(
    ("more", "far"),
    [
        ({"at": "elsewhere", "lat": "30.26", "lng": "120.16", "acc": "20"}, 1),
        ({"at": "elsewhere", "lat": "30.2501", "lng": "120.16", "acc": "20"}, 0),
        ({"at": "here", "lat": "30.26", "lng": "120.16", "acc": "20"}, 1),
        ({"at": "here", "lat": "30.26", "lng": "120.16", "acc": "5000"}, 0),
        ({"at": "here", "lat": "30.2501", "lng": "120.16"}, 0),
        ({"at": "here", "lat": "nan", "lng": "120.16"}, 0),
        ({"at": "elsewhere", "where": "桥头"}, 0),
    ],
)
def test_a_report_from_far_away_is_counted_at_its_code_once(
    client: FlaskClient, session: Session, token: str, code: Code, more: dict[str, str], far: int
) -> None:
    code.lat, code.lng = Position(30.25, 120.16).lat, Position(30.25, 120.16).lng
    code_id = code.id
    session.commit()

    for _ in range(2):
        client.post(f"/S/{token}", data={"submission_key": "k" * 32, "words": "灯不亮", **more})
        deliver_all(session)

    session.expire_all()
    assert session.get_one(Code, code_id).far_reports == far
    if more["at"] == "here":  # where the code hangs, and not where the phone was
        row = session.execute(select(Report.lat, Report.lng, Report.acc)).one()
        assert tuple(row) == (30.25, 120.16, None)


def test_who_types_the_number_of_a_code_stands_nowhere_near_it(
    client: FlaskClient, session: Session, code: Code
) -> None:
    code.lat, code.lng = 30.25, 120.16
    code_id, typed = code.id, {"spot": str(code.spot_number), "lat": "30.9", "lng": "120.9"}
    session.commit()

    client.post("/report", data={"words": "灯不亮", **typed})
    deliver_all(session)

    session.expire_all()
    assert session.get_one(Code, code_id).far_reports == 0
    assert session.scalars(select(Report.code_id)).one() == code_id


def test_a_code_whose_grid_was_renamed_or_closed_still_takes_reports(
    client: FlaskClient, session: Session
) -> None:
    grid_code = f"{VILLAGE}009"
    make_area(session, grid_code)
    make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    with transaction() as work:
        token = qr.issue(
            work, kind=CodeKind.OPEN, area_code=grid_code, place_name="", by=None
        ).token
        people.rename_area(work, grid_code, name="并过来的网格", by=None)

    renamed = client.get(f"/S/{token}")
    with transaction() as work:
        people.close_area(work, grid_code, by=None)
    closed = client.get(f"/s/{token[:4].lower()}-{token[4:].replace('0', 'O')}/")
    sent = client.post(f"/S/{token}", data={"words": "灯不亮"})
    deliver_all(session)

    assert "并过来的网格" in renamed.text
    assert (renamed.status_code, closed.status_code, sent.status_code) == (200, 200, 303)
    assert session.scalars(select(Case.owner_id)).one() is not None
