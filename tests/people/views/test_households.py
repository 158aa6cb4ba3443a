"""The pages for households, also opened by the wrong people."""

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import transaction
from people import service
from people.models import Household
from tests.citizen.factories import deliver_all
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    NEXT_VILLAGE,
    TOWN,
    VILLAGE,
    make_area,
    make_staff,
)
from tests.people.homes import make_home, make_resident, members
from tests.people.views.doors import SignIn, post

LIST = "/staff/households"


@pytest.fixture
def home(session: Session) -> Household:
    make_area(session, GRID)
    make_area(session, NEXT_GRID)
    return make_home(session)


@pytest.fixture
def clerk(session: Session, home: Household, sign_in: SignIn) -> Actor:
    clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    sign_in(clerk)
    return clerk


def test_the_list_has_surnames_and_the_page_names_and_a_line_in_the_log(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    listed = client.get(LIST).text
    shown = client.get(f"{LIST}/{home.id}").text

    assert "王*" in listed
    assert "王秀英" not in listed
    assert "王秀英" in shown
    line = session.scalars(select(AuditLine).where(AuditLine.action == "household.read")).one()
    assert (line.actor_id, line.subject) == (clerk.id, f"household:{home.id}")


def test_a_household_from_the_first_line_to_the_last(
    client: FlaskClient, session: Session, clerk: Actor
) -> None:
    answer = post(
        client, f"{LIST}/new", area=GRID, kind="family", address="5幢", head="陈建国", phone=""
    )
    assert answer.status_code == 303
    url = answer.location
    post(client, f"{url}/members", name="陈小妹", phone="13812345678")
    number = int(url.rpartition("/")[2])
    head, other = members(session, session.get_one(Household, number))
    session.commit()

    changed = post(client, url, kind="family", address="6幢", name="")
    handed = post(client, f"{url}/members/{other.id}", do="head", reason="本人要求")
    taken = post(client, f"{url}/members/{head.id}", do="remove", reason="去世了")
    moved = post(client, f"{url}/move", area=NEXT_GRID, address="7幢", reason="搬家")
    closed = post(client, f"{url}/close", reason="不住了")

    answers = [changed, handed, taken, moved, closed]
    assert [one.status_code for one in answers] == [303] * 5
    found = session.get_one(Household, number, populate_existing=True)
    assert (found.address, found.area_code, found.closed_at is None) == ("7幢", NEXT_GRID, False)
    assert "注销" in client.get(url).text


def test_two_are_split_and_merged_again(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    _, other = members(session, home)
    url, number, going = f"{LIST}/{home.id}", home.number, other.id
    session.commit()

    split = post(client, f"{url}/split", members=str(going), head=str(going), reason="成家了")
    new = session.get_one(Household, int(split.location.rpartition("/")[2])).number
    merged = post(client, f"{url}/merge", number=new, reason="又住一起了")
    itself = post(client, f"{url}/merge", number=number, reason="试一试")

    assert (merged.status_code, itself.status_code) == (303, 422)
    assert "不能和自己合并" in itself.text
    assert len(members(session, home)) == 2


def test_what_was_typed_comes_back_with_what_is_wrong(
    client: FlaskClient, home: Household, clerk: Actor
) -> None:
    new = post(client, f"{LIST}/new", area="", kind="firm", address="东街1号", name="")
    member = post(client, f"{LIST}/{home.id}/members", name="李雷", phone="12")
    split = post(client, f"{LIST}/{home.id}/split", reason="")
    move = post(client, f"{LIST}/{home.id}/move", area=f"{NEXT_VILLAGE}", reason="搬家了")

    assert [one.status_code for one in (new, member, split)] == [422, 422, 422]
    assert move.status_code in {403, 404}
    assert 'value="东街1号"' in new.text
    assert 'value="李雷"' in member.text
    assert "搬家了" in move.text


@pytest.mark.parametrize(
    ("role", "area"),
    [
        (Role.VILLAGE_ADMIN, NEXT_VILLAGE),
        (Role.GRID_FULL, NEXT_GRID),
        (Role.POLICE_AUX, GRID),
        (Role.DISTRICT_CMD, DISTRICT),
    ],
)
def test_strangers_open_none_of_it(
    client: FlaskClient,
    session: Session,
    home: Household,
    sign_in: SignIn,
    role: Role,
    area: str,
) -> None:
    one = members(session, home)[1].id
    url = f"{LIST}/{home.id}"
    sign_in(make_staff(session, role, area=area))

    for path in ("", "/split", "/merge", "/move", "/close", f"/members/{one}"):
        assert client.get(url + path).status_code in {403, 404}
    for path in ("", "/split", "/merge", "/move", "/close", f"/members/{one}", "/members"):
        answer = post(client, url + path, name="x", reason="试试看", number="QX1", area=GRID)
        assert answer.status_code in {403, 404, 422}
        assert "王秀英" not in answer.text

    assert len(members(session, home)) == 2


def test_grid_workers_read_and_change_nothing(
    client: FlaskClient, session: Session, home: Household, sign_in: SignIn
) -> None:
    sign_in(make_staff(session, Role.GRID_FULL, area=GRID))
    url = f"{LIST}/{home.id}"

    shown = client.get(url)

    assert shown.status_code == 200
    assert "分户" not in shown.text
    assert "加一个成员" not in shown.text
    assert post(client, f"{url}/members", name="x").status_code == 403


def test_the_village_lets_in_who_waits(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    asks = make_resident(session)
    session.commit()
    with transaction() as work:
        service.ask_to_join(work, number=home.number, name="李明", by=asks)
    assert "1 个人申请入户" in client.get(LIST).text
    page = client.get(f"{LIST}/joining").text
    path = re.findall(r'action="(/staff/households/joining/[0-9]+)"', page)[0]
    assert "李明" in page

    first = post(client, path, do="approve")
    second = post(client, path, do="approve")

    assert (first.status_code, second.status_code) == (303, 404)
    assert len(members(session, home)) == 3


class TestImport:
    HEAD = "户号,区域编码,姓名,手机,户主\n"

    def send(self, client: FlaskClient, lines: str) -> TestResponse:
        content = (self.HEAD + lines).encode()
        return post(client, f"{LIST}/import", file=(io.BytesIO(content), "a.csv"))

    def test_look_then_write(
        self, client: FlaskClient, session: Session, home: Household, sign_in: SignIn
    ) -> None:
        sign_in(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        url = self.send(client, f"QX-1,{GRID},王秀英,,是\n").location
        assert "正在检查" in client.get(url).text

        deliver_all(session)
        assert "都没有问题" in client.get(url).text
        assert post(client, url).status_code == 303
        assert "0 行好了，一共 1 行" in client.get(url).text
        deliver_all(session)

        assert "新增 1 户、1 人" in client.get(url).text

    def test_bad_lines_stand_on_the_page(
        self, client: FlaskClient, session: Session, home: Household, sign_in: SignIn
    ) -> None:
        sign_in(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        url = self.send(client, f"QX-1,{GRID},王秀英,12,是\n").location

        deliver_all(session)

        assert "第 2 行：手机号要 11 位数字。" in client.get(url).text
        assert post(client, url).status_code == 404

    def test_a_village_imports_nothing(self, client: FlaskClient, clerk: Actor) -> None:
        assert client.get(f"{LIST}/import").status_code == 403

    def test_somebody_elses_import_is_not_there(
        self, client: FlaskClient, session: Session, home: Household, sign_in: SignIn
    ) -> None:
        sign_in(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        url = self.send(client, f"QX-1,{GRID},王秀英,,是\n").location
        sign_in(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        assert client.get(url).status_code == 404


def test_the_menu_says_what_one_is(client: FlaskClient, clerk: Actor) -> None:
    assert "村级审核员" in client.get(LIST).text
