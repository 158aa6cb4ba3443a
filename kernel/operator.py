"""The operator's pages: what got stuck, what would have been sent, which days are working days."""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import select
from wtforms import SelectField
from wtforms.validators import ValidationError

from kernel import audit, calendar, delivery, sms
from kernel.access import require
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import Form, text
from kernel.outbound import (
    Channel,
    Message,
    MessageState,
    gateway,
    masked,
    send_again,
    sendable_again,
)
from kernel.outbox import Delivery
from kernel.permissions import Permission
from kernel.web import current_actor, row_number, sentence_of
from kernel.work import parts, transaction

MOST_SHOWN: Final = 50
MOST_BYTES: Final = 200_000  # twenty years of holidays fit ten times
pages = Blueprint("operator", __name__, url_prefix="/staff/operator")


STATE_NAMES: Final = {
    MessageState.WAITING: later("等着发"),
    MessageState.HELD: later("等到早上发"),
    MessageState.SENT: later("已送出"),
    MessageState.FAILED: later("没送成，会再试"),
    MessageState.GIVEN_UP: later("不发了"),
}
CHANNEL_NAMES: Final = {
    Channel.SMS: later("短信"),
    Channel.VOICE: later("语音电话"),
    Channel.WECOM: later("企业微信群"),
    Channel.DINGTALK: later("钉钉群"),
}
GATEWAYS: Final = (Channel.SMS, Channel.VOICE)


class MessagesForm(Form):
    """Which messages; asked by GET."""

    state = SelectField(later("状态"), choices=[])
    channel = SelectField(later("怎么发的"), choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's signature
        super().__init__(*args, **kwargs)
        self.state.choices = [
            ("", _("全部")),
            *((one.value, name) for one, name in STATE_NAMES.items()),
        ]
        self.channel.choices = [
            ("", _("全部")),
            *((one.value, name) for one, name in CHANNEL_NAMES.items()),
        ]

    def asked(self) -> dict[str, str]:
        """Return what narrows the list; what is no choice narrows nothing."""
        known: dict[str, set[str]] = {"state": set(MessageState), "channel": set(Channel)}
        return {name: typed for name in known if (typed := text(self[name])) in known[name]}


class CalendarForm(Form):
    """A file in the format of ``work_calendar_cn.csv``."""

    table = FileField(later("日历文件"), validators=[FileRequired(later("请选一个文件。"))])

    def validate_table(self, field: FileField) -> None:
        """Refuse what is too large to be a calendar, or no text."""
        content = field.data.stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValidationError(_("文件太大了，这不像一张日历表。"))
        try:
            self.words = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValidationError(_("文件要存成 UTF-8 编码的 CSV。")) from None


@pages.get("/")
@require(Permission.SYSTEM_PARKED_READ)
def stuck() -> str:
    """Show what was given up after eight tries, and what is late."""
    now = parts().clock.now()
    rows = db.session.scalars(
        select(Delivery)
        .where(Delivery.done_at.is_(None))
        .order_by(Delivery.parked_at.is_(None), Delivery.id)
        .limit(MOST_SHOWN)
    ).all()
    missing = calendar.missing_years(db.session(), now)
    return render_template("operator/stuck.html", rows=rows, now=now, missing=missing)


@pages.post("/<int:row_id>/retry")
@require(Permission.SYSTEM_PARKED_RETRY)
def retry(row_id: int) -> ResponseReturnValue:
    """Take a parked row up again."""
    with transaction() as work:
        delivery.retry(work, row_id)
        audit.note(work, by=current_actor(), action="outbox.retry", subject=f"outbox:{row_id}")
    flash(_("已重新排队，一分钟内再试。"))
    return redirect(url_for("operator.stuck"), code=HTTPStatus.SEE_OTHER)


@pages.get("/messages")
@require(Permission.SYSTEM_PARKED_READ)
def messages() -> str:
    """Show the latest messages, narrowed as asked; every look is written down.

    Numbers are masked; the words only show where there is no gateway to send them.
    """
    form = MessagesForm(request.args)
    asked = form.asked()
    with transaction() as work:
        narrowed = "、".join(asked.values())
        audit.note(
            work, by=current_actor(), action="message.read", subject="messages", detail=narrowed
        )
    wanted: list[Any] = [getattr(Message, name) == value for name, value in asked.items()]
    wanted += audit.hidden_from(Message.about, current_actor().id)
    before = request.args.get("before", 0, type=row_number)
    if before:
        wanted.append(Message.id < before)
    statement = select(Message).where(*wanted).order_by(Message.id.desc()).limit(MOST_SHOWN + 1)
    rows = db.session.scalars(statement).all()
    settings = parts().settings
    without = [channel for channel in GATEWAYS if not gateway(settings, channel)[0]]
    last = rows[MOST_SHOWN - 1].id if len(rows) > MOST_SHOWN else None
    may_again = current_actor().may(Permission.SYSTEM_PARKED_RETRY)
    return render_template(
        "operator/messages.html",
        form=form,
        rows=rows[:MOST_SHOWN],
        without=without,
        again=sendable_again(db.session(), rows, now=parts().clock.now()) if may_again else (),
        masked=masked,
        state_names=STATE_NAMES,
        scenes={code: one.scene for code, one in sms.templates().by_code.items()},
        channel_names=CHANNEL_NAMES,
        State=MessageState,
        Channel=Channel,
        more=last
        and url_for(
            "operator.messages",
            before=last,
            state=asked.get("state"),
            channel=asked.get("channel"),
        ),
    )


@pages.post("/messages/<int:message_id>/again")
@require(Permission.SYSTEM_PARKED_RETRY)
def message_again(message_id: int) -> ResponseReturnValue:
    """Send a message that was given up once more; a second tap sends nothing."""
    hidden = audit.hidden_from(Message.about, current_actor().id)
    if db.session.scalar(select(Message.id).where(Message.id == message_id, *hidden)) is None:
        abort(HTTPStatus.NOT_FOUND)
    try:
        with transaction() as work:
            number = send_again(work, message_id)
            audit.note(
                work,
                by=current_actor(),
                action="message.again",
                subject=f"message:{message_id}",
                detail=f"message:{number}",
            )
    except Refusal as refusal:
        flash(sentence_of(refusal))
    else:
        flash(_("再发一次，已经排上队。夜里不发，早上七点以后发。"))
    return redirect(url_for("operator.messages"), code=HTTPStatus.SEE_OTHER)


@pages.route("/calendar", methods=["GET", "POST"])
@require(Permission.SYSTEM_CALENDAR_EDIT)
def days() -> ResponseReturnValue:
    """Show which years are known, and take over a new table."""
    form = CalendarForm()
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.validate() and _load(form):
            return redirect(url_for("operator.days"), code=HTTPStatus.SEE_OTHER)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    in_force = calendar.calendar_of(db.session())
    today = parts().clock.now().astimezone(SHANGHAI).date()
    page = render_template(
        "operator/calendar.html",
        form=form,
        missing=in_force.missing_years(today),
        days=[day for day in in_force.days if day.date.year >= today.year],
    )
    return page, status


def _load(form: CalendarForm) -> bool:
    try:
        with transaction() as work:
            years = calendar.load(work, form.words, by=current_actor())
    except Refusal as refusal:
        form.table.errors = sentence_of(refusal).splitlines()
        return False
    flash(_("已载入：%(years)s 年。", years=str(_("、")).join(map(str, years))))
    return True
