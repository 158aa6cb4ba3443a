"""Whoever has the number sees the state; whoever reported it sees all of it and may ask."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Rating, Report, Urge
from citizen.views.access import MOST_REMEMBERED
from grid.models import Case
from grid.rules import Move, State
from grid.service import Values
from kernel import crockford
from kernel.access import Actor
from kernel.grants import Role
from kernel.media import Attachment, Kind
from kernel.media import State as MediaState
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
from tests.kernel.media.samples import HTML, picture, wav

WORDS = "东门的路灯不亮"
FORGED = crockford.with_check("7K3M9QTX42H")


def url(report: Report, *, secret: bool = True, path: str = "") -> str:
    key = f"?k={service.secret_of(report.number)}" if secret else ""
    return f"/r/{rules.printed(report.number)}{path}{key}"


def file(content: bytes, name: str = "1.jpg") -> tuple[BytesIO, str]:
    return BytesIO(content), name


def upload(content: bytes, key: str = "1", kind: str = "photo") -> dict[str, object]:
    return {"key": key, "kind": kind, "file": file(content)}


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
        assert "正等网格员接单" in page
        assert "前接单" in page
        assert "李师傅" in page
        for hidden in (WORDS, PHONE, "138****5678", "李阿姨", "/media/", "路和灯", "?k=", "<form"):
            assert hidden not in page

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

        for cookie in (f'["{report.number}"]', "x", "W10.x", "平安"):
            client.set_cookie("receipts", cookie)

            assert WORDS not in client.get(url(report, secret=False)).text

    def test_a_phone_remembers_its_last_twenty(self, client: FlaskClient, session: Session) -> None:
        made = [make_report(session) for _ in range(MOST_REMEMBERED + 1)]
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

        answers = [
            client.get(f"/r/{FORGED}", environ_overrides=there).status_code for _ in range(31)
        ]

        assert answers == [404] * 30 + [429]
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

        assert "正等网格员接单" in seen[0]
        assert "网格员正在办" in seen[1]
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

        assert "早上 7 点" in client.get(url(report)).text

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


class TestFiles:
    def test_a_file_sent_twice_is_answered_the_same(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_case(session, files=1)
        session.commit()

        first = client.post(url(report, path="/files"), data=upload(picture()))
        again = client.post(url(report, path="/files"), data=upload(picture()))

        assert first.status_code == again.status_code == 201
        assert first.json == again.json
        assert len(session.scalars(select(Attachment)).all()) == 1

    @pytest.mark.parametrize("way", ["field", "header", "cookie"])
    def test_the_secret_may_come_in_any_way(
        self, client: FlaskClient, session: Session, disk: Disk, way: str
    ) -> None:
        report = make_report(session)
        session.commit()
        secret = service.secret_of(report.number)
        data, headers = upload(picture()), {}
        if way == "field":
            data["k"] = secret
        elif way == "header":
            headers["X-Receipt-Secret"] = secret
        else:
            client.get(url(report))

        sent = client.post(url(report, secret=False, path="/files"), data=data, headers=headers)

        assert sent.status_code == 201

    def test_without_it_no_file_is_taken(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_report(session)
        session.commit()

        sent = client.post(url(report, secret=False, path="/files"), data=upload(picture()))

        assert sent.status_code == 404
        assert session.scalars(select(Attachment)).all() == []

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"key": "1", "kind": "photo"},
            {"key": "1", "kind": "exe", "file": (BytesIO(b"x"), "1")},
            {"key": "1", "kind": "photo", "file": (BytesIO(HTML), "1.jpg")},
            {"key": "\x00" * 9, "kind": "photo", "file": (BytesIO(picture()), "1.jpg")},
            {"key": "k" * 500, "kind": "photo", "file": (BytesIO(picture()), "1.jpg")},
            {"key": "1", "kind": "voice", "file": (BytesIO(HTML), "1.m4a")},
        ],
    )
    def test_what_is_no_file_is_refused_for_good_in_words(
        self, client: FlaskClient, session: Session, disk: Disk, data: dict[str, object]
    ) -> None:
        report = make_report(session, files=2)
        session.commit()

        sent = client.post(
            url(report, path="/files"), data=data, headers={"Accept": "application/json"}
        )

        assert 400 <= sent.status_code < 500
        assert (sent.json or {})["message"]

    def test_a_file_that_was_refused_is_not_waited_for(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_report(session, files=1)
        session.commit()
        assert "还有 1 个" in client.get(url(report)).text

        client.post(url(report, path="/files"), data=upload(HTML))

        session.expire_all()
        assert "还有 1 个" not in client.get(url(report)).text

    def test_a_full_disk_asks_the_phone_to_try_again(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_report(session, files=1)
        session.commit()
        disk.full = True

        full = client.post(url(report, path="/files"), data=upload(picture()))
        disk.full = False
        then = client.post(url(report, path="/files"), data=upload(picture()))

        assert (full.status_code, then.status_code) == (503, 201)

    def test_pictures_and_voice_are_shown_once_they_are_ready(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_case(session, files=2)
        session.commit()
        client.post(url(report, path="/files"), data=upload(picture()))
        client.post(url(report, path="/files"), data=upload(wav(), "2", "voice"))
        assert "/media/" not in client.get(url(report)).text
        deliver_all(session)

        page = client.get(url(report)).text

        links = re.findall(r'(?:src|href)="(/media/[^"]*)"', page)
        assert len(links) >= 3
        assert "<audio" in page
        for link in links:
            shown = client.get(link.replace("&amp;", "&"))
            assert (shown.status_code, bool(shown.data)) == (200, True)
            assert shown.mimetype in {"image/jpeg", "audio/wav", "audio/x-wav"}


class TestMedia:
    def test_only_the_receipt_it_belongs_to_opens_it(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        mine, other = make_report(session), make_report(session)
        session.commit()
        with transaction() as work:
            kept = service.keep(work, other.id, picture(), kind=Kind.PICTURE, key="1").id
        deliver_all(session)
        assert session.get_one(Attachment, kept, populate_existing=True).state is MediaState.READY
        client.get(url(mine))

        for number in (mine.number, other.number, FORGED, ""):
            assert client.get(f"/media/{kept}?r={number}").status_code == 404
        client.get(url(other))
        assert client.get(f"/media/{kept}?r={other.number}").status_code == 200
        assert client.get(f"/media/{kept}?r={mine.number}").status_code == 404
        assert client.get(f"/media/999?r={mine.number}").status_code == 404
        assert client.get(f"/media/{kept}?r={other.number}&s=thumb").status_code == 200


class TestActions:
    @pytest.fixture
    def report(self, client: FlaskClient, session: Session, disk: Disk) -> Report:
        report = make_case(session, phone=PHONE)
        session.commit()
        client.get(url(report))
        return report

    def send(self, client: FlaskClient, report: Report, verb: str, **data: object) -> int:
        path = url(report, secret=False, path=f"/{verb}")
        return client.post(path, data=data).status_code

    def test_urging_works_once_a_day(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        assert "催一催" in client.get(url(report)).text

        assert self.send(client, report, "urge") == 303
        assert self.send(client, report, "urge") == 409

        assert "催一催" not in client.get(url(report)).text
        assert len(session.scalars(select(Urge)).all()) == 1

    def test_words_and_pictures_can_be_added(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        sent = self.send(client, report, "add", words="又坏一盏", photos=file(picture()))
        deliver_all(session)

        page = client.get(url(report)).text
        assert sent == 303
        assert "又坏一盏" in page
        assert "处理前" in page

    @pytest.mark.parametrize(
        "data", [{"words": " "}, {"words": "灯" * 2001}, {"words": "还有", "photos": HTML}]
    )
    def test_what_cannot_be_added_is_asked_again(
        self, client: FlaskClient, report: Report, data: dict[str, str | bytes]
    ) -> None:
        photos = data.get("photos")
        more = {**data, "photos": file(photos)} if isinstance(photos, bytes) else data

        answer = client.post(url(report, path="/add"), data=more)

        assert answer.status_code == 422
        assert str(data["words"]).strip() in answer.text
        assert 'id="e-add"' in answer.text

    def test_a_full_disk_takes_the_added_words(
        self, client: FlaskClient, report: Report, disk: Disk
    ) -> None:
        disk.full = True

        answer = client.post(
            url(report, path="/add"), data={"words": "又坏一盏", "photos": file(picture())}
        )

        assert answer.status_code == 200
        assert "没能存下来" in answer.text

    def test_taking_it_back_ends_it(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        assert self.send(client, report, "withdraw") == 303

        page = client.get(url(report)).text
        assert session.scalars(select(Case.state)).one() is State.WITHDRAWN
        assert "撤回" in page
        assert self.send(client, report, "urge") == 409

    def test_the_residents_own_word_closes_what_is_not_urgent(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        to_verify(session, report.case_id)
        assert "已经解决了吗" in client.get(url(report)).text

        assert self.send(client, report, "confirm") == 303

        assert session.scalars(select(Case.state)).one() is State.CLOSED

    def test_rating_needs_both_answers_and_keeps_the_note(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        close(session, report.case_id)

        half = client.post(url(report, path="/rate"), data={"solved": "solved", "note": "师傅很好"})
        odd = client.post(url(report, path="/rate"), data={"solved": "x", "satisfied": "y"})
        whole = self.send(
            client, report, "rate", solved="not_solved", satisfied="so_so", note="师傅很好"
        )

        assert half.status_code == odd.status_code == 422
        assert "师傅很好" in half.text
        assert whole == 303
        assert session.scalars(select(Rating.note)).all() == ["师傅很好"]
        assert self.send(client, report, "rate", solved="solved", satisfied="so_so") == 409

    def test_not_solved_leads_to_rework_once(
        self, client: FlaskClient, session: Session, report: Report, clock: FixedClock
    ) -> None:
        close(session, report.case_id)
        self.send(client, report, "rate", solved="not_solved", satisfied="dissatisfied")
        assert 'id="reopen" open' in client.get(url(report)).text

        assert self.send(client, report, "reopen", reason="") == 400
        assert self.send(client, report, "reopen", reason="又灭了") == 303
        clock.advance(hours=2)
        close(session, report.case_id)

        page = client.get(url(report)).text
        assert "要求重办" not in page
        assert "办得怎么样" in page
        assert self.send(client, report, "reopen", reason="又灭了") == 409

    def test_a_phone_without_cookies_carries_the_secret_along(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session)
        session.commit()
        client.delete_cookie("receipts")

        page = client.get(url(report)).text
        client.delete_cookie("receipts")
        action = re.search(r'action="(/r/[^"]*/urge[^"]*)"', page)
        assert action is not None
        sent = client.post(action[1].replace("&amp;", "&"))

        assert sent.status_code == 303
        assert service.secret_of(report.number) in sent.location
