"""A message that was given up is sent again, once, if it is still true."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.errors import Conflict
from kernel.outbound import (
    Message,
    MessageState,
    drop_messages,
    prune_messages,
    send_again,
    send_sms,
    send_voice,
    sendable_again,
)
from kernel.work import Work, transaction
from tests.fakes import NOON, FixedClock
from tests.kernel.test_operator import SignIn

PHONE = "13812345678"


def given_up(work: Work, template: str = "T06", about: str = "citizen.report:1") -> Message:
    """Return a message that its gateway refused for good."""
    send_sms(work, phone=PHONE, template=template, text="事项办结了", about=about)
    message = work.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert message is not None
    message.state, message.next_at, message.answer = MessageState.GIVEN_UP, None, "号码不对"
    work.session.flush()
    return message


def test_it_goes_as_a_new_message_that_names_the_old_one(work: Work, clock: FixedClock) -> None:
    old = given_up(work)
    clock.advance(days=1)

    number = send_again(work, old.id)

    new = work.session.get_one(Message, number)
    assert (new.again_of, new.recipient, new.text) == (old.id, PHONE, old.text)
    assert (new.template, new.about, new.written_at) == (old.template, old.about, clock.now())
    assert new.key != old.key
    assert old.state is MessageState.GIVEN_UP


def test_never_twice_for_one(work: Work) -> None:
    old = given_up(work, about="")
    send_again(work, old.id)

    with pytest.raises(Conflict):
        send_again(work, old.id)

    assert len(work.session.scalars(select(Message)).all()) == 2


def test_one_that_failed_again_may_go_again_itself(work: Work) -> None:
    first = given_up(work)
    second = work.session.get_one(Message, send_again(work, first.id))
    second.state, second.next_at = MessageState.GIVEN_UP, None
    work.session.flush()

    assert sendable_again(work.session, [first, second], now=NOON) == {second.id}


@pytest.mark.parametrize("template", ["T01", "T02", "T15", "T31", "robot"])
def test_codes_alarms_and_what_names_a_day_do_not(work: Work, template: str) -> None:
    old = given_up(work, template)

    with pytest.raises(Conflict):
        send_again(work, old.id)


@pytest.mark.parametrize("days", [5, 100])
def test_after_some_days_what_it_grants_is_over(work: Work, clock: FixedClock, days: int) -> None:
    old = given_up(work)
    clock.advance(days=days)

    with pytest.raises(Conflict):
        send_again(work, old.id)


def test_not_when_something_newer_was_written_about_the_same(work: Work) -> None:
    old, other = given_up(work), given_up(work, about="citizen.report:2")
    send_sms(work, phone=PHONE, template="T03", text="又派给了别人", about=old.about)

    assert sendable_again(work.session, [old, other], now=NOON) == {other.id}


def test_neither_what_was_taken_back_nor_what_went_nor_a_call(work: Work) -> None:
    for state in (MessageState.SENT, MessageState.WAITING):
        message = given_up(work, about=state.value)
        message.state = state
        message.sent_at = NOON if state is MessageState.SENT else None
        message.next_at = NOON if state is MessageState.WAITING else None
    send_sms(work, phone=PHONE, template="T06", text="办结了", about="x")
    drop_messages(work, about="x")
    send_voice(work, phone=PHONE, template="T06", text="办结了", about="y")
    drop_messages(work, about="y")
    messages = work.session.scalars(select(Message)).all()

    assert len(messages) == 4
    assert sendable_again(work.session, messages, now=NOON) == set()


def test_the_older_one_is_forgotten_first(work: Work, clock: FixedClock) -> None:
    old = given_up(work)
    clock.advance(days=4)
    number = send_again(work, old.id)
    clock.advance(days=182)

    prune_messages(work)

    work.session.expire_all()
    assert work.session.scalars(select(Message.id)).all() == [number]


def test_one_that_is_not_there_is_refused(work: Work) -> None:
    with pytest.raises(Conflict):
        send_again(work, 4711)


def test_the_operator_sends_it_with_a_button_and_the_log_says_so(
    client: FlaskClient,
    session: Session,
    operator: Actor,
    sign_in: SignIn,
    token: Callable[[], str],
) -> None:
    with transaction() as work:
        number = given_up(work).id
    sign_in(operator)
    url = f"/staff/operator/messages/{number}/again"
    assert url in client.get("/staff/operator/messages").text

    first = client.post(url, data={"csrf_token": token()})
    second = client.post(url, data={"csrf_token": token()})

    page = client.get("/staff/operator/messages").text
    assert (first.status_code, second.status_code) == (303, 303)
    assert "不能再发" in page
    assert url not in page
    assert "这是再发的一条" in page
    again = select(AuditLine.subject, AuditLine.detail).where(AuditLine.action == "message.again")
    new = session.scalars(select(Message.id).where(Message.again_of == number)).one()
    assert session.execute(again).all() == [(f"message:{number}", f"message:{new}")]
