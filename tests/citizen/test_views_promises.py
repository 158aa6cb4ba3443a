"""On the receipt: what was asked, what was promised, who has it, and how to say no to a refusal."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen.models import Report
from grid import jobs
from grid import service as grid
from grid.models import CaseFile
from grid.rules import Level, Move
from grid.service import Values
from kernel.grants import Role
from kernel.outbound import Message
from kernel.work import transaction
from tests.citizen.factories import PHONE, act, close, make_case
from tests.citizen.promised import (
    MORNING,
    THURSDAY,
    ask,
    case_of,
    owner_of,
    read,
    reject,
    send,
    texts,
)
from tests.citizen.test_views_receipt import url
from tests.factories import DISTRICT, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.pages import photo
from tests.kernel.media.samples import wav


@pytest.fixture
def morning(clock: FixedClock) -> FixedClock:
    clock.moment = MORNING
    return clock


@pytest.fixture
def report(session: Session, morning: FixedClock) -> Report:
    """A report whose case is in hand."""
    found = make_case(session, phone=PHONE)
    act(session, found.case_id, Move.ACCEPT, owner_of(session, found), Values())
    assert morning.now() == MORNING
    return found


class TestAnswer:
    def test_with_words_a_picture_and_a_voice_note_and_no_script(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        ask(session, report)
        assert "在哪一段路？" in read(client, report)
        assert "先停一停，不算时间：等您再说一说" in read(client, report)

        answer = send(
            client, report, "answer", words="桥头", photos=photo(), voice=(BytesIO(wav()), "a.wav")
        )

        assert answer.status_code == 303
        assert "收到了，谢谢。" in client.get(answer.location).text
        page = read(client, report)
        assert "您回答了" in page
        assert "先停一停，不算时间：" not in page
        assert 'id="answer"' not in client.get(url(report)).text
        assert len(session.scalars(select(CaseFile)).all()) == 2
        assert case_of(session, report).paused_until is None

    def test_an_empty_one_is_sent_back_with_a_sentence(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        ask(session, report)

        answer = send(client, report, "answer", words="  ")

        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert case_of(session, report).questions == 1

    def test_after_the_end_what_was_typed_is_not_lost(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        ask(session, report)
        reject(session, report.case_id)

        answer = send(client, report, "answer", words="在桥头第三个灯下面")

        assert answer.status_code == 409
        assert "在桥头第三个灯下面" in answer.text

    def test_is_for_who_reported_it_only(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        ask(session, report, "请拍一张")

        stranger = client.post(
            f"/r/{report.number}/answer",
            data={"words": "桥头"},
            headers={"Sec-Fetch-Site": "same-origin"},
        )

        assert stranger.status_code == 404
        assert "请拍一张" not in read(client, report, secret=False)
        assert case_of(session, report).questions == 1

    def test_one_text_for_each_question(
        self, session: Session, report: Report, morning: FixedClock
    ) -> None:
        ask(session, report)
        texts(session)
        morning.advance(days=1)
        ask(session, report, "多大？")
        texts(session)

        said = session.scalars(select(Message).where(Message.template == "T04"))
        assert ["3月4日17:30前" in one.text for one in said] == [True, False]


class TestPromises:
    def test_the_resident_reads_and_hears_before_it_is_late_and_after(
        self, client: FlaskClient, session: Session, report: Report, morning: FixedClock
    ) -> None:
        for moment in (THURSDAY - timedelta(hours=8), THURSDAY):
            morning.moment = moment
            session.commit()
            with transaction() as work:
                jobs.tell_promises(work)
            texts(session)

        page = read(client, report)
        assert "可能要晚一点" in page
        assert "没能按时办好" in page
        assert "说好3月5日17:30前办好" in page
        assert texts(session)[-2:] == ["T31", "T32"]

    def test_more_time_is_told_with_its_reason(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        owner = owner_of(session, report)
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        session.commit()
        with transaction() as work:
            grid.classify(work, report.case_id or 0, by=owner, category="0302")
            grid.ask_extension(work, report.case_id or 0, by=owner, reason="等配件")
            grid.decide_extension(work, report.case_id or 0, by=town, granted=True)

        assert "要多用一些时间：等配件。新的时限是 3月11日 17:30" in read(client, report)
        assert texts(session)[-1] == "T05"

    @pytest.mark.parametrize(
        ("level", "said"),
        [(Level.VILLAGE, "已经交给村社，正等村社接单"), (Level.TOWN, "已经交给镇街，正等镇街接单")],
    )
    def test_who_has_it_now_is_said(
        self,
        client: FlaskClient,
        session: Session,
        morning: FixedClock,
        level: Level,
        said: str,
    ) -> None:
        make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        report = make_case(session)
        morning.advance(minutes=5 if level is Level.VILLAGE else 15)
        session.commit()
        with transaction() as work:
            jobs.climb(work)

        page = read(client, report)

        assert said in page
        assert "网格员接单" not in page

    def test_no_page_of_a_receipt_says_du(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        ask(session, report)
        pages = [client.get(url(report)).text]
        close(session, make_case(session).case_id)
        reject(session, report.case_id)
        pages += [client.get(url(report)).text, client.get("/track").text, client.get("/").text]

        assert all("你" not in page for page in pages)


class TestObjection:
    def test_is_made_with_a_reason_on_the_receipt(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        reject(session, report.case_id)
        assert "不同意这个答复" in read(client, report)
        assert "司法所" in read(client, report)
        assert "没有受理，因为：合同纠纷" in read(client, report)

        answer = send(client, report, "object", reason="是公共楼道")

        assert answer.status_code == 303
        page = read(client, report)
        assert "正由上一级复核" in page
        assert "3月9日 17:30 前给您答复" in page
        assert "不同意这个答复" not in page

    @pytest.mark.parametrize(("reason", "status"), [("", 422), ("再看看", 409)])
    def test_without_a_reason_or_twice_it_is_refused_in_words(
        self, client: FlaskClient, session: Session, report: Report, reason: str, status: int
    ) -> None:
        reject(session, report.case_id)
        if reason:
            send(client, report, "object", reason="是公共楼道")

        answer = send(client, report, "object", reason=reason)

        assert answer.status_code == status
        assert 'role="alert"' in answer.text
        assert reason in answer.text

    def test_too_late_is_not_offered_and_refused(
        self, client: FlaskClient, session: Session, report: Report, morning: FixedClock
    ) -> None:
        reject(session, report.case_id)
        morning.advance(days=8)

        assert "不同意这个答复" not in read(client, report)
        assert send(client, report, "object", reason="是公共楼道").status_code == 409

    @pytest.mark.parametrize(
        ("upheld", "template", "said"),
        [(True, "T33", "重新办"), (False, "T34", "还是不受理")],
    )
    def test_the_answer_comes_as_a_text_and_on_the_receipt(
        self,
        client: FlaskClient,
        session: Session,
        report: Report,
        *,
        upheld: bool,
        template: str,
        said: str,
    ) -> None:
        judge = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
        reject(session, report.case_id)
        send(client, report, "object", reason="是公共楼道")
        texts(session)
        with transaction() as work:
            grid.decide_objection(
                work, report.case_id or 0, by=judge, upheld=upheld, sentence="看过了"
            )

        page = read(client, report)

        assert template in texts(session)
        assert said in page
        assert "看过了" in page
        assert ("司法所" in page) is not upheld
