import hmac
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.delivery import deliver
from kernel.errors import Unavailable
from kernel.outbound import KEEP, Channel, HttpPost, Message, prune_messages, send_robot, send_sms
from kernel.work import transaction
from tests.fakes import NOON, FixedClock, PostBox
from tests.kernel.conftest import Rows

ROBOT = "https://robots.example/send?key=1"


def send_all(rows: Rows) -> None:
    for row in rows.all():
        deliver(row.id)


def owe_sms() -> None:
    with transaction() as work:
        send_sms(work, phone="13800000000", template="T01", text="验证码：123456")


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
    app: Flask, session: Session, rows: Rows, postbox: PostBox, gateway: None
) -> None:
    owe_sms()

    send_all(rows)

    ((url, body, headers),) = postbox.posted
    said = "13800000000\n验证码：123456".encode()
    assert url == "https://sms.example/send"
    assert body["text"] == "验证码：123456"
    assert headers["X-Signature"] == hmac.new(b"k", said, sha256).hexdigest()
    assert headers["Idempotency-Key"] == str(rows.one().id)


def test_what_could_not_be_sent_is_tried_again(
    session: Session, rows: Rows, postbox: PostBox, gateway: None
) -> None:
    owe_sms()
    postbox.open = False
    send_all(rows)
    assert session.query(Message).one().sent_at is None
    session.commit()

    postbox.open = True
    send_all(rows)
    send_all(rows)

    assert len(postbox.posted) == 1
    session.expire_all()
    assert session.query(Message).one().sent_at == NOON


@pytest.mark.parametrize(
    ("channel", "mentioned"),
    [
        (Channel.WECOM, ["text", "mentioned_mobile_list"]),
        (Channel.DINGTALK, ["at", "atMobiles"]),
    ],
)
def test_a_robot_calls_the_owner_by_name(
    channel: Channel, mentioned: list[str], rows: Rows, postbox: PostBox
) -> None:
    with transaction() as work:
        send_robot(work, channel=channel, url=ROBOT, text="新的事", mention="13900000000")

    send_all(rows)

    ((url, body, _),) = postbox.posted
    part, field = mentioned
    inner = body[part]
    assert url == ROBOT
    assert isinstance(inner, dict)
    assert inner[field] == ["13900000000"]


def test_a_dingtalk_robot_with_a_secret_is_signed(rows: Rows, postbox: PostBox) -> None:
    with transaction() as work:
        send_robot(work, channel=Channel.DINGTALK, url=f"{ROBOT}#SEC1", text="新的事", mention=None)

    send_all(rows)

    query = parse_qs(urlsplit(postbox.posted[0][0]).query)
    assert query["timestamp"] == [str(int(NOON.timestamp() * 1000))]
    assert len(query["sign"]) == 1
    assert "SEC1" not in postbox.posted[0][0]


def test_messages_are_forgotten_after_half_a_year(session: Session, clock: FixedClock) -> None:
    owe_sms()
    clock.advance(seconds=(KEEP + timedelta(seconds=1)).total_seconds())
    owe_sms()

    with transaction() as work:
        prune_messages(work)

    assert session.query(Message).count() == 1


def test_a_way_out_that_is_closed_is_said_without_the_address() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1: ConnectError"):
        HttpPost()("http://127.0.0.1:1/secret", {}, {})
