import re

import pytest
from sqlalchemy import func, select

from kernel.db import keyring
from kernel.outbound import Message
from kernel.work import Work
from people import queries, service
from people.errors import BadField, TooManyCodes
from people.jobs import forget_codes
from people.models import Person, PhoneCode
from tests.factories import make_person
from tests.fakes import FixedClock

PHONE = "13812345678"


def sent(work: Work) -> str:
    """Return the digits of the last message."""
    message = work.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert message is not None
    assert (message.recipient, message.template) == (PHONE, "T01")
    found = re.search(r"[0-9]{6}", message.text)
    assert found
    return found[0]


def send(work: Work, purpose: str = service.SIGN_IN) -> str:
    service.send_code(work, phone=PHONE, purpose=purpose)
    return sent(work)


def opens(work: Work, code: str, purpose: str = service.SIGN_IN) -> bool:
    return service.check_code(work, phone=PHONE, purpose=purpose, code=code)


class TestCodes:
    def test_opens_once(self, work: Work) -> None:
        code = send(work)

        assert opens(work, f" {code} ")
        assert not opens(work, code)

    def test_is_kept_neither_as_digits_nor_with_the_number(self, work: Work) -> None:
        code = send(work)

        kept = work.session.scalars(select(PhoneCode)).one()
        assert PHONE not in kept.phone_index
        assert re.fullmatch("[0-9a-f]{64}", kept.code_index)
        assert kept.code_index != keyring().index(code)

    def test_opens_for_five_minutes(self, work: Work, clock: FixedClock) -> None:
        code = send(work)

        clock.advance(minutes=5)

        assert not opens(work, code)

    def test_opens_only_what_it_was_sent_for(self, work: Work) -> None:
        code = send(work, "receipt:7")

        assert not opens(work, code)
        assert opens(work, code, "receipt:7")

    def test_opens_nothing_for_another_phone(self, work: Work) -> None:
        code = send(work)

        assert not service.check_code(work, phone="13912345678", purpose=service.SIGN_IN, code=code)

    @pytest.mark.parametrize("wrong", ["", "0", "abcdef", "１２３４５６", "\x00", "9" * 1000])
    def test_five_wrong_tries_spoil_it(self, work: Work, wrong: str) -> None:
        code = send(work)

        for _ in range(5):
            assert not opens(work, wrong)

        assert not opens(work, code)

    def test_a_new_one_replaces_the_old(self, work: Work, clock: FixedClock) -> None:
        first = send(work)
        clock.advance(seconds=60)
        second = send(work)

        assert not opens(work, first)
        assert opens(work, second)

    def test_a_used_one_does_not_wake_the_one_before(self, work: Work, clock: FixedClock) -> None:
        first = send(work)
        clock.advance(seconds=60)
        opens(work, send(work))

        assert not opens(work, first)

    def test_is_not_sent_to_what_is_no_mobile(self, work: Work) -> None:
        with pytest.raises(BadField):
            service.send_code(work, phone="0571-8765432", purpose=service.SIGN_IN)


class TestPace:
    def test_one_a_minute_whatever_for(self, work: Work, clock: FixedClock) -> None:
        send(work)

        clock.advance(seconds=59)
        with pytest.raises(TooManyCodes, match=r" 2 秒"):
            send(work, "receipt:7")
        clock.advance(seconds=1)
        send(work)

    def test_ten_a_day(self, work: Work, clock: FixedClock) -> None:
        for _ in range(10):
            send(work)
            clock.advance(minutes=30)

        with pytest.raises(TooManyCodes, match="小时"):
            send(work)

    def test_five_an_hour(self, work: Work, clock: FixedClock) -> None:
        for _ in range(5):
            send(work)
            clock.advance(minutes=2)

        with pytest.raises(TooManyCodes, match="分钟"):
            send(work)

    def test_old_ones_are_forgotten_after_a_day(self, work: Work, clock: FixedClock) -> None:
        send(work)
        clock.advance(hours=23)
        forget_codes(work)
        assert work.session.scalar(select(func.count()).select_from(PhoneCode)) == 1

        clock.advance(hours=1, seconds=1)
        forget_codes(work)

        assert work.session.scalar(select(func.count()).select_from(PhoneCode)) == 0


class TestResidents:
    def test_who_is_not_known_is_written_down_with_nothing_but_the_phone(self, work: Work) -> None:
        person_id = service.sign_in_resident(work, phone="+86 138 1234 5678", code=send(work))

        assert person_id is not None
        person = work.session.get_one(Person, person_id)
        assert (person.name, person.phone) == ("", PHONE)
        signed = queries.signed_in(work.session, person_id, None)
        assert signed is not None
        assert (signed.is_staff, signed.actor.hats) == (False, frozenset())

    def test_who_is_known_is_found_again(self, work: Work) -> None:
        known = make_person(work.session)
        known.phone_index = keyring().index(PHONE)
        work.session.flush()

        assert service.sign_in_resident(work, phone=PHONE, code=send(work)) == known.id

    def test_a_wrong_code_makes_nobody(self, work: Work) -> None:
        send(work)

        assert service.sign_in_resident(work, phone=PHONE, code="000000") is None
        assert work.session.scalar(select(func.count()).select_from(Person)) == 0
