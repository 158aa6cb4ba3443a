"""What the owner of a receipt can still do, through the page."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Rating, Report, Urge
from grid.models import Case
from grid.rules import Move, State
from grid.service import Values
from kernel.grants import Role
from tests.citizen.conftest import Disk
from tests.citizen.factories import (
    PHONE,
    act,
    close,
    deliver_all,
    make_case,
    to_verify,
)
from tests.factories import TOWN, make_staff
from tests.fakes import FixedClock
from tests.kernel.media.samples import HTML, picture


def url(report: Report, *, secret: bool = True, path: str = "") -> str:
    key = f"?k={service.secret_of(report.number)}" if secret else ""
    return f"/r/{rules.printed(report.number)}{path}{key}"


def file(content: bytes, name: str = "1.jpg") -> tuple[BytesIO, str]:
    return BytesIO(content), name


class TestOtherEnds:
    def test_what_was_not_taken_says_whose_it_is(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session)
        admin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        why = Values(reason="不归我们管", responsible_channel="供电公司 95598")
        act(session, report.case_id, Move.REJECT, admin, why)

        page = client.get(url(report)).text

        assert "这件事该找：供电公司 95598" in page
        assert "不归我们管" in page

    def test_two_that_are_one_are_done_together_and_both_are_rated(
        self, client: FlaskClient, session: Session
    ) -> None:
        main, report = make_case(session, words="邻居的话"), make_case(session, phone=PHONE)
        admin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        why = Values(reason="同一处", main_case=main.case_id)
        act(session, report.case_id, Move.MERGE, admin, why)
        page = client.get(url(report)).text
        close(session, main.case_id)
        deliver_all(session)

        later = client.get(url(report))
        client.post(url(report, path="/rate"), data={"solved": "solved", "satisfied": "so_so"})

        assert "合在一起办" in page
        assert "邻居的话" not in page + later.text
        assert "办得怎么样" in later.text
        assert len(session.scalars(select(Rating)).all()) == 1


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
        shown = re.search(r'href="(/media/[^"]*)"', page)
        assert sent == 303
        assert "又坏一盏" in page
        assert "处理前" in page
        assert shown is not None
        assert client.get(shown[1].replace("&amp;", "&")).status_code == 200

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
        page = client.get(url(report)).text
        assert 'id="reopen" open' in page
        assert "您说没解决" in page

        assert self.send(client, report, "reopen", reason="") == 400
        assert self.send(client, report, "reopen", reason="又灭了") == 303
        assert "您说没解决" not in client.get(url(report)).text
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
