"""Activities through their pages: made, shown on a screen, scanned in time and too late."""

import csv
import io
import re
from dataclasses import replace
from http import HTTPStatus
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse_many
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.web.limits import SENT
from kernel.work import parts, transaction
from people.models import Person
from qr import service
from qr.models import Activity, PrintItem, PrintOrder, SignIn
from qr.rules import Format, OrderState
from tests.citizen.factories import deliver_all
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_staff
from tests.fakes import FixedClock
from tests.people.homes import make_resident
from tests.people.views.doors import SignIn as SignInAs
from tests.people.views.doors import post
from tests.qr.activities import NAME, carried, link, make_activity, moving
from tests.qr.test_service_orders import hang

LIST = "/staff/activities"
GIVEN = {
    "name": NAME,
    "area": VILLAGE,
    "place": "文化礼堂",
    "day": "2026-03-03",
    "starts": "19:00",
    "ends": "20:30",
}


@pytest.fixture
def clerk(session: Session, sign_in: SignInAs) -> Actor:
    make_area(session, GRID)
    actor = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    sign_in(actor)
    return actor


def came(session: Session) -> list[str | None]:
    session.expire_all()
    return [one.name for one in session.scalars(select(SignIn).order_by(SignIn.id))]


class TestStaff:
    def test_an_activity_is_made_in_shanghai_time(
        self, client: FlaskClient, session: Session, clerk: Actor
    ) -> None:
        answer = post(client, f"{LIST}/new", **GIVEN)
        page = client.get(answer.headers["Location"]).text

        made = session.scalars(select(Activity)).one()
        assert made.starts_at.isoformat() == "2026-03-03T11:00:00+00:00"
        assert answer.status_code == HTTPStatus.SEE_OTHER
        assert "明天 19:00–20:30" in page
        assert "文化礼堂" in page
        assert NAME in client.get(LIST).text

    def test_what_cannot_be_is_said_beside_what_was_typed(
        self, client: FlaskClient, session: Session, clerk: Actor
    ) -> None:
        wrong = [
            ({"day": "明天"}, "日期要写成"),
            ({"starts": "晚上"}, "时间要写成"),
            ({"ends": "18:00"}, "结束要比开始晚"),
            ({"day": "2026-03-01"}, "已经过去了"),
            ({"area": "330106002001"}, "区域"),
            ({"name": ""}, "请写活动的名称"),
        ]
        for change, said in wrong:
            answer = post(client, f"{LIST}/new", **{**GIVEN, **change})

            assert answer.status_code in {403, 404, 422}
            assert said in answer.text
            assert 'value="文化礼堂"' in answer.text
        assert session.scalars(select(Activity)).all() == []

    def test_names_are_masked_till_somebody_asks_and_that_is_written_down(
        self, client: FlaskClient, session: Session, clerk: Actor
    ) -> None:
        code = make_activity(session)
        one = f"{LIST}/{code.id}"
        post(client, f"{one}/attenders", name="=王芳芳")
        masked = client.get(one).text
        session.expire_all()
        before = session.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()

        whole = post(client, f"{one}/names").text
        table = post(client, f"{one}/export")

        assert "王芳芳" not in masked
        assert "王芳芳" in whole
        rows = list(csv.reader(io.StringIO(table.get_data(as_text=True).lstrip("\ufeff"))))
        assert rows[1][1] == "'=王芳芳"  # no formula
        lines = session.scalars(select(AuditLine.action).order_by(AuditLine.id)).all()
        assert lines[len(before) :] == ["activity.names-read", "activity.names-read"]

    def test_a_screen_changes_by_itself_and_ends_with_its_activity(
        self, client: FlaskClient, session: Session, clerk: Actor, clock: FixedClock
    ) -> None:
        code = make_activity(session, hours=1)
        screen, seen = f"{LIST}/{code.id}/screen", []
        for minutes in (0, 30, 1, 180):
            clock.advance(minutes=minutes, seconds=7)
            seen.append(client.get(screen).text)

        early, first, then, over = seen
        assert [page.count("<svg ") for page in seen] == [0, 1, 1, 0]
        assert drawn(first) != drawn(then)
        assert "半小时" in early
        assert 'content="47"' in first  # 14 s into its minute by the server's clock
        assert 'http-equiv="refresh"' not in over
        assert "结束" in over

    def test_an_activity_that_is_called_off_takes_nobody(
        self, client: FlaskClient, session: Session, clerk: Actor
    ) -> None:
        code = make_activity(session)
        bare = post(client, f"{LIST}/{code.id}/stop", reason="")

        answer = post(client, f"{LIST}/{code.id}/stop", reason="下雨了")

        assert (bare.status_code, answer.status_code) == (422, 303)
        assert "取消了" in client.get(f"{LIST}/{code.id}").text
        assert "<svg " not in client.get(f"{LIST}/{code.id}/screen").text
        assert client.get(link(code)).status_code == HTTPStatus.CONFLICT


class TestAttending:
    def test_who_scans_in_time_needs_no_more_than_a_name(
        self, client: FlaskClient, session: Session
    ) -> None:
        code = make_activity(session)
        path = link(code)
        page = client.get(path)

        done = client.post(path, data={**carried(client, path), "name": "王芳"})

        assert NAME in page.text
        assert "文化礼堂" in page.text
        assert "/me/sign-in" not in page.text  # nobody is asked to register
        assert done.status_code == HTTPStatus.OK
        assert "签到成功" in done.text
        assert came(session) == ["王芳"]

    @pytest.mark.parametrize(
        ("ago", "status"), [(0, 200), (1, 200), (2, 409), (60, 409), (-1, 409)]
    )
    def test_a_code_is_worth_its_minute_and_one_more(
        self, client: FlaskClient, session: Session, ago: int, status: int
    ) -> None:
        code = make_activity(session)

        answer = client.get(link(code, ago))

        assert answer.status_code == status
        assert ("再扫一次" in answer.text) == (status == HTTPStatus.CONFLICT)
        assert ('<form class="card"' in answer.text) == (status == HTTPStatus.OK)

    def test_the_name_may_be_written_while_the_screen_moves_on_but_not_for_ever(
        self, client: FlaskClient, session: Session, clock: FixedClock
    ) -> None:
        code = make_activity(session)
        path = link(code)
        slow, slower = carried(client, path), carried(client, path)

        clock.advance(minutes=9)
        taken = client.post(path, data={**slow, "name": "王芳"})
        clock.advance(minutes=3)
        late = client.post(path, data={**slower, "name": "李明"})

        assert (taken.status_code, late.status_code) == (200, 409)
        assert "李明" in late.text  # what was typed is not lost
        assert came(session) == ["王芳"]

    def test_without_the_part_that_moves_nobody_signs_in(
        self, client: FlaskClient, session: Session
    ) -> None:
        code, other = make_activity(session), make_activity(session)
        page = carried(client, link(code))
        bare = client.get(f"/S/{code.token}")

        tries = [
            client.post(f"/S/{code.token}", data={**page, "name": "王芳"}),
            client.post(f"/S/{code.token}/00000000", data={"name": "王芳"}),
            client.get(f"/S/{other.token}/{moving(code.id)}"),
            client.post(link(other), data={**page, "name": "王芳"}),
        ]

        assert "屏幕上的码" in bare.text
        assert "<form" not in bare.text
        assert [one.status_code for one in tries] == [405, 409, 409, 409]
        assert came(session) == []

    def test_who_is_signed_in_taps_once(
        self, client: FlaskClient, session: Session, sign_in: SignInAs
    ) -> None:
        code = make_activity(session)
        sign_in(make_resident(session, "王芳"))
        path = link(code)
        page = client.get(path).text

        for _ in range(2):
            done = client.post(path, data=carried(client, path))

        assert "王芳" in page
        assert 'name="name"' not in page
        assert "已经签过了" in done.text
        assert came(session) == ["王芳"]

    def test_whose_number_it_is_is_told_to_nobody(
        self, client: FlaskClient, app: Flask, session: Session
    ) -> None:
        code = make_activity(session)
        path = link(code)
        phone = {"phone": "13800138000"}
        client.post(path, data={**carried(client, path), "name": "王芳芳", **phone})
        other = app.test_client()

        answer = other.post(path, data={**carried(other, path), "name": "好奇", **phone})

        assert "已经签过了" in answer.text
        assert "王芳芳" not in answer.text

    def test_wrong_fields_are_said_beside_them(self, client: FlaskClient, session: Session) -> None:
        code = make_activity(session)
        path = link(code)
        page = carried(client, path)
        for fields, said in (
            ({"name": " "}, "请写您的姓名"),
            ({"name": "王芳", "phone": "123"}, "手机号要 11 位数字"),
            ({"name": "王" * 31}, ""),
        ):
            answer = client.post(path, data={**page, **fields})

            assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
            assert said in answer.text
            assert page["proof"] in answer.text
        assert came(session) == []

    def test_guesses_are_counted_and_who_comes_late_is_not_guessing(
        self, client: FlaskClient, session: Session
    ) -> None:
        code = make_activity(session)
        late = [client.get(link(code, 5)).status_code for _ in range(70)]

        wrong = [client.get(f"/S/{code.token}/{number:08}").status_code for number in range(61)]

        assert set(late) == {409}
        assert (wrong[59], wrong[60]) == (409, 429)

    def test_a_flood_is_stopped_and_keeps_what_was_typed(
        self, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(SENT, "attend", parse_many("60 per hour"))  # a tenth of that in life
        code, numbers = make_activity(session), count()
        path = link(code)
        page = carried(client, path)
        answers = [
            client.post(path, data={**page, "name": f"人{next(numbers)}"}) for _ in range(61)
        ]

        assert [one.status_code for one in answers[-2:]] == [200, 429]
        assert "人60" in answers[-1].text

    def test_another_kind_of_code_leads_on_to_its_own_page(self, client: FlaskClient) -> None:
        answer = client.get("/s/0000000000000/12345678")

        assert answer.headers["Location"] == "/S/0000000000000"

    def test_the_picture_holds_the_link(
        self,
        app: Flask,
        client: FlaskClient,
        session: Session,
        clerk: Actor,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings = replace(parts().settings, public_url="https://qr.x-city.cn")
        monkeypatch.setitem(app.extensions, "parts", replace(parts(), settings=settings))
        code = make_activity(session)

        page = client.get(f"{LIST}/{code.id}/screen").text

        assert 'viewBox="0 0 37 37"' in page  # version 3 with its quiet zone
        assert "qr.x-city.cn" in page


@pytest.mark.parametrize(
    ("way", "fields", "status", "said"),
    [
        ("replace", {"reason": "换一个"}, 409, "到这场活动的页面取消"),
        ("revoke", {"reason": "不要了"}, 409, "到这场活动的页面取消"),
        ("print", {"form": "labels_24"}, 409, "签到屏幕"),
        ("print", {"form": "poster_a4"}, 409, "签到屏幕"),
        ("picture", {"picture": "svg", "width": "60"}, 409, "签到屏幕"),
    ],
)
def test_its_code_is_neither_ended_nor_printed_as_if_it_hung_somewhere(
    client: FlaskClient,
    session: Session,
    clerk: Actor,
    sign_in: SignInAs,
    way: str,
    fields: dict[str, str],
    status: int,
    said: str,
) -> None:
    code = make_activity(session)
    path, screen = f"/staff/codes/{code.id}/{way}", link(code)

    answer = post(client, path, **fields)
    sign_in(make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE))
    stranger = post(client, path, **fields)

    assert (answer.status_code, said in answer.text) == (status, True)
    assert stranger.status_code == 404
    assert client.get(screen).status_code == 200
    assert session.scalars(select(PrintOrder)).all() == []


def test_what_was_ordered_of_it_before_comes_on_no_paper(session: Session, clerk: Actor) -> None:
    (hanging,), moving_on = hang(session, 1), make_activity(session)
    with transaction() as work:
        order = service.order_codes(work, [hanging], Format.LABELS_24, by=clerk)
        work.session.add(PrintItem(order_id=order.id, position=1, code_id=moving_on.id))
        order.pieces = 2
    deliver_all(session)
    session.expire_all()
    printed = session.scalars(select(PrintOrder)).one()

    with transaction() as work:
        again = service.order_again(work, printed.id, by=clerk)

        assert (printed.state, printed.left_out, again.pieces) == (OrderState.READY, 1, 1)


def drawn(page: str) -> str:
    found = re.search(r"<svg .*?</svg>", page, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("path", ["/me/data/withdraw", "/me/data/delete"])
def test_people_see_where_they_signed_in_and_may_have_it_forgotten(
    client: FlaskClient, session: Session, sign_in: SignInAs, path: str
) -> None:
    code, other = make_activity(session), make_activity(session)
    me = make_resident(session, "王芳")
    phone = session.get_one(Person, me.id).phone or ""
    guest = {**carried(client, link(other)), "name": "小芳", "phone": phone}
    client.post(link(other), data=guest)
    sign_in(me)
    client.post(link(code), data=carried(client, link(code)))

    page, copy = client.get("/me/data"), client.get("/me/data/copy").json
    token = carried(client, path)
    client.post(path, data={**token, "sure": "yes"})

    assert page.text.count(f'<p class="gap">{NAME}') == 2
    assert copy is not None
    assert [one["name"] for one in copy["activities"]] == [NAME, NAME]
    assert came(session) == [None, None]
    assert all(one.person_id is None for one in session.scalars(select(SignIn)))
