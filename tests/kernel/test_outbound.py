import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.errors import Unwanted
from kernel.outbound import (
    Answer,
    Message,
    MessageState,
    drop_messages,
    send_message,
)
from kernel.work import Parts, transaction
from tests.fakes import NOON, TAKEN, FixedClock, PostBox
from tests.kernel.conftest import Rows
from tests.kernel.sending import message, number, owe, owe_sms, release, send_all, states


def test_without_a_gateway_a_message_is_shown_and_counts_as_sent(
    session: Session, rows: Rows, postbox: PostBox
) -> None:
    owe_sms()

    send_all(rows)

    message = session.query(Message).one()
    assert (message.sent_at, message.answer, postbox.posted) == (NOON, "shown", [])


def test_number_and_words_are_sealed(session: Session) -> None:
    owe_sms()

    stored = session.execute(text("SELECT recipient, text FROM kernel_message")).one()

    assert not any("138" in cell or "验证码" in cell for cell in stored)


def test_a_gateway_gets_a_signed_request_with_the_rows_number(
    session: Session, rows: Rows, postbox: PostBox, gateway: None
) -> None:
    owe_sms()

    send_all(rows)

    ((url, body, headers),) = postbox.posted
    said = "13800000000\n验证码：123456".encode()
    assert url == "https://sms.example/send"
    assert body["text"] == "验证码：123456"
    assert headers["X-Signature"] == hmac.new(b"k", said, sha256).hexdigest()
    assert headers["Idempotency-Key"] == session.query(Message).one().key


class TestAway:
    """The gateway answers nobody, for a minute or for a day."""

    def test_what_could_not_be_sent_is_tried_again_under_the_same_key(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock, gateway: None
    ) -> None:
        owe()
        postbox.open = False
        send_all(rows)
        assert message(session).state is MessageState.FAILED
        assert rows.one().done_at is not None  # a failed try parks nothing
        key = message(session).key
        session.commit()

        clock.advance(minutes=1)
        postbox.open = True
        release()
        send_all(rows)
        send_all(rows)

        assert [headers["Idempotency-Key"] for _, _, headers in postbox.posted] == [key]
        assert (message(session).sent_at, message(session).tries) == (clock.moment, 2)

    def test_not_before_its_time(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock, gateway: None
    ) -> None:
        owe()
        postbox.open = False
        send_all(rows)
        session.commit()
        postbox.open = True
        clock.advance(seconds=59)

        release()
        send_all(rows)

        assert postbox.posted == []

    def test_a_day_later_codes_are_stale_and_notices_go_once(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock, gateway: None
    ) -> None:
        for template in ("T01", "T02", "T06", "T15"):
            owe(template)
        postbox.open = False
        for _ in range(9):
            release()
            send_all(rows)
            session.commit()
            clock.advance(hours=3)
        assert states(session)["T02"] is MessageState.FAILED
        session.commit()

        clock.moment = NOON + timedelta(hours=34)  # 06:00 in Shanghai
        postbox.open = True
        release()
        send_all(rows)
        assert postbox.posted == []  # the gateway is back at night, and nobody is woken
        assert states(session)["T02"] is MessageState.HELD
        session.commit()
        clock.advance(hours=1)
        for _ in range(3):
            release()
            send_all(rows)
            session.commit()
            clock.advance(minutes=1)

        given_up, sent = MessageState.GIVEN_UP, MessageState.SENT
        assert states(session) == {"T01": given_up, "T15": given_up, "T02": sent, "T06": sent}
        assert sorted(str(body["template"]) for _, body, _ in postbox.posted) == ["T02", "T06"]
        assert all(row.parked_at is None for row in rows.all())

    def test_three_days_are_enough(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock, gateway: None
    ) -> None:
        owe()
        postbox.open = False
        for _ in range(13):
            release()
            send_all(rows)
            session.commit()
            clock.advance(hours=6)

        release()
        send_all(rows)

        assert message(session).state is MessageState.GIVEN_UP
        assert message(session).next_at is None

    def test_one_that_failed_last_is_only_probed(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock, gateway: None
    ) -> None:
        for _ in range(10):
            owe()
        postbox.open = False
        send_all(rows)
        session.commit()
        clock.advance(minutes=5)
        before = len(rows.all())
        session.commit()

        release()
        assert len(rows.all()) - before == 3
        session.commit()
        postbox.open = True
        send_all(rows)
        session.commit()
        clock.advance(minutes=1)
        release()
        send_all(rows)

        assert len(postbox.posted) == 10

    def test_what_is_urgent_is_not_kept_waiting_by_that(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock, gateway: None
    ) -> None:
        for _ in range(5):
            owe()
        owe(urgent=True)
        urgent = max(row.payload["message_id"] for row in rows.all())
        postbox.open = False
        send_all(rows)
        session.commit()
        clock.advance(minutes=2)

        release()

        assert max(row.payload["message_id"] for row in rows.all()[6:]) == urgent

    def test_a_row_that_was_lost_is_made_up_for(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock, gateway: None
    ) -> None:
        owe()
        session.delete(rows.one())
        session.commit()
        clock.advance(minutes=2)

        release()
        send_all(rows)

        assert len(postbox.posted) == 1


class TestTwice:
    """A gateway or a worker does it twice; the log says it once."""

    def test_answering_twice_changes_nothing_any_more(
        self, app: Flask, session: Session, rows: Rows, postbox: PostBox, gateway: None
    ) -> None:
        owe()
        with transaction() as work:
            errand = send_message(work, message_id=number(session))
        assert errand is not None
        answers = [errand.run("1"), errand.run("1")]
        for answer in (*answers, Answer("late", is_sent=False)):
            with transaction() as work:
                errand.after(work, answer)

        assert (message(session).state, message(session).answer) == (MessageState.SENT, TAKEN)
        assert len({headers["Idempotency-Key"] for _, _, headers in postbox.posted}) == 1

    def test_two_rows_for_one_message_send_it_once(
        self, session: Session, rows: Rows, postbox: PostBox, gateway: None
    ) -> None:
        owe()
        with transaction() as work:
            work.later(send_message, message_id=number(session))
        with transaction() as work:
            first = send_message(work, message_id=number(session))
        with transaction() as work:
            second = send_message(work, message_id=number(session))

        assert first is not None
        assert second is None  # the first is at it

    def test_a_worker_that_died_in_between_is_followed_by_another(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock, gateway: None
    ) -> None:
        owe()
        with transaction() as work:
            assert send_message(work, message_id=number(session)) is not None  # and dies
        clock.advance(minutes=2)

        release()
        send_all(rows)

        assert len(postbox.posted) == 1

    def test_what_went_out_while_it_was_taken_back_is_said_to_have_gone(
        self, session: Session, rows: Rows, postbox: PostBox, gateway: None
    ) -> None:
        owe(about="a")
        with transaction() as work:
            errand = send_message(work, message_id=number(session))
        with transaction() as work:
            assert drop_messages(work, about="a") == 1
        assert errand is not None
        with transaction() as work:
            errand.after(work, errand.run("1"))

        assert message(session).state is MessageState.SENT


def test_what_a_gateway_refuses_for_good_is_not_asked_again(
    session: Session, rows: Rows, clock: FixedClock, gateway: None, app: Flask
) -> None:
    parts: Parts = app.extensions["parts"]

    def refuse(url: str, body: Mapping[str, object], headers: Mapping[str, str]) -> str:
        raise Unwanted("sms.example: 400")

    app.extensions["parts"] = replace(parts, post=refuse)
    owe()

    send_all(rows)

    assert (message(session).state, message(session).answer) == (
        MessageState.GIVEN_UP,
        "sms.example: 400",
    )


def test_a_notice_is_taken_back_and_others_stay(
    session: Session, rows: Rows, postbox: PostBox, gateway: None
) -> None:
    owe("T02", about="citizen.report:1")
    owe("T03", about="citizen.report:1")
    owe("T06", about="citizen.report:2")
    with transaction() as work:
        assert drop_messages(work, about="citizen.report:1", template="T03") == 1

    send_all(rows)

    assert [body["template"] for _, body, _ in postbox.posted] == ["T02", "T06"]
