"""Residents who left a number are told how far it has come, and not in the night."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen.jobs import push_to_grid, tell_resident
from citizen.models import Report, Told
from citizen.rules import printed
from grid import service as grid
from grid.models import Case
from grid.rules import Move
from grid.service import Values
from kernel.delivery import deliver, sweep
from kernel.grants import Role
from kernel.outbound import Message, MessageState
from kernel.outbox import Delivery, Queue, queue_of
from kernel.work import transaction
from people.models import Person
from people.queries import actor_of
from tests.citizen.factories import (
    PHONE,
    act,
    close,
    deliver_all,
    make_case,
    make_report,
    to_verify,
)
from tests.factories import TOWN, VILLAGE, make_staff
from tests.fakes import NOON, FixedClock, PostBox

RESIDENT = {"T02", "T03", "T06", "T07"}


def told(session: Session) -> list[str]:
    """Return what went out, and not what is held until the morning or was taken back."""
    messages = session.scalars(
        select(Message)
        .where(Message.sent_at.is_not(None))
        .order_by(Message.id)
        .execution_options(populate_existing=True)
    )
    return [one.template for one in messages if one.template in RESIDENT]


def sent(session: Session) -> list[Message]:
    found = session.scalars(select(Message).where(Message.sent_at.is_not(None)))
    return list(found)


def deliver_named(session: Session, name: str) -> None:
    """Be the workers for one kind of row."""
    session.commit()
    for row in session.scalars(select(Delivery).where(Delivery.done_at.is_(None))).all():
        if row.handler.endswith(name):
            deliver(row.id)


class TestTellResident:
    def test_one_message_for_each_step_and_not_one_more(self, session: Session) -> None:
        report = make_case(session, phone=PHONE)
        deliver_all(session)
        assert told(session) == ["T02", "T03"]
        close(session, report.case_id)
        deliver_all(session)
        assert told(session) == ["T02", "T03", "T06"]

        session.commit()
        with transaction() as work:
            for template in RESIDENT:
                work.later(tell_resident, report_id=report.id, template=template)
        deliver_all(session)

        assert sorted(told(session)) == ["T02", "T03", "T06"]
        assert len(session.scalars(select(Told)).all()) == 3

    def test_without_a_number_nobody_is_told(self, session: Session) -> None:
        report = make_case(session)
        close(session, report.case_id)
        deliver_all(session)

        assert told(session) == []

    def test_a_second_closing_is_told_again(self, session: Session, clock: FixedClock) -> None:
        report = make_case(session, phone=PHONE)
        close(session, report.case_id)
        deliver_all(session)
        session.commit()
        clock.advance(hours=1)
        with transaction() as work:
            grid.reopen(work, report.case_id or 0, reason="又灭了")
        close(session, report.case_id)
        deliver_all(session)

        assert told(session).count("T06") == 2

    def test_whoever_was_merged_into_it_is_told_when_the_main_case_closes(
        self, session: Session
    ) -> None:
        phones = [PHONE, "13812345679", "13812345670"]
        main, second, third = (make_case(session, phone=phone) for phone in phones)
        silent = make_case(session)
        admin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        for report in (second, third, silent):
            why = Values(main_case=main.case_id, reason="同一盏灯")
            act(session, report.case_id, Move.MERGE, admin, why)
        deliver_all(session)

        close(session, main.case_id)
        deliver_all(session)

        closed = [one for one in session.scalars(select(Message)) if one.template == "T06"]
        assert sorted(one.recipient for one in closed) == sorted(phones)
        for report in (main, second, third):
            number = printed(session.get_one(Report, report.id).number)
            assert [number in one.text for one in closed].count(True) == 1

    def test_what_was_merged_twice_over_is_told_once_each(self, session: Session) -> None:
        first, second, main = (
            make_case(session, phone=phone) for phone in (PHONE, "13812345679", "13812345670")
        )
        admin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        for joined, goes_on in ((first, second), (second, main)):
            why = Values(main_case=goes_on.case_id, reason="同一盏灯")
            act(session, joined.case_id, Move.MERGE, admin, why)

        close(session, main.case_id)
        deliver_all(session)

        assert told(session).count("T06") == 3

    def test_what_is_not_taken_is_told_with_where_to_go(self, session: Session) -> None:
        report = make_case(session, phone=PHONE)
        deliver_all(session)
        admin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        why = Values(reason="不归我们管", responsible_channel="供电公司 95598")
        act(session, report.case_id, Move.REJECT, admin, why)
        deliver_all(session)

        last = session.scalars(select(Message).order_by(Message.id.desc())).all()
        text = next(one.text for one in last if one.template == "T07")
        assert "不归我们管" in text
        assert "供电公司" in text

    @pytest.mark.parametrize(("danger", "waits"), [(None, True), (True, False)])
    def test_the_night_is_quiet_unless_something_is_on_fire(
        self, session: Session, clock: FixedClock, *, danger: bool | None, waits: bool
    ) -> None:
        clock.advance(hours=3)  # 23:00 in Shanghai
        make_case(session, phone=PHONE, danger=danger)
        session.commit()
        moved = session.scalars(
            select(Delivery).where(Delivery.handler == "citizen.handlers.tell_moved_case")
        ).all()
        assert moved
        deliver_all(session)

        assert (told(session) == []) is waits
        clock.advance(hours=8)
        deliver_all(session)
        assert told(session) == ["T02", "T03"]

    def test_what_happened_overnight_is_told_as_it_stands_in_the_morning(
        self, session: Session, clock: FixedClock
    ) -> None:
        clock.advance(hours=3)
        report = make_case(session, phone=PHONE)
        deliver_all(session)
        close(session, report.case_id)
        deliver_all(session)
        clock.advance(hours=8, minutes=1)
        deliver_all(session)

        assert told(session) == ["T06"]

    def test_what_waits_for_the_morning_stands_in_the_log(
        self, session: Session, clock: FixedClock
    ) -> None:
        clock.advance(hours=3)
        make_case(session, phone=PHONE)

        deliver_all(session)

        held = session.scalars(select(Message).where(Message.template.in_(RESIDENT))).all()
        assert {one.state for one in held} == {MessageState.HELD}
        assert {one.held_until for one in held} == {NOON + timedelta(hours=11)}

    def test_the_gateway_away_for_a_day_names_who_has_it_by_then(
        self, session: Session, clock: FixedClock
    ) -> None:
        report = make_case(session, phone=PHONE)
        deliver_named(session, "tell_moved_case")
        deliver_named(session, "tell_resident")  # written; nobody came to the outbound queue
        other = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        admin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        why = Values(owner=other.id, reason="生病")
        act(session, report.case_id, Move.REASSIGN, admin, why)
        deliver_named(session, "tell_moved_case")
        clock.advance(hours=14)

        deliver_all(session)

        named = session.get_one(Person, other.id).public_name
        (text,) = [one.text for one in sent(session) if one.template == "T03"]
        assert named in text
        assert told(session) == ["T02", "T03"]

    def test_it_is_sent_to_the_number_that_was_left(
        self, session: Session, postbox: PostBox
    ) -> None:
        make_case(session, phone=PHONE)
        deliver_all(session)

        messages = session.scalars(select(Message)).all()
        assert {one.recipient for one in messages if one.template in RESIDENT} == {PHONE}

    def test_words_and_number_are_not_in_what_is_queued(self, session: Session) -> None:
        make_report(session, phone=PHONE)

        payloads = [row.payload for row in session.scalars(select(Delivery))]
        assert payloads == [{"report_id": payloads[0]["report_id"]}]


def test_reports_do_not_wait_behind_anything_else() -> None:
    assert queue_of(push_to_grid) is Queue.URGENT


def test_a_sweep_finds_what_the_queue_was_down_for(session: Session, clock: FixedClock) -> None:
    make_report(session)
    session.commit()
    clock.advance(minutes=2)

    assert sweep() == 1


def test_the_worker_who_has_it_is_somebody(session: Session) -> None:
    report = make_case(session)
    to_verify(session, report.case_id)

    case = session.get_one(Case, report.case_id)
    assert actor_of(session, case.owner_id or 0) is not None
