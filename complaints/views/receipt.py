"""The receipt of a complaint: until when, the answer, and what can still be done."""

from http import HTTPStatus

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from complaints import queries, rules, service
from complaints.errors import NoSuchComplaint, TooLong, Unsaid
from complaints.forms import RateForm, WordsForm
from complaints.models import Complaint, ComplaintStep
from complaints.rules import ONE_UP, Event, Satisfied, State
from complaints.views import access
from complaints.views.blueprint import pages
from kernel.access import public
from kernel.db import db
from kernel.forms import text
from kernel.media import Attachment, Kind, respond
from kernel.web import sentence_of
from kernel.web.show import when
from kernel.work import parts, transaction
from people.rules import mask_phone

# What whoever only has the number may know: that it goes on, not about whom.
SHOWN: tuple[Event, ...] = (
    Event.FILED,
    Event.ANSWERED,
    Event.PASSED_UP,
    Event.OVERDUE,
    Event.NOT_SATISFIED,
    Event.RATED,
)


@pages.get("/c/<number>")
@public
def receipt(number: str) -> Response:
    """Show the state to whoever knows the number, and all of it to whose it is."""
    complaint = access.find(number)
    response = make_response(_page(complaint))
    if access.has_secret(complaint):
        access.remember(response, complaint.number)
    return response


@pages.post("/c/<number>/rate")
@public
def rate(number: str) -> ResponseReturnValue:
    """Say how content one is with the answer."""
    complaint, form = access.find_own(number), RateForm()
    if text(form.satisfied) not in set(Satisfied):
        page = _page(complaint, rate_error=_("请选一个"), rate_note=text(form.note))
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    complaint_id = complaint.id
    with transaction() as work:
        service.rate(
            work,
            complaint_id,
            satisfied=Satisfied(text(form.satisfied)),
            note=text(form.note),
        )
    return _back(number)


@pages.post("/c/<number>/up")
@public
def up(number: str) -> ResponseReturnValue:
    """Say that the answer will not do."""
    complaint, form = access.find_own(number), WordsForm()
    complaint_id = complaint.id
    try:
        with transaction() as work:
            service.not_satisfied(work, complaint_id, reason=text(form.words))
    except (Unsaid, TooLong) as refusal:
        page = _page(
            access.find_own(number), up_error=sentence_of(refusal), up_words=text(form.words)
        )
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    return _back(number)


@pages.get("/c/<number>/media/<int:attachment_id>")
@public
def attachment(number: str, attachment_id: int) -> Response:
    """Hand out one file to whose it is."""
    complaint = access.find_own(number)
    for one in queries.attachments_of(db.session(), complaint):
        if one.id == attachment_id:
            return respond(one, thumb=request.args.get("s") == "thumb")
    raise NoSuchComplaint("没有这张照片或录音，或者它不在这张回执里。")


def _page(complaint: Complaint, **more: object) -> str:
    full = access.is_own(complaint)
    steps = [one for one in queries.steps_of(db.session(), complaint.id) if one.event in SHOWN]
    once = {one.once for one in steps}
    answered = complaint.state is State.ANSWERED
    files = queries.attachments_of(db.session(), complaint) if full else ()
    return render_template(
        "complaints/receipt.html",
        number=rules.printed(complaint.number),
        answered=answered,
        desk=_(complaint.desk.label),
        due=_("%(when)s 前答复", when=when(complaint.due_by))
        + (_("（放假安排还没公布，是估计的）") if complaint.estimated else ""),
        late=not answered and complaint.due_by < parts().clock.now(),
        full=full,
        about=_(complaint.about.label),
        words=complaint.words,
        phone=mask_phone(complaint.phone) if complaint.phone else "",
        photos=_photos(
            complaint, [one for one in files if one.kind is Kind.PICTURE and one.is_ready]
        ),
        voices=[
            _file(complaint, one.id) for one in files if one.kind is Kind.SOUND and one.is_ready
        ],
        lost=request.args.get("lost") == "y",
        timeline=_timeline(steps, full=full, answered=answered),
        can_rate=full and answered and Event.RATED.value not in once,
        can_up=full
        and answered
        and Event.NOT_SATISFIED.value not in once
        and complaint.desk in ONE_UP,
        content=any(one.satisfied is Satisfied.SATISFIED for one in steps),
        top=answered and complaint.desk not in ONE_UP,
        rate_url=_url("complaints.rate", complaint),
        up_url=_url("complaints.up", complaint),
        options=[(one.value, _(one.label)) for one in Satisfied],
        secret_link=_secret_link(complaint.number) if full else "",
        **more,
    )


def _timeline(steps: list[ComplaintStep], *, full: bool, answered: bool) -> list[dict[str, object]]:
    told = {Event.ANSWERED, Event.NOT_SATISFIED, Event.RATED}
    items: list[dict[str, object]] = [
        {
            "state": "done",
            "title": _(step.event.label),
            "when": when(step.at),
            "who": _(step.desk.label) if step.event is Event.ANSWERED else "",
            "note": step.words if full and step.event in told else "",
            "photos": [],
        }
        for step in steps
    ]
    if answered:
        items[-1]["state"] = "now"
    else:
        items.append({"state": "now", "title": _("正在等答复"), "photos": []})
    return items


def _photos(complaint: Complaint, files: list[Attachment]) -> list[dict[str, str]]:
    return [
        {
            "url": _file(complaint, one.id),
            "thumb": _file(complaint, one.id, thumb=True),
            "alt": _("您拍的第 %(n)s 张照片", n=index),
        }
        for index, one in enumerate(files, 1)
    ]


def _file(complaint: Complaint, attachment_id: int, *, thumb: bool = False) -> str:
    return url_for(
        "complaints.attachment",
        number=rules.printed(complaint.number),
        attachment_id=attachment_id,
        s="thumb" if thumb else None,
        **access.carried(),
    )


def _url(endpoint: str, complaint: Complaint) -> str:
    return url_for(endpoint, number=rules.printed(complaint.number), **access.carried())


def _secret_link(number: str) -> str:
    path = url_for("complaints.receipt", number=rules.printed(number), k=service.secret_of(number))
    return parts().settings.public_url + path


def _back(number: str) -> ResponseReturnValue:
    url = url_for("complaints.receipt", number=number, **access.carried())
    return redirect(url, HTTPStatus.SEE_OTHER)
