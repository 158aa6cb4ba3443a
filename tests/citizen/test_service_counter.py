"""What is taken down for a caller is the caller's; who helped is written down for good."""

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from citizen import queries, rules, service
from citizen.errors import (
    CallerIsHelper,
    NotForHelpers,
    NothingSaid,
    TooMuchWritten,
)
from citizen.models import Report, SaidFor, TakenDown
from citizen.rules import Channel, Place, Wish
from grid.models import Act, Case, Step
from grid.rules import Finding, Move, State
from grid.service import Values
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.db import keyring
from kernel.errors import NotAllowed, Refusal
from kernel.grants import Role
from kernel.outbound import Message
from kernel.outbox import Delivery
from kernel.work import transaction
from people.models import Person
from tests.citizen.callers import HERE, LANDLINE, count, owner, say, taken
from tests.citizen.factories import PHONE, act, said
from tests.factories import GRID, NEXT_TOWN, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import FixedClock


@pytest.fixture
def clerk(session: Session) -> Actor:
    make_area(session, GRID)
    make_staff(session, Role.GRID_LEADER, area=GRID)
    return make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)


class TestTakingDown:
    def test_the_caller_reported_it_and_the_helper_only_helped(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk, phone=PHONE, caller_name="张奶奶")

        case = session.get_one(Case, report.case_id)
        assert (report.said_by, report.said_by_staff, report.taken_down) == (None, False, True)
        assert (case.staff_reporter, case.reported_by) == (None, None)
        assert (case.caller_phone, case.caller_name) == (PHONE, "张奶奶")
        helper = session.get_one(TakenDown, report.id)
        assert (helper.by, helper.area_code, helper.channel) == (clerk.id, VILLAGE, Channel.PHONE)
        assert (helper.contact_given, helper.name_given, helper.outside) == (True, True, False)
        assert helper.consent == rules.NOTICE_VERSION

    def test_the_cases_history_says_who_took_it_down_and_the_receipt_too(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk)

        first = session.scalars(
            select(Step).where(Step.case_id == report.case_id, Step.act == Act.OPENED)
        ).one()
        assert (first.who, first.by_reporter) == (clerk.id, False)
        assert first.why == "代居民上报（来电）"
        helper = queries.helper_of(session, report)
        assert helper is not None
        assert helper.name == session.get_one(Person, clerk.id).public_name

    def test_without_name_and_number_it_is_taken_and_nobody_can_claim_it(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk)

        helper = session.get_one(TakenDown, report.id)
        assert (helper.contact_given, helper.name_given, helper.consent) == (False, False, "")

    def test_it_leaves_a_line_in_the_log_without_the_words(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk, words="门口有人打架", phone=PHONE)

        line = session.scalars(
            select(AuditLine).where(AuditLine.action == "receipt.take-down")
        ).one()
        assert (line.actor_id, line.subject, line.area) == (clerk.id, report.owner, GRID)
        assert "打架" not in line.detail

    def test_the_same_form_twice_is_one_receipt_and_one_helper(
        self, session: Session, clerk: Actor
    ) -> None:
        session.commit()
        numbers = set()
        for _ in range(2):
            with transaction() as work:
                again = said(submission_key="same")
                report = service.take_down(work, again, HERE, channel=Channel.PHONE, by=clerk)
                numbers.add(report.number)

        assert len(numbers) == 1
        assert count(session, TakenDown) == 1
        assert session.scalar(select(func.count()).select_from(Delivery)) == 1

    def test_two_helpers_with_the_same_key_do_not_meet(
        self, session: Session, clerk: Actor
    ) -> None:
        other = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)

        mine = taken(session, clerk, submission_key="same")
        theirs = taken(session, other, submission_key="same")

        assert mine.number != theirs.number

    def test_forms_without_a_key_are_two_reports(self, session: Session, clerk: Actor) -> None:
        first = taken(session, clerk, submission_key="")
        second = taken(session, clerk, submission_key="")

        assert first.number != second.number

    def test_outside_the_helpers_area_it_is_taken_and_goes_to_that_place(
        self, session: Session, clerk: Actor
    ) -> None:
        far = make_area(session, f"{NEXT_TOWN}001").code

        report = taken(session, clerk, Place(area_code=far, name="桥头"))

        helper = session.get_one(TakenDown, report.id)
        assert (helper.outside, helper.area_code) == (True, VILLAGE)
        assert session.get_one(Case, report.case_id).area_code == far

    @pytest.mark.parametrize(
        "role", [Role.RESIDENT, Role.POLICE_AUX, Role.DISTRICT_CMD, Role.AUDITOR, Role.SYSADMIN]
    )
    def test_who_does_not_take_down_reports_is_refused(self, session: Session, role: Role) -> None:
        stranger = make_staff(session, role, area=TOWN)

        with pytest.raises(NotAllowed):
            taken(session, stranger)
        assert session.scalar(select(func.count()).select_from(Report)) == 0

    def test_ones_own_number_is_no_callers(self, session: Session, clerk: Actor) -> None:
        person = session.get_one(Person, clerk.id)
        person.phone_index, person.work_phone = keyring().index(PHONE), "0571-8765-4321"

        for own in (PHONE, LANDLINE):
            with pytest.raises(CallerIsHelper, match="巡查"):
                taken(session, clerk, phone=own)
        assert count(session, TakenDown) == 0

    def test_nothing_said_is_refused_and_nothing_is_left(
        self, session: Session, clerk: Actor
    ) -> None:
        with pytest.raises(NothingSaid):
            taken(session, clerk, words="")

        assert session.scalar(select(func.count()).select_from(Report)) == 0

    def test_more_than_one_person_can_hear_in_an_hour_is_refused(
        self, session: Session, clerk: Actor, clock: FixedClock
    ) -> None:
        session.commit()
        for _ in range(rules.MOST_IN_AN_HOUR):
            with transaction() as work:
                service.take_down(work, said(), HERE, channel=Channel.PHONE, by=clerk)

        with pytest.raises(TooMuchWritten), transaction() as work:
            service.take_down(work, said(), HERE, channel=Channel.PHONE, by=clerk)

        assert count(session, TakenDown) == rules.MOST_IN_AN_HOUR
        clock.advance(hours=1, seconds=1)
        assert taken(session, clerk).taken_down

    def test_a_mobile_gets_the_text_and_a_telephone_on_the_wall_none(
        self, session: Session, clerk: Actor
    ) -> None:
        taken(session, clerk, phone=LANDLINE)
        assert session.scalars(select(Message).where(Message.template == "T02")).all() == []

        taken(session, clerk, phone=PHONE)

        sent = session.scalars(select(Message).where(Message.template == "T02")).all()
        assert [message.recipient for message in sent] == [PHONE]

    @pytest.mark.parametrize("table", [TakenDown, SaidFor])
    def test_who_helped_is_never_changed(
        self, session: Session, clerk: Actor, table: type[TakenDown] | type[SaidFor]
    ) -> None:
        report = taken(session, clerk)
        say(session, report, Wish.URGE, clerk)

        for statement in (update(table).values(channel="visit"), delete(table)):
            with pytest.raises(DBAPIError, match="only ever added"), session.begin_nested():
                session.execute(statement)


class TestTheHelperAtTheCase:
    def test_the_helper_may_handle_it_and_somebody_else_verifies(self, session: Session) -> None:
        make_area(session, GRID)
        helper = make_staff(session, Role.GRID_LEADER, area=GRID)
        report = taken(session, helper)
        assert session.get_one(Case, report.case_id).owner_id == helper.id

        act(session, report.case_id, Move.ACCEPT, helper, Values())
        done = Values(result_text="换了灯泡", proposed_finding=Finding.TRUE)
        act(session, report.case_id, Move.REPORT_RESULT, helper, done)

        with pytest.raises(Refusal):
            act(session, report.case_id, Move.VERIFY, helper, Values(finding=Finding.TRUE))
        other = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        act(session, report.case_id, Move.VERIFY, other, Values(finding=Finding.TRUE))
        assert session.get_one(Case, report.case_id).state is State.CLOSED

    def test_the_helper_does_not_judge_it_on_the_receipt(
        self, session: Session, clerk: Actor
    ) -> None:
        report = taken(session, clerk)

        for by, refused in ((clerk, True), (owner(session, report), True), (None, False)):
            session.commit()
            if refused:
                with pytest.raises(NotForHelpers), transaction() as work:
                    service.refuse_who_is_at_it(work, report.id, by=by)
            else:
                with transaction() as work:
                    service.refuse_who_is_at_it(work, report.id, by=by)

    def test_a_neighbour_who_is_signed_in_is_let_through(
        self, session: Session, clerk: Actor
    ) -> None:
        report, other = taken(session, clerk), make_staff(session, Role.VILLAGE_ADMIN)
        session.commit()

        with transaction() as work:
            service.refuse_who_is_at_it(work, report.id, by=other)
