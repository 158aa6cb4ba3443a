"""When a message goes out, by which voice, and how long it is kept."""

import hmac
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kernel.clock import SHANGHAI
from kernel.outbound import (
    KEEP,
    Channel,
    Message,
    MessageState,
    masked,
    prune_messages,
    send_voice,
)
from kernel.outbound.timing import speaks_at
from kernel.sms import templates
from kernel.work import Parts, transaction
from tests.fakes import NOON, FixedClock, PostBox
from tests.kernel.conftest import Rows
from tests.kernel.sending import message, owe, owe_sms, release, send_all


class TestQuietHours:
    @given(
        minutes=st.integers(0, 3 * 24 * 60),
        template=st.sampled_from(sorted(templates().by_code)),
        urgent=st.booleans(),
    )
    def test_nothing_that_can_wait_goes_at_night(
        self, minutes: int, template: str, *, urgent: bool
    ) -> None:
        now = NOON + timedelta(minutes=minutes)

        at = speaks_at(now, template=template, urgent=urgent)

        prompt = urgent or not templates().by_code[template].held
        assert at == now if prompt else 7 <= at.astimezone(SHANGHAI).hour < 22
        assert now <= at <= now + timedelta(hours=9)

    def test_it_is_held_until_seven_and_goes_then(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock, gateway: None
    ) -> None:
        clock.moment = NOON + timedelta(hours=7)  # 03:00 in Shanghai
        owe()
        send_all(rows)
        assert message(session).state is MessageState.HELD
        assert postbox.posted == []
        session.commit()

        clock.advance(hours=4)
        release()
        send_all(rows)

        assert (message(session).state, len(postbox.posted)) == (MessageState.SENT, 1)

    @pytest.mark.parametrize(
        ("template", "urgent"), [("T01", False), ("T13", False), ("T02", True)]
    )
    def test_codes_alarms_and_what_is_urgent_go_at_once(
        self,
        session: Session,
        rows: Rows,
        clock: FixedClock,
        template: str,
        *,
        urgent: bool,
    ) -> None:
        clock.moment = NOON + timedelta(hours=7)
        owe(template, urgent=urgent)

        send_all(rows)

        assert message(session).state is MessageState.SENT


class TestVoice:
    def test_a_call_goes_to_its_own_gateway_signed(
        self, session: Session, rows: Rows, postbox: PostBox, house: Parts, app: Flask
    ) -> None:
        settings = replace(house.settings, voice_url="https://voice.example/call", voice_key="v")
        app.extensions["parts"] = replace(house, settings=settings)
        with transaction() as work:
            send_voice(work, phone="057100000110", template="T16", text="夜间紧急事项")

        send_all(rows)

        ((url, body, headers),) = postbox.posted
        said = "057100000110\n夜间紧急事项".encode()
        assert (url, body["phone"]) == ("https://voice.example/call", "057100000110")
        assert headers["X-Signature"] == hmac.new(b"v", said, sha256).hexdigest()

    def test_without_a_gateway_it_is_shown(
        self, session: Session, rows: Rows, postbox: PostBox, gateway: None
    ) -> None:
        with transaction() as work:
            send_voice(work, phone="13900000001", template="T16", text="夜间紧急事项")

        send_all(rows)

        assert (message(session).answer, postbox.posted) == ("shown", [])


@pytest.mark.parametrize(
    ("channel", "recipient", "shown"),
    [
        (Channel.SMS, "13812345678", "138****5678"),
        (Channel.VOICE, "057100000110", "057*****0110"),
        (Channel.SMS, "12345", "123****"),
        (Channel.WECOM, "https://qyapi.weixin.qq.com/send?key=secret", "qyapi.weixin.qq.com"),
    ],
)
def test_a_log_shows_neither_number_nor_key(channel: Channel, recipient: str, shown: str) -> None:
    assert masked(Message(channel=channel, recipient=recipient)) == shown


def test_messages_are_forgotten_after_half_a_year(session: Session, clock: FixedClock) -> None:
    owe_sms()
    clock.advance(seconds=(KEEP + timedelta(seconds=1)).total_seconds())
    owe_sms()

    with transaction() as work:
        prune_messages(work)

    assert session.query(Message).count() == 1
