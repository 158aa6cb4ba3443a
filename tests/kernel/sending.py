"""Messages that are owed and sent, for tests of the outbound ways."""

from sqlalchemy.orm import Session

from kernel.delivery import deliver
from kernel.outbound import (
    Message,
    MessageState,
    release_messages,
    send_sms,
)
from kernel.work import transaction
from tests.kernel.conftest import Rows

ROBOT = "https://robots.example/send?key=1"


def send_all(rows: Rows) -> None:
    for row in rows.all():
        deliver(row.id)


def owe_sms() -> None:
    with transaction() as work:
        send_sms(work, phone="13800000000", template="T01", text="验证码：123456")


def release() -> None:
    with transaction() as work:
        release_messages(work)


def owe(template: str = "T02", *, urgent: bool = False, about: str = "") -> None:
    with transaction() as work:
        send_sms(
            work, phone="13800000000", template=template, text="您好", urgent=urgent, about=about
        )


def message(session: Session) -> Message:
    session.expire_all()
    return session.query(Message).one()


def number(session: Session) -> int:
    return session.query(Message.id).one()[0]


def states(session: Session) -> dict[str, MessageState]:
    session.expire_all()
    return {one.template: one.state for one in session.query(Message).all()}
