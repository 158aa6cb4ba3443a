"""The desk: what there is to answer, one complaint, and the counts of the last months."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from complaints import queries, rules, service
from complaints.errors import NoSuchComplaint, TooLong, Unsaid
from complaints.forms import NameForm, WordsForm
from complaints.rules import ONE_UP, About, State
from complaints.views.blueprint import pages
from kernel.access import require
from kernel.db import db
from kernel.forms import text
from kernel.media import Kind, respond
from kernel.permissions import Permission
from kernel.web import current_actor, row_number, sentence_of
from kernel.work import Work, parts, transaction

Deed = Callable[[Work, int], None]


@pages.get("/staff/complaints")
@require(Permission.COMPLAINT_READ)
def listed() -> str:
    """List what there is, what is due first on top."""
    by, now = current_actor(), parts().clock.now()
    state = State.ANSWERED if request.args.get("state") == State.ANSWERED else State.OPEN
    page = request.args.get("page", 1, type=row_number)
    lines, more = queries.listed(db.session(), by=by, now=now, state=state, page=page)
    return render_template(
        "complaints/list.html",
        lines=lines,
        answered=state is State.ANSWERED,
        more=url_for("complaints.listed", state=state.value, page=page + 1) if more else "",
        counts=[_count(one) for one in queries.monthly(db.session(), by=by, now=now)],
        printed=rules.printed,
    )


@pages.get("/staff/complaints/<number>")
@require(Permission.COMPLAINT_READ)
def detail(number: str) -> str:
    """Show one."""
    return _page(number)


@pages.post("/staff/complaints/<number>/answer")
@require(Permission.COMPLAINT_ANSWER)
def answer(number: str) -> ResponseReturnValue:
    """Answer it."""
    words = text(WordsForm().words)

    def deed(work: Work, complaint_id: int) -> None:
        service.answer(work, complaint_id, words=words, by=current_actor())

    return _do(number, deed, _("答复出去了，投诉的人看得到。"), "answer", words)


@pages.post("/staff/complaints/<number>/up")
@require(Permission.COMPLAINT_ANSWER)
def pass_up(number: str) -> ResponseReturnValue:
    """Hand it one level up."""
    words = text(WordsForm().words)

    def deed(work: Work, complaint_id: int) -> None:
        service.pass_up(work, complaint_id, reason=words, by=current_actor())

    return _do(number, deed, _("交给上一级了。"), "up", words)


@pages.post("/staff/complaints/<number>/name")
@require(Permission.COMPLAINT_ANSWER)
def name(number: str) -> ResponseReturnValue:
    """Write down whom it is about."""
    form = NameForm()

    def deed(work: Work, complaint_id: int) -> None:
        service.name(work, complaint_id, person_id=form.person_id, by=current_actor())

    return _do(number, deed, _("记下了。他和他的亲属看不到这件投诉。"), "name", "")


@pages.post("/staff/complaints/<number>/contact")
@require(Permission.COMPLAINT_ANSWER)
def contact(number: str) -> str:
    """Show the number once, on the answer itself."""
    with transaction() as work:
        found = service.read_contact(work, number, by=current_actor())
        phone = found.phone or ""
    return _page(number, phone=phone)


@pages.get("/staff/complaints/<number>/media/<int:attachment_id>")
@require(Permission.COMPLAINT_READ)
def file(number: str, attachment_id: int) -> Response:
    """Hand out one file."""
    found = queries.file_of(db.session(), number, attachment_id, by=current_actor())
    return respond(found, thumb="thumb" in request.args)


def _do(number: str, deed: Deed, done: str, part: str, words: str) -> ResponseReturnValue:
    """Do one thing; whatever is wrong with it, what was typed stays."""
    complaint_id = queries.detail(db.session(), number, by=current_actor()).complaint.id
    try:
        with transaction() as work:
            deed(work, complaint_id)
    except (Unsaid, TooLong) as refusal:
        page = _page(number, part=part, error=sentence_of(refusal), typed=words)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    flash(done)
    try:
        queries.detail(db.session(), number, by=current_actor())
    except NoSuchComplaint:  # it went up, or whoever wrote it turned out to be too near
        return redirect(url_for("complaints.listed"), HTTPStatus.SEE_OTHER)
    return redirect(url_for("complaints.detail", number=number), HTTPStatus.SEE_OTHER)


def _page(number: str, **more: object) -> str:
    by = current_actor()
    found = queries.detail(db.session(), number, by=by)
    one = found.complaint
    files = [file for file in found.attachments if file.is_ready]
    return render_template(
        "complaints/detail.html",
        found=found,
        one=one,
        number=rules.printed(one.number),
        about_number=rules.printed(one.about_number) if one.about_number else "",
        late=one.state is State.OPEN and one.due_by <= parts().clock.now(),
        is_open=one.state is State.OPEN,
        has_above=one.desk in ONE_UP,
        people=queries.colleagues(db.session(), number, by=by) if found.may_answer else (),
        photos=[
            {
                "url": _file(number, file.id),
                "thumb": _file(number, file.id, thumb=1),
                "alt": _("照片"),
            }
            for file in files
            if file.kind is Kind.PICTURE
        ],
        voices=[_file(number, file.id) for file in files if file.kind is Kind.SOUND],
        **more,
    )


def _file(number: str, attachment_id: int, thumb: int | None = None) -> str:
    return url_for("complaints.file", number=number, attachment_id=attachment_id, thumb=thumb)


def _count(one: queries.Count) -> dict[str, str]:
    few = one.filed < rules.FEWEST
    return {
        "month": one.month,
        "about": _(About(one.about).label),
        "filed": _(rules.HIDDEN) if few else str(one.filed),
        "in_time": "—" if few else str(one.in_time),
    }
