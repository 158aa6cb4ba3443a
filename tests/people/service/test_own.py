"""What people may do about what is kept of themselves, and what is forgotten by itself."""

import re

import pytest
from sqlalchemy import select

from kernel.access import Actor
from kernel.db import keyring
from kernel.grants import Role
from kernel.outbound import Message
from kernel.work import Work
from people import service
from people.errors import BadField, NotWhileStaff, PhoneTaken
from people.models import JoinRequest, Person, PhoneCode
from people.rules import JoinState
from tests.factories import GRID, make_staff
from tests.fakes import NOON, FixedClock
from tests.people.homes import head_of, make_home, make_resident, members

NEW = "13700000000"


@pytest.fixture
def me(work: Work) -> Actor:
    return make_resident(work.session)


def code_sent(work: Work) -> str:
    message = work.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert message is not None
    found = re.search("[0-9]{6}", message.text)
    assert found
    return found[0]


def fresh(work: Work, by: Actor) -> Person:
    return work.session.get_one(Person, by.id, populate_existing=True)


class TestCorrecting:
    def test_a_name(self, work: Work, me: Actor) -> None:
        service.correct_name(work, name="李白", by=me)

        assert fresh(work, me).name == "李白"

    def test_not_any_name(self, work: Work, me: Actor) -> None:
        with pytest.raises(BadField):
            service.correct_name(work, name="李" * 31, by=me)

    def test_a_number_once_its_code_came_back(self, work: Work, me: Actor) -> None:
        service.send_new_phone_code(work, phone=NEW, by=me)

        assert not service.change_phone(work, phone=NEW, code="000000", by=me)
        assert service.change_phone(work, phone=NEW, code=code_sent(work), by=me)

        assert (fresh(work, me).phone, fresh(work, me).phone_index) == (NEW, keyring().index(NEW))

    def test_a_code_sent_to_one_does_not_serve_another(self, work: Work, me: Actor) -> None:
        other = make_resident(work.session)
        service.send_new_phone_code(work, phone=NEW, by=other)

        assert not service.change_phone(work, phone=NEW, code=code_sent(work), by=me)

    def test_nobodys_number_is_taken_over(self, work: Work, me: Actor, clock: FixedClock) -> None:
        other = make_resident(work.session)
        phone = fresh(work, other).phone or ""
        service.send_new_phone_code(work, phone=phone, by=me)

        with pytest.raises(PhoneTaken):
            service.change_phone(work, phone=phone, code=code_sent(work), by=me)


class TestErasing:
    def test_nothing_says_who_it_was(self, work: Work, me: Actor) -> None:
        phone = fresh(work, me).phone or ""
        service.send_code(work, phone=phone, purpose=service.SIGN_IN)
        home = make_home(work.session)
        service.ask_to_join(work, number=home.number, name="李明", by=me)

        service.erase_person(work, by=me)

        gone = fresh(work, me)
        assert (gone.name, gone.phone, gone.phone_index, gone.household_id) == (
            "",
            None,
            None,
            None,
        )
        assert (gone.name_index, gone.surname_index) == (None, None)
        request = work.session.scalars(select(JoinRequest)).one()
        assert (request.state, request.number) == (JoinState.WITHDRAWN, "")
        assert work.session.scalars(select(PhoneCode)).all() == []

    def test_a_head_goes_and_the_others_stay(self, work: Work) -> None:
        home = make_home(work.session)
        head = head_of(work.session, home)

        service.erase_person(work, by=head)

        assert [one.is_head for one in members(work.session, home)] == [False]
        assert home.closed_at is None

    def test_the_last_one_closes_the_household(self, work: Work) -> None:
        home = make_home(work.session, "王")

        service.erase_person(work, by=head_of(work.session, home))

        assert home.closed_at == NOON

    def test_whoever_works_here_goes_another_way(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)

        with pytest.raises(NotWhileStaff):
            service.erase_person(work, by=worker)

        assert fresh(work, worker).name


class TestForgetting:
    def test_thirty_days_after_closing_nobody_lived_there(
        self, work: Work, clock: FixedClock
    ) -> None:
        home = make_home(work.session)
        known = make_resident(work.session)
        service.join_with_card(work, home.id, name="李明", by=known)
        home.closed_at = NOON
        work.session.flush()
        ids = [one.id for one in members(work.session, home)]

        clock.advance(days=29, hours=23)
        assert service.forget_households(work) == 0
        clock.advance(hours=1)
        while service.forget_households(work):
            pass
        work.session.expire_all()

        assert (home.address, members(work.session, home)) == ("", [])
        names = {one.id: one.name for one in work.session.scalars(select(Person))}
        assert [names[one] for one in ids] == ["", "", "李明"]

    def test_again_finds_nothing(self, work: Work, clock: FixedClock) -> None:
        home = make_home(work.session)
        home.closed_at = NOON
        work.session.flush()
        clock.advance(days=31)
        while service.forget_households(work):
            pass

        assert service.forget_households(work) == 0

    def test_what_somebody_asked_for_is_forgotten_once_it_can_no_longer_be_undone(
        self, work: Work, clock: FixedClock
    ) -> None:
        home, asks = make_home(work.session), make_resident(work.session)
        service.ask_to_join(work, number=home.number, name="李明", by=asks)
        clock.advance(days=7)
        service.end_old_requests(work)
        clock.advance(days=30)
        service.end_old_requests(work)
        assert len(work.session.scalars(select(JoinRequest)).all()) == 1

        clock.advance(seconds=1)
        service.end_old_requests(work)

        assert work.session.scalars(select(JoinRequest)).all() == []

    def test_an_open_household_is_left_alone(self, work: Work, clock: FixedClock) -> None:
        home = make_home(work.session)
        clock.advance(days=4000)

        assert service.forget_households(work) == 0
        assert len(members(work.session, home)) == 2
