"""The receipt says who has it now, where the answer is read, and what it came to."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizen import service
from citizen.models import Report
from citizen.rules import Satisfied, Solved, printed
from grid import jobs
from grid import service as grid
from grid.models import Case
from grid.rules import Level, Move, State
from grid.service import Values
from kernel.grants import Role
from kernel.work import transaction
from people.models import Person
from tests.citizen.factories import PHONE, act, close, make_case, make_report
from tests.citizen.promised import MORNING, case_of, owner_of, read, reject, texts
from tests.citizen.test_views_receipt import url
from tests.factories import GRID, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock

OTHER_PHONE = "13900139000"


@pytest.fixture(autouse=True)
def morning(clock: FixedClock) -> FixedClock:
    clock.moment = MORNING
    return clock


def page_of(client: FlaskClient, report: Report) -> str:
    """Return the receipt with its headline and tags."""
    return client.get(url(report)).text


def named(session: Session, person_id: int | None) -> str:
    return session.get_one(Person, person_id).public_name


def rate(session: Session, report: Report) -> None:
    session.commit()
    with transaction() as work:
        service.rate(work, report.id, solved=Solved.SOLVED, satisfied=Satisfied.SATISFIED, note="")


def reopen(session: Session, report: Report) -> None:
    session.commit()
    with transaction() as work:
        grid.reopen(work, report.case_id or 0, reason="又灭了")


class TestWithoutANumber:
    def test_nobody_promises_to_ring_and_it_says_where_the_answer_is_read(
        self, client: FlaskClient, session: Session
    ) -> None:
        silent, reachable = make_case(session), make_case(session, phone=PHONE)

        page, other = read(client, silent), read(client, reachable)

        assert "前联系您" not in page
        assert "没有您的电话" in page
        assert "前的答复写在这一页" in page
        assert "我们会打给您" not in page
        assert "前联系您" in other
        assert "没有您的电话" not in other

    def test_the_number_of_a_receipt_does_not_tell_whether_one_was_left(
        self, client: FlaskClient, session: Session
    ) -> None:
        pages = [
            read(client, report, secret=False)
            for report in (make_case(session), make_case(session, phone=PHONE))
        ]

        for page in pages:
            assert "前给您答复" in page
            assert "前联系您" not in page
            assert "没有您的电话" not in page

    def test_a_number_taken_back_is_promised_no_call_either(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session, phone=PHONE)
        session.commit()
        with transaction() as work:
            service.forget_contact(work, report.id, by=None)

        page = read(client, report)

        assert "前联系您" not in page
        assert "没有您的电话" in page

    @pytest.mark.parametrize(("phone", "said"), [(PHONE, "起联系您"), (None, "起开始办")])
    def test_in_the_night_neither(
        self,
        client: FlaskClient,
        session: Session,
        morning: FixedClock,
        phone: str | None,
        said: str,
    ) -> None:
        morning.advance(hours=13)  # 23:00 in Shanghai

        report = make_case(session, phone=phone)

        assert f"早上 7 点{said}；有危险请拨 110、119、120。" in read(client, report)


class TestRated:
    def test_nobody_is_asked_again_for_what_they_gave(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session, phone=PHONE)
        close(session, report.case_id)
        assert "<h1>已办结，请评价</h1>" in page_of(client, report)

        rate(session, report)

        page = page_of(client, report)
        assert "请评价" not in page
        assert "<h1>已办结，您评过了</h1>" in page

    def test_closed_again_it_is_asked_for_again(
        self, client: FlaskClient, session: Session, morning: FixedClock
    ) -> None:
        report = make_case(session, phone=PHONE)
        close(session, report.case_id)
        rate(session, report)
        reopen(session, report)
        assert "您评过了" not in read(client, report)
        morning.advance(hours=1)

        close(session, report.case_id)

        assert "<h1>已办结，请评价</h1>" in page_of(client, report)


class TestRework:
    def test_whoever_did_it_before_is_not_named_as_who_has_it(
        self, client: FlaskClient, session: Session
    ) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        session.get_one(Person, worker.id).work_phone = "13700001111"
        report = make_case(session, phone=PHONE)
        before = named(session, case_of(session, report).owner_id)
        assert f"打给网格员 {before}" in read(client, report)
        close(session, report.case_id)

        reopen(session, report)

        page = page_of(client, report)
        assert "<b>正在安排</b>" in page
        assert "13700001111" not in page
        assert "打给" not in page.partition("谁来办")[2].partition("办到哪一步了")[0].replace(
            "我们会打给您", ""
        )

    def test_whoever_is_given_it_next_is(self, client: FlaskClient, session: Session) -> None:
        make_staff(session, Role.GRID_FULL, area=GRID)
        report = make_case(session, phone=PHONE)
        close(session, report.case_id)
        reopen(session, report)
        other = make_staff(session, Role.GRID_LEADER, area=GRID)
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)

        act(session, report.case_id, Move.ASSIGN, town, Values(owner=other.id))

        assert f"<b>网格长 {named(session, other.id)}</b>" in page_of(client, report)

    def test_sent_back_it_is_nobodys_until_somebody_is_found(
        self, client: FlaskClient, session: Session
    ) -> None:
        make_staff(session, Role.GRID_FULL, area=GRID)
        report = make_case(session, phone=PHONE)

        act(session, report.case_id, Move.RETURN, owner_of(session, report), Values(reason="别处"))

        assert "<b>正在安排</b>" in page_of(client, report)

    def test_refused_it_names_who_refused_and_not_who_had_it_before(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session, phone=PHONE)
        before = named(session, case_of(session, report).owner_id)

        reject(session, report.case_id)

        case = case_of(session, report)
        card = read(client, report).partition("谁答复的")[2].partition("办到哪一步了")[0]
        assert named(session, case.rejected_by) in card
        assert before not in card.split()

    def test_objected_to_it_is_not_whoever_refused(
        self, client: FlaskClient, session: Session
    ) -> None:
        report = make_case(session, phone=PHONE)
        reject(session, report.case_id)
        session.commit()
        with transaction() as work:
            service.object_to(work, report.id, reason="是公共楼道")

        assert "<b>上一级的人，不是原来那个人</b>" in page_of(client, report)


class TestClimbed:
    @pytest.mark.parametrize(("minutes", "unit"), [(5, "村社"), (15, "镇街")])
    def test_on_the_receipt_and_by_the_number_alone(
        self,
        client: FlaskClient,
        session: Session,
        morning: FixedClock,
        minutes: int,
        unit: str,
    ) -> None:
        make_staff(session, Role.GRID_FULL, area=GRID)
        make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        report = make_case(session)
        number = printed(report.number)
        assert "正等网格员接单" in read(client, report, secret=False)
        etag = client.get(f"/r/{number}/state").headers["ETag"]
        morning.advance(minutes=minutes)
        session.commit()

        with transaction() as work:
            jobs.climb(work)

        for page in (
            client.get(f"/track?number={number}").text,
            read(client, report, secret=False),
            read(client, report),
        ):
            assert f"已经交给{unit}，正等{unit}接单" in page
            assert "网格员接单" not in page
        assert client.get(f"/r/{number}/state").headers["ETag"] != etag

    def test_before_anybody_was_named_too(self, client: FlaskClient, session: Session) -> None:
        report = make_case(session, phone=PHONE)
        close(session, report.case_id)
        reopen(session, report)
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        case = session.get_one(Case, report.case_id)
        case.owner_id, case.owner_level = town.id, Level.TOWN
        session.commit()

        page = page_of(client, report)

        assert case.state is State.REOPENED
        assert "<h1>已经交给镇街，正在安排人</h1>" in page
        assert f"<b>镇街 {named(session, town.id)}</b>" in page


class TestMerged:
    def both(self, session: Session) -> tuple[Report, Report]:
        """Return the report that is worked on, and one that was merged into it."""
        main = make_case(session, phone=PHONE, tile="broken")
        merged = make_case(session, phone=OTHER_PHONE, tile="broken")
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        given = Values(main_case=main.case_id, reason="同一件")
        act(session, merged.case_id, Move.MERGE, town, given)
        texts(session)
        return main, merged

    def test_it_says_plainly_that_others_said_the_same_and_who_has_it(
        self, client: FlaskClient, session: Session
    ) -> None:
        main, merged = self.both(session)
        owner = named(session, case_of(session, main).owner_id)

        page = page_of(client, merged)

        assert "别人也报了同一件事，合在一起办" in page
        assert "<h1>正等网格长接单</h1>" in page
        assert f"<b>网格长 {owner}</b>" in page
        for unclear in ("已派给谁", "合并办理", "这件事该找", "主件"):
            assert unclear not in page

    def test_its_outcome_is_read_and_rated_there(
        self, client: FlaskClient, session: Session
    ) -> None:
        main, merged = self.both(session)

        close(session, main.case_id)

        page = page_of(client, merged)
        assert "<h1>已办结，请评价</h1>" in page
        assert "换了灯泡" in page
        assert "办得怎么样" in page
        rate(session, merged)
        assert "<h1>已办结，您评过了</h1>" in page_of(client, merged)
        assert "<h1>已办结，请评价</h1>" in page_of(client, main)

    @pytest.mark.parametrize("upheld", [True, False])
    def test_refused_and_objected_to_everybody_hears_once_each(
        self, client: FlaskClient, session: Session, *, upheld: bool
    ) -> None:
        main, merged = self.both(session)
        reject(session, main.case_id)
        assert texts(session).count("T07") == 2
        session.commit()
        with transaction() as work:
            service.object_to(work, merged.id, reason="是公共楼道")
        judge = make_staff(session, Role.DISTRICT_CMD, area="330106")
        session.commit()

        with transaction() as work:
            grid.decide_objection(
                work, main.case_id or 0, by=judge, upheld=upheld, sentence="看过了"
            )

        sent = texts(session)
        assert sent.count("T33" if upheld else "T34") == 2
        assert sent.count("T07") == 2

    def test_whoever_was_merged_into_what_was_merged_hears_of_the_refusal(
        self, client: FlaskClient, session: Session
    ) -> None:
        first, second = self.both(session)
        last = make_case(session, phone="13900139001")
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        given = Values(main_case=last.case_id, reason="同一件")
        act(session, first.case_id, Move.MERGE, town, given)

        reject(session, last.case_id)

        assert texts(session).count("T07") == 3
        for report in (first, second, last):
            assert "合同纠纷" in read(client, report)


def test_a_report_that_waits_for_the_queue_has_no_promise_yet(
    client: FlaskClient, session: Session, morning: FixedClock
) -> None:
    report = make_report(session)
    morning.advance(minutes=1)

    assert "<h1>已经收到了</h1>" in page_of(client, report)
    assert morning.now() - report.said_at == timedelta(minutes=1)
