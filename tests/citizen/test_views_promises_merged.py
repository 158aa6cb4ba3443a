import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import service
from citizen.models import Report
from citizen.rules import Satisfied, Solved
from grid import service as grid
from grid.models import Act, Step, SupervisorCall
from grid.rules import CallOutcome, Move, State
from grid.service import Values
from kernel.grants import Role
from kernel.work import transaction
from tests.citizen.factories import PHONE, act, close, make_case
from tests.citizen.promised import (
    MORNING,
    ask,
    case_of,
    close_it,
    owner_of,
    read,
    reject,
    send,
    texts,
)
from tests.factories import TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock


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
