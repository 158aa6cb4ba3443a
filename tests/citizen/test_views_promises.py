"""On the receipt: what was asked, what was promised, who has it, and how to say no to a refusal."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizen import service
from citizen.models import Report
from citizen.rules import Satisfied, Solved
from grid import jobs
from grid import service as grid
from grid.models import Act, Case, CaseFile, Step, SupervisorCall
from grid.rules import CallOutcome, Finding, Level, Move, State
from grid.service import Values
from kernel.access import Actor
from kernel.grants import Role
from kernel.outbound import Message
from kernel.work import transaction
from people.queries import actor_of
from tests.citizen.factories import PHONE, act, close, deliver_all, make_case
from tests.citizen.test_views_receipt import url
from tests.factories import DISTRICT, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.pages import photo, plain
from tests.kernel.media.samples import wav

MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
THURSDAY = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


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


def owner_of(session: Session, report: Report) -> Actor:
    case = session.get_one(Case, report.case_id, populate_existing=True)
    owner = actor_of(session, case.owner_id or 0)
    assert owner is not None
    return owner


def ask(session: Session, report: Report, words: str = "在哪一段路？") -> None:
    owner = owner_of(session, report)
    session.commit()
    with transaction() as work:
        grid.ask(work, report.case_id or 0, by=owner, words=words)


def case_of(session: Session, report: Report) -> Case:
    return session.get_one(Case, report.case_id, populate_existing=True)


def reject(session: Session, case_id: int | None) -> None:
    town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    given = Values(reason="合同纠纷", responsible_channel="司法所")
    act(session, case_id, Move.REJECT, town, given)


def read(client: FlaskClient, report: Report, *, secret: bool = True) -> str:
    answer = client.get(url(report, secret=secret))
    assert answer.status_code == 200
    return plain(answer.text)


def send(client: FlaskClient, report: Report, what: str, **fields: object) -> TestResponse:
    client.get(url(report))  # the cookie that lets this phone in
    address = f"/r/{report.number}/{what}"
    return client.post(
        address,
        data=fields,
        content_type="multipart/form-data",
        headers={"Sec-Fetch-Site": "same-origin"},
    )


def texts(session: Session) -> list[str]:
    deliver_all(session)
    return [one.template for one in session.scalars(select(Message).order_by(Message.id))]


class TestAnswer:
    def test_with_words_a_picture_and_a_voice_note_and_no_script(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        ask(session, report)
        assert "在哪一段路？" in read(client, report)
        assert "现在停表：等待居民补充" in read(client, report)

        answer = send(
            client, report, "answer", words="桥头", photos=photo(), voice=(BytesIO(wav()), "a.wav")
        )

        assert answer.status_code == 303
        page = read(client, report)
        assert "您回答了" in page
        assert "现在停表" not in page
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
        assert ["3月4日17时前" in one.text for one in said] == [True, False]


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


class TestMerged:
    def both(self, session: Session) -> tuple[Report, Report]:
        """Return the report that is worked on, and one that was merged into it."""
        main, merged = make_case(session, phone=PHONE), make_case(session, phone="13900139000")
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        given = Values(main_case=main.case_id, reason="同一件")
        act(session, merged.case_id, Move.MERGE, town, given)
        texts(session)
        return main, merged

    def test_refused_with_the_main_case_its_reporter_hears_and_reads_it(
        self, client: FlaskClient, session: Session, morning: FixedClock
    ) -> None:
        main, merged = self.both(session)
        reject(session, main.case_id)

        page = read(client, merged)
        sent = texts(session)

        assert "合同纠纷" in page
        assert "司法所" in page
        assert "不同意这个答复" in page
        assert sent.count("T07") == 2
        assert morning.now() == MORNING

    def test_objecting_for_all_nobody_reads_anothers_words(
        self, client: FlaskClient, session: Session, morning: FixedClock
    ) -> None:
        main, merged = self.both(session)
        reject(session, main.case_id)

        send(client, merged, "object", reason="我家门口也堵了")

        mine, others = read(client, merged), read(client, main)
        assert "您不同意，提了异议" in mine
        assert "我家门口也堵了" in mine
        assert "一起上报的人不同意，提了异议" in others
        assert "我家门口也堵了" not in others
        assert case_of(session, main).state is State.OBJECTED
        assert morning.now() == MORNING

    def test_asked_together_each_may_answer_and_the_other_does_not_read_it(
        self, client: FlaskClient, session: Session, morning: FixedClock
    ) -> None:
        main, merged = self.both(session)
        act(session, main.case_id, Move.ACCEPT, owner_of(session, main), Values())
        ask(session, main)
        assert "在哪一段路？" in read(client, merged)

        send(client, merged, "answer", words="在我家门口")

        assert "在我家门口" in read(client, merged)
        assert "在我家门口" not in read(client, main)
        assert case_of(session, main).questions == 0
        steps = session.scalars(select(Step.act).where(Step.case_id == main.case_id))
        assert Act.OTHERS in set(steps)
        assert morning.now() == MORNING

    def test_while_it_is_worked_on_it_is_not_shown_as_over(
        self, client: FlaskClient, session: Session, morning: FixedClock
    ) -> None:
        _main, merged = self.both(session)

        page = read(client, merged)

        assert "谁来办" in page
        assert "谁办的" not in page
        assert morning.now() == MORNING


class TestNotSolved:
    def rate(self, session: Session, report: Report, solved: Solved) -> None:
        session.commit()
        with transaction() as work:
            service.rate(work, report.id, solved=solved, satisfied=Satisfied.SO_SO, note="还是堵着")

    @pytest.mark.parametrize(("solved", "calls"), [(Solved.SOLVED, 0), (Solved.NOT_SOLVED, 1)])
    def test_a_supervisor_has_to_ring(
        self, session: Session, report: Report, solved: Solved, calls: int
    ) -> None:
        close_it(session, report)

        self.rate(session, report, solved)

        assert len(session.scalars(select(SupervisorCall)).all()) == calls
        assert case_of(session, report).state is State.CLOSED

    def test_and_the_receipt_says_so(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        village = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        close_it(session, report)
        self.rate(session, report, Solved.NOT_SOLVED)
        assert "上一级会打电话来问您" in read(client, report)
        call = session.scalars(select(SupervisorCall)).one()
        session.commit()

        with transaction() as work:
            grid.log_supervisor_call(
                work, call.id, by=village, outcome=CallOutcome.TALKED, note="脾气很大"
            )

        page = read(client, report)
        assert "上一级打电话问过您" in page
        assert "脾气很大" not in page

    def test_without_a_number_the_receipt_says_so(
        self, client: FlaskClient, session: Session, morning: FixedClock
    ) -> None:
        report = make_case(session)
        close(session, report.case_id)

        self.rate(session, report, Solved.NOT_SOLVED)

        assert "没有您的电话" in read(client, report)
        assert morning.now() == MORNING


def close_it(session: Session, report: Report) -> None:
    owner = owner_of(session, report)
    values = Values(result_text="清走了", proposed_finding=Finding.TRUE)
    act(session, report.case_id, Move.REPORT_RESULT, owner, values)
    verifier = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    act(session, report.case_id, Move.VERIFY, verifier, Values(finding=Finding.TRUE))
