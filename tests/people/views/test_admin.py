"""Areas, staff and tables, each also by somebody from the next town."""

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.access import Actor
from kernel.grants import Role
from kernel.outbound import Message
from people import queries
from people.models import Account, Area
from people.rules import HatWanted, is_password
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    NEXT_TOWN,
    TOWN,
    VILLAGE,
    make_staff,
)
from tests.people.views.doors import SignIn, post

BOM = b"\xef\xbb\xbf"


class TestAreas:
    def test_the_tree_is_shown_level_by_level(self, client: FlaskClient, town: Actor) -> None:
        assert f"/staff/areas/{TOWN}" in client.get("/staff/areas").text
        assert f"/staff/areas/{VILLAGE}" in client.get(f"/staff/areas/{TOWN}").text
        assert f"/staff/areas/{GRID}" not in client.get(f"/staff/areas/{TOWN}").text

    @pytest.mark.parametrize("code", [GRID, DISTRICT, "999999", "x", "%00", "1" * 300])
    def test_another_towns_areas_are_not_there(
        self, client: FlaskClient, stranger: Actor, code: str
    ) -> None:
        assert client.get(f"/staff/areas/{code}").status_code == 404
        assert client.get(f"/staff/areas/{code}/close").status_code == 404
        assert post(client, f"/staff/areas/{code}", name="我的").status_code == 404
        assert post(client, f"/staff/areas/{code}/close").status_code == 404

    def test_a_grid_worker_has_no_such_page(
        self, client: FlaskClient, worker: Actor, sign_in: SignIn
    ) -> None:
        sign_in(worker)

        for path in ("/staff/areas", "/staff/people", "/staff/audit", "/staff/people/import"):
            assert client.get(path).status_code == 403

    def test_an_area_is_added_and_changed(
        self, client: FlaskClient, town: Actor, session: Session
    ) -> None:
        code = f"{VILLAGE}009"

        added = post(client, "/staff/areas", code=code, name="第9网格", shows_phones="y")
        changed = post(client, f"/staff/areas/{code}", name="第九网格")

        assert (added.location, changed.status_code) == (f"/staff/areas/{code}", 303)
        session.expire_all()
        area = session.get_one(Area, code)
        assert (area.name, area.shows_phones) == ("第九网格", False)

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"code": "", "name": "x"}, 404),
            ({"code": f"{VILLAGE}009", "name": ""}, 422),
            ({"code": f"{VILLAGE}009", "name": "x", "boundary": "{"}, 422),
            ({"code": f"{VILLAGE}009", "name": "x", "desk_phone": "call"}, 422),
            ({"code": VILLAGE, "name": "x"}, 409),
            ({"code": f"{NEXT_TOWN}001", "name": "x"}, 403),
        ],
    )
    def test_bad_input_is_shown_again(
        self, client: FlaskClient, town: Actor, fields: dict[str, object], status: int
    ) -> None:
        page = post(client, "/staff/areas", zone="北片", **fields)

        assert page.status_code == status
        assert 'value="北片"' in page.text

    def test_closing_asks_first_and_refuses_what_is_in_use(
        self, client: FlaskClient, town: Actor, session: Session
    ) -> None:
        assert "要撤销" in client.get(f"/staff/areas/{NEXT_GRID}/close").text
        assert post(client, f"/staff/areas/{GRID}/close").status_code == 409
        assert post(client, f"/staff/areas/{NEXT_GRID}/close").status_code == 303

        session.expire_all()
        assert session.get_one(Area, NEXT_GRID).closed_at is not None
        assert "已撤销" in client.get(f"/staff/areas/{VILLAGE}").text


ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=verysecret"


class TestRobot:
    def test_its_address_is_taken_and_never_shown(
        self, client: FlaskClient, town: Actor, session: Session
    ) -> None:
        path = f"/staff/areas/{VILLAGE}"
        assert "没有设" in client.get(path).text

        answer = post(client, f"{path}/robot", kind="wecom", url=ROBOT)

        assert answer.location == path
        page = client.get(path).text
        assert "已经设了" in page
        assert "verysecret" not in page
        assert post(client, f"{path}/robot/try").status_code == 303
        message = session.scalars(select(Message)).one()
        assert message.recipient == ROBOT
        assert post(client, f"{path}/robot/remove").status_code == 303
        assert "没有设" in client.get(path).text
        assert post(client, f"{path}/robot/try").status_code == 409

    @pytest.mark.parametrize(
        ("kind", "url"),
        [("wecom", "https://evil.example/verysecret"), ("wecom", ""), ("sms", ROBOT), ("", "")],
    )
    def test_what_is_refused_is_not_shown_either(
        self, client: FlaskClient, town: Actor, session: Session, kind: str, url: str
    ) -> None:
        answer = post(client, f"/staff/areas/{VILLAGE}/robot", kind=kind, url=url)

        assert answer.status_code == 422
        assert "verysecret" not in answer.text
        assert 'role="alert"' in answer.text
        session.expire_all()
        assert session.get_one(Area, VILLAGE).robot is None

    @pytest.mark.parametrize("verb", ["robot", "robot/try", "robot/remove"])
    def test_another_towns_robot_is_not_there(
        self, client: FlaskClient, stranger: Actor, verb: str
    ) -> None:
        path = f"/staff/areas/{VILLAGE}/{verb}"

        assert post(client, path, kind="wecom", url=ROBOT).status_code == 404


class TestStaff:
    def test_a_list_shows_ones_own_people_with_masked_numbers(
        self, client: FlaskClient, town: Actor, worker: Actor
    ) -> None:
        page = client.get("/staff/people").text

        assert f"staff{worker.id}" in page
        assert "138****5678" in page
        assert "13812345678" not in page
        assert f"staff{worker.id}" not in client.get(f"/staff/people?area={NEXT_GRID}").text
        assert client.get("/staff/people?area=x&after=y&login=%00").status_code == 200

    def test_another_towns_people_are_not_there(
        self, client: FlaskClient, stranger: Actor, worker: Actor
    ) -> None:
        assert f"staff{worker.id}" not in client.get("/staff/people").text
        path = f"/staff/people/{worker.id}"
        assert client.get(path).status_code == 404
        assert client.get(f"{path}/close").status_code == 404
        for verb in ("", "/hats", "/reset", "/close"):
            assert post(client, f"{path}{verb}", role="grid_full", area=GRID).status_code == 404

    def test_the_issued_password_is_shown_once(
        self, client: FlaskClient, town: Actor, session: Session
    ) -> None:
        page = post(
            client, "/staff/people/new", login="li.si", name="李四", role="grid_part", area=GRID
        )

        found = re.search(r"<code>([a-z0-9-]{14})</code>", page.text)
        assert found
        account = session.scalars(select(Account).where(Account.login == "li.si")).one()
        assert is_password(found[1], account.password)
        assert found[1] not in client.get(f"/staff/people/{account.person_id}").text

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"login": "x"}, 422),
            ({"login": ""}, 422),
            ({"role": "king"}, 422),
            ({"role": "sysadmin", "area": DISTRICT}, 403),
            ({"area": f"{NEXT_TOWN}001001"}, 403),
            ({"area": "x"}, 404),
            ({"phone": "12"}, 422),
        ],
    )
    def test_bad_input_is_shown_again(
        self, client: FlaskClient, town: Actor, fields: dict[str, str], status: int
    ) -> None:
        given = {"login": "li.si", "name": "李四", "role": "grid_full", "area": GRID, **fields}

        page = post(client, "/staff/people/new", **given)

        assert page.status_code == status
        assert 'value="李四"' in page.text

    def test_hats_are_given_exchanged_and_taken(
        self, client: FlaskClient, town: Actor, worker: Actor, session: Session
    ) -> None:
        path = f"/staff/people/{worker.id}/hats"

        def worn() -> set[HatWanted]:
            session.expire_all()
            return set(queries.hats_of(session, worker.id))

        post(client, path, role="grid_leader", area=VILLAGE)
        assert HatWanted(Role.GRID_LEADER, VILLAGE) in worn()
        post(client, path, role="grid_full", area=NEXT_GRID, old=f"grid_full@{GRID}")
        assert HatWanted(Role.GRID_FULL, NEXT_GRID) in worn()
        post(client, path, role="grid_leader", area=VILLAGE, do="take")
        assert worn() == {HatWanted(Role.GRID_FULL, NEXT_GRID)}
        last = post(client, path, role="grid_full", area=NEXT_GRID, do="take")
        assert last.status_code == 422
        assert post(client, path, role="grid_full", area=GRID, old="junk").status_code == 422

    def test_a_person_is_described_reset_and_closed(
        self, client: FlaskClient, town: Actor, worker: Actor, session: Session
    ) -> None:
        path = f"/staff/people/{worker.id}"

        assert post(client, path, public_name="王师傅").status_code == 303
        assert post(client, path, public_name="长" * 31).status_code == 422
        assert post(client, path, work_phone="call me").status_code == 422
        assert "一次性密码" in post(client, f"{path}/reset").text
        assert "要停用" in client.get(f"{path}/close").text
        assert post(client, f"{path}/close").location == "/staff/people"

        assert client.get(path).status_code == 404
        session.expire_all()
        assert session.get_one(Account, worker.id).closed_at is not None

    def test_nobody_closes_themselves(self, client: FlaskClient, town: Actor) -> None:
        assert post(client, f"/staff/people/{town.id}/close").status_code == 403
        assert post(client, f"/staff/people/{town.id}/reset").status_code == 403


class TestTables:
    def send(
        self, client: FlaskClient, what: str, content: bytes, do: str = "check"
    ) -> TestResponse:
        file = (io.BytesIO(content), "table.csv")
        return post(client, f"/staff/{what}/import", file=file, do=do)

    def test_a_check_lists_every_bad_line(
        self, client: FlaskClient, town: Actor, session: Session
    ) -> None:
        content = f"编码,名称\n{VILLAGE}007,第7网格\n1,短\n{NEXT_TOWN},邻镇\n".encode()

        page = self.send(client, "areas", BOM + content, "write")

        assert page.status_code == 422
        assert "第 3 行" in page.text
        assert "第 4 行" in page.text
        assert session.get(Area, f"{VILLAGE}007") is None

    def test_a_check_writes_nothing_and_an_import_does(
        self, client: FlaskClient, town: Actor, session: Session
    ) -> None:
        content = f"编码,名称\n{VILLAGE}007,第7网格\n".encode("gb18030")

        assert "还没有写入" in self.send(client, "areas", content).text
        assert session.get(Area, f"{VILLAGE}007") is None
        assert "导入了 1 行" in self.send(client, "areas", content, "write").text
        session.expire_all()
        assert session.get_one(Area, f"{VILLAGE}007").name == "第7网格"

    def test_staff_get_their_passwords_on_the_page(
        self, client: FlaskClient, town: Actor, session: Session
    ) -> None:
        content = f"login,name,hats\nli.si,李四,专职网格员@{GRID}\n".encode()

        page = self.send(client, "people", content, "write").text

        assert "li.si" in page
        assert re.search(r"<code>[a-z0-9-]{14}</code>", page)

    @pytest.mark.parametrize("content", [b"", b"\x89PNG", b"PK\x03\x04x", b"king\n1\n"])
    def test_what_is_no_table_gets_a_sentence(
        self, client: FlaskClient, town: Actor, content: bytes
    ) -> None:
        page = self.send(client, "areas", content)

        assert page.status_code == 422
        assert 'role="alert"' in page.text

    def test_no_file_gets_a_sentence_too(self, client: FlaskClient, town: Actor) -> None:
        assert "请选一个文件" in post(client, "/staff/areas/import").text


@pytest.mark.parametrize(
    ("path", "heads"),
    [
        ("/staff/areas/import", "编码,名称,片区,值班电话,电话公开,范围"),
        ("/staff/people/import", "登录名,姓名,称呼,手机,工作电话,身份"),
    ],
)
def test_a_page_for_tables_says_the_headings_and_hands_out_an_empty_one(
    client: FlaskClient, session: Session, sign_in: SignIn, path: str, heads: str
) -> None:
    sign_in(make_staff(session, Role.SYSADMIN, area="330106"))

    page, blank = client.get(path).text, client.get(f"{path}/template.csv")

    assert heads.replace(",", "、") in page
    assert f'href="{path}/template.csv"' in page
    assert blank.get_data(as_text=True).strip("\ufeff\r\n") == heads
