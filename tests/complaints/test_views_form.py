"""The form and the receipt, as somebody with an old phone meets them."""

import gzip
import re
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizen.service.telling import secret_of
from complaints import service
from complaints.models import Complaint
from complaints.rules import About, Desk, State, printed
from kernel.media import Attachment
from kernel.work import transaction
from tests.citizen.factories import make_case, make_code
from tests.complaints.factories import PHONE, Staff
from tests.factories import NEXT_VILLAGE, TOWN, VILLAGE, make_area
from tests.grid.pages import plain, value

SMALL = 14 * 1024  # of HTML, CSS and JS together


@pytest.fixture(autouse=True)
def everybody(staff: Staff, session: Session) -> None:
    session.commit()
    assert staff


def send(client: FlaskClient, **fields: Any) -> TestResponse:  # noqa: ANN401 - files among them
    known = {"submission_key": "k1", "about": "worker", "area": VILLAGE, "words": "态度很差"}
    return client.post("/complain", data={**known, **fields})


def only(session: Session) -> Complaint:
    session.expire_all()
    return session.scalars(select(Complaint)).one()


def answered(session: Session, staff: Staff) -> Complaint:
    complaint = only(session)
    session.commit()
    with transaction() as work:
        service.answer(work, complaint.id, words="谈过话了，请他道歉", by=staff.town)
    return only(session)


class TestForm:
    @pytest.mark.parametrize("path", ["/", "/privacy", "/track", "/me/sign-in", "/nowhere"])
    def test_is_linked_at_the_foot_of_every_page(self, client: FlaskClient, path: str) -> None:
        page = client.get(path).text

        foot = page.partition("<footer")[2]
        assert f'href="/complain?from={path}"' in foot

    def test_is_linked_from_codes_and_receipts(self, client: FlaskClient, session: Session) -> None:
        token = make_code(session)
        report = make_case(session)
        session.commit()

        scan = client.get(f"/S/{token}").text
        receipt = client.get(f"/r/{report.number}").text

        assert f'href="/complain?from=/S/{token}"' in scan.partition("<footer")[2]
        assert f'href="/complain?from=/r/{report.number}"' in receipt.partition("<footer")[2]

    def test_knows_the_village_of_the_code(self, client: FlaskClient, session: Session) -> None:
        token = make_code(session)

        page = client.get(f"/complain?from=/S/{token}").text

        assert re.search(rf'value="{VILLAGE}" selected', page)

    def test_knows_the_receipt_somebody_came_from(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session)
        session.commit()
        client.get(f"/r/{report.number}?k={secret_of(report.number)}")

        page = client.get(f"/complain?from=/r/{report.number}").text

        assert value(page, "about_number") == report.number
        assert re.search(rf'value="{VILLAGE}" selected', page)

    def test_tells_a_stranger_nothing_of_which_receipts_there_are(
        self, client: FlaskClient, session: Session
    ) -> None:
        there = make_case(session).number
        session.commit()

        def page(number: str) -> tuple[int, str]:
            answer = client.get(f"/complain?from=/r/{number}")
            key = value(answer.text, "submission_key")
            return answer.status_code, answer.text.replace(number, "").replace(key, "")

        assert page(there) == page("7K3M9QTX42HR")

    @pytest.mark.parametrize(
        "came", ["", "/r/NONE", "/r/AAAAAAAAAAAA", "//evil", "/S/", "/S/x?y", "x" * 5000, "\x00"]
    )
    def test_from_anywhere_else_is_empty(self, client: FlaskClient, came: str) -> None:
        page = client.get("/complain", query_string={"from": came})

        assert page.status_code == 200
        assert "selected" not in page.text

    def test_needs_no_account_no_code_and_no_script(
        self, client: FlaskClient, session: Session
    ) -> None:
        answer = send(client)

        assert answer.status_code == 303
        complaint = only(session)
        assert (complaint.about, complaint.area_code) == (About.WORKER, VILLAGE)
        assert complaint.desk is Desk.TOWN
        assert answer.headers["Location"] == f"/c/{printed(complaint.number)}"

    def test_sent_twice_is_one_complaint(self, client: FlaskClient, session: Session) -> None:
        first, second = send(client), send(client)

        assert first.headers["Location"] == second.headers["Location"]
        assert only(session)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"about": ""}, "请选说的是谁"),
            ({"about": "mayor"}, "请选说的是谁"),
            ({"words": ""}, "请写几个字"),
            ({"words": "长" * 2001}, "最多写"),
            ({"phone": "123"}, "手机号"),
        ],
    )
    def test_what_is_wrong_stands_beside_it_and_nothing_is_lost(
        self, client: FlaskClient, session: Session, fields: dict[str, str], sentence: str
    ) -> None:
        answer = send(client, **{"words": "写了很久的话", **fields})

        assert answer.status_code == 422
        assert sentence in answer.text
        assert "words" in fields or "写了很久的话" in answer.text
        assert re.search(rf'value="{VILLAGE}" selected', answer.text)
        assert session.scalars(select(Complaint)).all() == []

    @pytest.mark.parametrize("area", ["", "999999999999", "abc", "330106001001001", "\x00"])
    def test_any_place_will_do(self, client: FlaskClient, session: Session, area: str) -> None:
        assert send(client, area=area).status_code == 303

        assert only(session).area_code in {VILLAGE, "330106"}

    def test_a_photo_comes_along_and_only_those_who_may_see_it(
        self, client: FlaskClient, session: Session
    ) -> None:
        buffer = BytesIO()
        Image.new("RGB", (40, 30), "green").save(buffer, "JPEG")
        buffer.seek(0)

        assert send(client, photos=(buffer, "a.jpg")).status_code == 303

        owner = session.scalars(select(Attachment.owner)).one()
        assert owner == only(session).owner

    def test_what_is_no_photo_is_refused_with_a_sentence(self, client: FlaskClient) -> None:
        answer = send(client, photos=(BytesIO(b"nothing"), "a.jpg"))

        assert answer.status_code == 422
        assert "态度很差" in answer.text

    def test_stays_small(self, client: FlaskClient, session: Session) -> None:
        make_area(session, NEXT_VILLAGE)
        session.commit()

        page = client.get("/complain").data

        assert len(page) < 60_000
        assert len(gzip.compress(page, 9)) <= SMALL

    def test_a_script_that_sends_it_is_answered_in_its_own_way(
        self, client: FlaskClient, session: Session
    ) -> None:
        asks = {"Accept": "application/json"}
        known = {"submission_key": "k1", "about": "worker", "words": "态度很差"}

        wrong = client.post("/complain", data={**known, "phone": "12"}, headers=asks)
        right = client.post("/complain", data=known, headers=asks)

        assert wrong.status_code == 422
        assert list(wrong.get_json()["errors"]) == ["phone"]
        assert right.status_code == 201
        assert right.get_json()["url"] == f"/c/{printed(only(session).number)}"
        assert "态度很差" in client.get(right.get_json()["url"]).text


class TestReceipt:
    def test_says_who_answers_and_until_when(self, client: FlaskClient, session: Session) -> None:
        send(client, phone=PHONE)

        page = plain(client.get(f"/c/{only(session).number}").text)

        assert "镇街" in page
        assert "3月9日 17:30 前答复" in page
        assert "态度很差" in page
        assert "138****5678" in page

    def test_the_number_alone_tells_the_state_and_nothing_else(
        self, client: FlaskClient, session: Session, staff: Staff
    ) -> None:
        send(client)
        number = answered(session, staff).number
        client.delete_cookie("complaints")

        page = client.get(f"/c/{number}").text

        assert "已经答复了" in page
        for secret in ("态度很差", "谈过话", "网格员或村干部"):
            assert secret not in page
        assert client.post(f"/c/{number}/rate", data={"satisfied": "satisfied"}).status_code == 404
        assert client.post(f"/c/{number}/up", data={"words": "不行"}).status_code == 404
        assert client.get(f"/c/{number}/media/1").status_code == 404

    def test_the_secret_link_opens_all_of_it(self, client: FlaskClient, session: Session) -> None:
        send(client)
        number = only(session).number
        client.delete_cookie("complaints")

        page = client.get(f"/c/{number}?k={service.secret_of(number)}").text

        assert "态度很差" in page

    @pytest.mark.parametrize("number", ["NONE", "AAAAAAAAAAAA", "%00", "7K3M-9QTX-42HR"])
    def test_a_guess_is_no_complaint(self, client: FlaskClient, number: str) -> None:
        assert client.get(f"/c/{number}").status_code == 404

    def test_guessing_comes_to_an_end(self, client: FlaskClient) -> None:
        answers = [client.get("/c/AAAAAAAAAAAA").status_code for _ in range(32)]

        assert answers[-1] == 429

    def test_is_found_by_its_number_like_any_receipt(
        self, client: FlaskClient, session: Session
    ) -> None:
        send(client)
        number = printed(only(session).number)

        answer = client.get(f"/track?number={number.lower()}", follow_redirects=True)

        assert "投诉建议收到了" in answer.text

    def test_the_answer_is_read_rated_and_sent_up_once(
        self, client: FlaskClient, session: Session, staff: Staff
    ) -> None:
        send(client)
        number = answered(session, staff).number

        assert "请他道歉" in client.get(f"/c/{number}").text
        none = client.post(f"/c/{number}/rate", data={"note": "想说一句"})
        assert none.status_code == 422
        assert "想说一句" in none.text
        assert client.post(f"/c/{number}/rate", data={"satisfied": "so_so"}).status_code == 303
        assert client.post(f"/c/{number}/rate", data={"satisfied": "so_so"}).status_code == 409
        empty = client.post(f"/c/{number}/up", data={"words": ""})
        assert empty.status_code == 422
        assert client.post(f"/c/{number}/up", data={"words": "没有查"}).status_code == 303
        assert client.post(f"/c/{number}/up", data={"words": "没有查"}).status_code == 409
        assert only(session).state is State.OPEN
        page = plain(client.get(f"/c/{number}").text)
        assert "区级指挥中心" in page
        assert "没有查" in page

    def test_whoever_is_content_is_not_told_that_they_are_not(
        self, client: FlaskClient, session: Session, staff: Staff
    ) -> None:
        send(client)
        number = answered(session, staff).number
        assert "不满意，请再上一级答复" in client.get(f"/c/{number}").text
        done = client.post(f"/c/{number}/rate", data={"satisfied": "satisfied"})
        assert done.status_code == 303

        page = plain(client.get(f"/c/{number}").text)
        assert "不满意，请再上一级答复" not in page
        assert "还是想请再上一级看看" in page

    def test_says_that_it_is_late_instead_of_a_promise_that_is_over(
        self, client: FlaskClient, session: Session
    ) -> None:
        send(client)
        complaint = only(session)
        complaint.due_by = complaint.filed_at
        session.commit()
        complaint.due_by = complaint.due_by.replace(year=2025)
        session.commit()

        assert "已经晚了" in client.get(f"/c/{complaint.number}").text


def test_a_town_can_be_chosen_as_well(client: FlaskClient, session: Session) -> None:
    send(client, about="town", area=TOWN)

    complaint = only(session)

    assert (complaint.area_code, complaint.desk) == (TOWN, Desk.DISTRICT)
