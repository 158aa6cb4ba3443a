"""Whoever has the number sees the state; whoever reported it sees all of it."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Report
from citizen.views.access import MEMORY
from grid.models import Case
from grid.rules import Move
from grid.service import Values
from kernel import crockford
from kernel.access import Actor
from kernel.grants import Role
from kernel.media import Kind
from kernel.work import transaction
from people.queries import actor_of
from tests.citizen.conftest import Disk
from tests.citizen.factories import (
    PHONE,
    act,
    close,
    deliver_all,
    make_case,
    make_code,
    make_report,
    to_verify,
)
from tests.factories import NEXT_VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.kernel.media.samples import picture

WORDS = "东门的路灯不亮"
FORGED = crockford.with_check("7K3M9QTX42H")


def url(report: Report, *, secret: bool = True, path: str = "") -> str:
    key = f"?k={service.secret_of(report.number)}" if secret else ""
    return f"/r/{rules.printed(report.number)}{path}{key}"


def file(content: bytes, name: str = "1.jpg") -> tuple[BytesIO, str]:
    return BytesIO(content), name


class TestWhoSeesWhat:
    def test_the_number_alone_shows_the_state_and_nothing_that_was_said(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_case(session, phone=PHONE, caller_name="李阿姨", tile="broken")
        session.commit()
        with transaction() as work:
            service.keep(work, report.id, picture(), kind=Kind.PICTURE, key="1")
        deliver_all(session)

        page = client.get(url(report, secret=False)).text

        assert rules.printed(report.number) in page
        assert "正等网格长接单" in page
        assert "待受理" not in page
        assert "派遣" not in page
        assert "前接单" in page
        assert "李师傅" in page
        for hidden in (WORDS, PHONE, "138****5678", "李阿姨", "/media/", "路和灯", "?k=", "<form"):
            assert hidden not in page

    def test_it_says_by_when_it_is_done_before_anybody_has_taken_it(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session, tile="broken")
        session.commit()

        found = client.get(f"/track?number={report.number}").text
        page = client.get(url(report)).text

        assert "前给您答复" in found
        assert "前的答复写在这一页" in page  # no number was left
        for shown in (found, page):
            assert "<li>3月5日 17:30 前办好</li>" in shown

    def test_a_broken_promise_is_called_late_and_an_urge_is_answered(
        self, client: FlaskClient, session: Session, clock: FixedClock
    ) -> None:
        report = make_case(session)
        session.commit()
        in_time = client.get(url(report)).text

        clock.advance(hours=1)
        client.post(url(report, path="/urge"))

        late = client.get(url(report)).text
        assert "已经晚了" not in in_time
        assert "今天催过了" not in in_time
        assert "前接单（已经晚了，正在催）" in late
        assert "今天催过了" in late

    def test_the_secret_link_shows_all_and_is_remembered(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_case(session, phone=PHONE, caller_name="李阿姨")
        session.commit()
        with transaction() as work:
            service.keep(work, report.id, picture(), kind=Kind.PICTURE, key="1")
        deliver_all(session)

        first = client.get(url(report))
        later = client.get(url(report, secret=False))

        for page in (first.text, later.text):
            assert WORDS in page
            assert "138****5678" in page
            assert PHONE not in page
            assert "/media/" in page
            assert service.secret_of(report.number) in page
        cookie = first.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Max-Age=31536000" in cookie

    def test_a_wrong_secret_is_no_secret(self, client: FlaskClient, session: Session) -> None:
        report, other = make_report(session), make_report(session)
        session.commit()

        for key in ("x", "", service.secret_of(other.number), "平安", "\x00"):
            page = client.get(url(report, secret=False), query_string={"k": key})

            assert WORDS not in page.text

    def test_a_cookie_somebody_wrote_themselves_opens_nothing(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_report(session)
        session.commit()

        signed = URLSafeSerializer(str(client.application.secret_key), salt="receipts")
        other = URLSafeSerializer("another key", salt="receipts").dumps([report.number])
        odd = [signed.dumps(report.number), signed.dumps({"a": 1}), signed.dumps([7, None])]
        for cookie in (f'["{report.number}"]', "x", "W10.x", "平安", str(other), *map(str, odd)):
            client.set_cookie("receipts", cookie)

            assert WORDS not in client.get(url(report, secret=False)).text

    def test_a_phone_remembers_its_last_twenty(self, client: FlaskClient, session: Session) -> None:
        made = [make_report(session) for _ in range(MEMORY.most + 1)]
        session.commit()

        for report in made:
            client.get(url(report))

        assert WORDS not in client.get(url(made[0], secret=False)).text
        assert WORDS in client.get(url(made[1], secret=False)).text

    def test_the_phone_that_reported_sees_it_at_once(
        self, client: FlaskClient, session: Session
    ) -> None:
        token = make_code(session)

        sent = client.post(f"/S/{token}", data={"submission_key": "k", "words": WORDS})

        page = client.get(sent.location)
        assert WORDS in page.text
        assert "正在送到网格员手机上" in page.text

    @pytest.mark.parametrize("role", [Role.GRID_FULL, Role.VILLAGE_ADMIN, Role.DISTRICT_CMD])
    def test_staff_read_nothing_more_here_than_anybody(
        self,
        client: FlaskClient,
        session: Session,
        sign_in: Callable[[Actor], None],
        role: Role,
    ) -> None:
        report = make_case(session)
        sign_in(make_staff(session, role, area=NEXT_VILLAGE))

        assert WORDS not in client.get(url(report, secret=False)).text
        assert client.post(url(report, secret=False, path="/urge")).status_code in {400, 404}

    @pytest.mark.parametrize("number", [FORGED, "x", "7K3M-9QTX-42H", "平安", "0" * 500])
    def test_forged_numbers_are_all_answered_alike(
        self, client: FlaskClient, session: Session, number: str
    ) -> None:
        pages = [client.get(f"/r/{number}{path}") for path in ("", "/state")]
        pages += [client.post(f"/r/{number}/{verb}") for verb in ("urge", "files", "add", "rate")]

        assert {page.status_code for page in pages} == {404}
        assert all("没有找到这张回执" in page.text for page in pages)

    def test_a_number_that_is_there_is_not_told_from_one_that_is_not(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session)
        session.commit()

        for verb in ("urge", "files", "add", "rate", "reopen", "withdraw", "confirm"):
            there = client.post(url(report, secret=False, path=f"/{verb}"))
            forged = client.post(f"/r/{FORGED}/{verb}")

            assert there.status_code == forged.status_code == 404
            assert re.sub(r"/r/[^/]*/", "", there.text) == re.sub(r"/r/[^/]*/", "", forged.text)

    def test_whoever_guesses_is_stopped(self, client: FlaskClient, session: Session) -> None:
        report = make_report(session)
        session.commit()
        there = {"REMOTE_ADDR": "203.0.113.9"}

        # Twice the limit and one more: the hour that is counted may end in between.
        answers = [
            client.get(f"/r/{FORGED}", environ_overrides=there).status_code for _ in range(61)
        ]

        assert answers[:30] == [404] * 30
        assert 429 in answers
        assert client.get(url(report, secret=False), environ_overrides=there).status_code == 200


class TestPage:
    def test_it_is_bounded_however_long_it_went_on(
        self, client: FlaskClient, session: Session, statements: list[str], disk: Disk
    ) -> None:
        report = make_case(session, phone=PHONE)
        path, report_id = url(report), report.id
        client.get(path)
        statements.clear()
        client.get(path)
        short = len(statements)
        for number in range(6):
            session.commit()
            with transaction() as work:
                service.add(work, report_id, words=f"{number}", files=[])
        statements.clear()

        client.get(path)

        assert len(statements) == short <= 10, statements

    def test_every_state_has_its_page(
        self, client: FlaskClient, session: Session, clock: FixedClock
    ) -> None:
        report = make_case(session, phone=PHONE)
        case_id = report.case_id
        seen = [client.get(url(report)).text]
        owner_id = session.get_one(Case, case_id).owner_id
        owner = actor_of(session, owner_id or 0)
        assert owner is not None
        act(session, case_id, Move.ACCEPT, owner, Values())
        seen.append(client.get(url(report)).text)

        assert "正等网格长接单" in seen[0]
        assert "网格长正在办" in seen[1]
        assert "前办好" in seen[1]

    def test_a_closed_one_shows_the_result_and_asks_for_a_rating(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session)
        close(session, report.case_id)

        page = client.get(url(report)).text

        assert "换了灯泡" in page
        assert "很满意" in page
        assert "要求重办" in page

    def test_whom_to_ring_stands_there_until_it_is_over(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session, tile="hazard")
        before = client.get(url(report)).text
        session.get_one(Case, report.case_id).category = "0103"  # a cable that hangs down
        session.commit()
        while_open = client.get(url(report)).text
        close(session, report.case_id)

        assert 'href="tel:95598"' not in before
        assert 'href="tel:95598"' in while_open
        assert 'href="tel:95598"' not in client.get(url(report)).text

    def test_the_result_is_for_the_reporter_only(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session)
        close(session, report.case_id)

        assert "换了灯泡" not in client.get(url(report, secret=False)).text

    def test_a_report_of_the_night_says_when_its_clocks_start(
        self, client: FlaskClient, session: Session, clock: FixedClock
    ) -> None:
        clock.advance(hours=3)  # 23:00 in Shanghai
        report = make_case(session)
        session.commit()

        page = client.get(url(report)).text
        assert "早上 7 点起" in page
        assert "登记好了，早上 7 点开始计时" in page

    @pytest.mark.parametrize("query", ["lang=en", "fs=3"])
    def test_it_is_there_in_english_and_in_big_type(
        self, client: FlaskClient, session: Session, query: str
    ) -> None:
        report = make_case(session)
        close(session, report.case_id)

        assert client.get(f"{url(report)}&{query}").status_code == 200


class TestState:
    def test_a_page_that_waits_is_told_only_news(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session)
        session.commit()
        path = url(report, secret=False, path="/state")

        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        to_verify(session, report.case_id)
        news = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

        assert first.json == {"state": "dispatched"}
        assert (again.status_code, again.data) == (304, b"")
        assert news.json == {"state": "to_verify"}

    def test_the_page_names_the_state_it_shows(self, client: FlaskClient, session: Session) -> None:
        report = make_case(session)
        session.commit()

        state = client.get(url(report, secret=False, path="/state"))

        etag = re.search(r'data-etag="&#34;(\w+)&#34;"', client.get(url(report)).text)
        assert etag is not None
        assert state.headers["ETag"].strip('"') == etag[1]

    def test_before_it_is_in_the_queue_it_is_received(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_report(session)
        session.commit()

        assert client.get(url(report, path="/state")).json == {"state": "received"}


def test_who_signed_in_to_report_sees_it_on_any_phone(
    client: FlaskClient, session: Session, sign_in: Callable[[Actor], None]
) -> None:
    mine, other = make_report(session), make_report(session)
    person = make_staff(session, Role.GRID_FULL, area=NEXT_VILLAGE)
    mine.said_by = person.id
    session.flush()
    sign_in(person)

    assert WORDS in client.get(url(mine, secret=False)).text
    assert WORDS not in client.get(url(other, secret=False)).text
