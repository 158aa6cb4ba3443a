"""Group robots: what they are sent, what they answer, and that their address is told to nobody."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.orm import Session

from kernel.delivery import deliver
from kernel.errors import Unavailable, Unwanted
from kernel.outbound import (
    Channel,
    HttpPost,
    Message,
    MessageState,
    release_messages,
    send_robot,
    send_sms,
)
from kernel.work import transaction
from tests.fakes import NOON, TAKEN, FixedClock, PostBox
from tests.kernel.conftest import Rows

ROBOT = "https://robots.example/send?key=1"
SECRET = "5f2c-the-key"


def send_all(rows: Rows) -> None:
    for row in rows.all():
        deliver(row.id)


def owe(channel: Channel = Channel.WECOM) -> None:
    with transaction() as work:
        send_robot(work, channel=channel, url=ROBOT, text="新的事", mention=None)


def message(session: Session) -> Message:
    session.expire_all()
    return session.query(Message).one()


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


class TestWhatTheyAnswer:
    @pytest.mark.parametrize(
        ("channel", "said", "reason"),
        [
            (
                Channel.WECOM,
                '{"errcode": 93000, "errmsg": "invalid webhook url"}',
                "群机器人没有收下（93000）：invalid webhook url",
            ),
            (
                Channel.DINGTALK,
                '{"errcode": 310000, "errmsg": "关键词不匹配"}',
                "群机器人没有收下（310000）：关键词不匹配",
            ),
            (Channel.DINGTALK, "<html>请先登录</html>", "群机器人的回答看不懂，不算发出"),
            (Channel.WECOM, "[]", "群机器人的回答看不懂，不算发出"),
            (Channel.WECOM, "", "群机器人的回答看不懂，不算发出"),
        ],
    )
    def test_what_a_robot_refused_with_200_is_not_sent_and_says_why(
        self,
        session: Session,
        rows: Rows,
        postbox: PostBox,
        channel: Channel,
        said: str,
        reason: str,
    ) -> None:
        postbox.answer = said
        owe(channel)

        send_all(rows)

        refused = message(session)
        assert (refused.state, refused.sent_at) == (MessageState.FAILED, None)
        assert refused.answer == reason

    def test_it_is_tried_again_until_the_robot_takes_it(
        self, session: Session, rows: Rows, postbox: PostBox, clock: FixedClock
    ) -> None:
        postbox.answer = '{"errcode": 45009, "errmsg": "api freq out of limit"}'
        owe()
        send_all(rows)
        postbox.answer = TAKEN
        again = message(session).next_at
        assert again is not None
        clock.moment = again

        with transaction() as work:
            release_messages(work)
        send_all(rows)

        assert (message(session).state, len(postbox.posted)) == (MessageState.SENT, 2)

    def test_a_gateway_for_texts_may_answer_what_it_likes(
        self, session: Session, rows: Rows, postbox: PostBox, gateway: None
    ) -> None:
        postbox.answer = "accepted"
        with transaction() as work:
            send_sms(work, phone="13800000000", template="T01", text="验证码：123456")

        send_all(rows)

        assert (message(session).state, message(session).answer) == (MessageState.SENT, "accepted")


@pytest.fixture
def robot() -> Iterator[str]:
    """The address of a server that answers the status its path names."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(int(self.path[1:4]))
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def chain(error: BaseException) -> list[str]:
    """Return what a log would be told of *error* and of all that stands behind it."""
    behind = (error.__cause__, error.__context__)
    return [repr(error), *(told for one in behind if one is not None for told in chain(one))]


class TestTheirAddress:
    def test_what_was_answered_is_handed_back(self, robot: str) -> None:
        assert HttpPost()(f"{robot}/200?key={SECRET}", {}, {}) == "{}"

    @pytest.mark.parametrize(
        ("status", "kind"),
        [(302, Unavailable), (400, Unwanted), (403, Unavailable), (500, Unavailable)],
    )
    def test_a_refusal_does_not_tell_it(
        self, robot: str, status: int, kind: type[Exception]
    ) -> None:
        with pytest.raises(kind, match=rf"127\.0\.0\.1: {status}") as caught:
            HttpPost()(f"{robot}/{status}?key={SECRET}", {}, {})

        assert not [told for told in chain(caught.value) if SECRET in told]
        assert caught.value.__context__ is None

    @pytest.mark.parametrize(
        "url", [f"http://127.0.0.1:1/{SECRET}", f"http://127.0.0.1:99999/{SECRET}\0"]
    )
    def test_nor_does_a_way_that_is_closed(self, url: str) -> None:
        with pytest.raises(Unavailable) as caught:
            HttpPost()(url, {}, {})

        assert chain(caught.value) == [repr(caught.value)]
        assert SECRET not in repr(caught.value)
