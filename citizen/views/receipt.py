"""The receipt: how far it has come, and what its owner can still do."""

from http import HTTPStatus

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from citizen import queries, rules, service
from citizen.errors import NothingSaid, TooManyWords
from citizen.forms import AddForm, CallbackForm, RateForm, ReasonForm
from citizen.models import Report
from citizen.views import access
from citizen.views.blueprint import pages
from citizen.views.show import callback_of, etag_of, receipt_page
from kernel.access import public
from kernel.db import db
from kernel.errors import Conflict, Refusal, TooMany
from kernel.forms import text
from kernel.media import BadKey, Kind, MediaRefused
from kernel.web import count_added, current_actor_or_none, full_stop, sentence_of
from kernel.web.pages import status_of
from kernel.work import parts, transaction

NOT_RIGHT = HTTPStatus.UNPROCESSABLE_ENTITY
ENOUGH = "今天补充得太多，这一次没有收下。您写的都还在，请明天再补充；急事请打电话。"
NOT_YET = "还没解决"  # what staff read
KINDS = {"voice": Kind.SOUND, "photo": Kind.PICTURE}


@pages.get("/r/<number>")
@public
def receipt(number: str) -> Response:
    """Show the state to whoever knows the number, and all of it to whose it is."""
    report = access.find(number)
    response = make_response(_page(report, full=access.is_own(report)))
    if access.has_secret(report):
        access.remember(response, report.number)
    return response


@pages.get("/r/<number>/state")
@public
def state(number: str) -> ResponseReturnValue:
    """Answer a page that waits for news: 304 unless there are any."""
    found = queries.receipt_of(db.session(), access.find(number), now=parts().clock.now())
    said = "received" if found.progress is None else found.progress.state.value
    response = jsonify(state=said)
    response.set_etag(etag_of(found))
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


@pages.post("/r/<number>/files")
@public
def take_file(number: str) -> ResponseReturnValue:
    """Keep one file that follows a report; the same key again is answered the same."""
    report_id = access.find_own(number).id
    file, kind = request.files.get("file"), KINDS.get(request.form.get("kind", ""))
    if file is None or kind is None:
        raise BadKey("这次没有收到文件，请重新选一个再传。")
    key = request.form.get("key", "")
    try:
        with transaction() as work:
            attachment = service.keep(work, report_id, file.stream, kind=kind, key=key)
            answer = {"ok": True, "id": attachment.id}
    except MediaRefused:
        # Its owner must not be asked to wait for a file that will never come.
        with transaction() as work:
            service.refuse_file(work, report_id)
        raise
    return jsonify(answer), HTTPStatus.CREATED


@pages.post("/r/<number>/add")
@public
def add(number: str) -> ResponseReturnValue:
    """Add words or pictures."""
    report_id, form = access.find_own(number).id, AddForm()
    words, not_yet = text(form.words), bool(text(form.not_yet))
    # The answer to 已经解决了吗: whoever goes and looks reads it as one.
    told = "：".join(filter(None, (NOT_YET, words))) if not_yet else words
    try:
        _count(number)
        with transaction() as work:
            lost = service.add(work, report_id, words=told, files=form.attached())
    except (NothingSaid, TooManyWords, MediaRefused) as refusal:
        said = sentence_of(refusal)
        return _again(number, add_words=words, not_yet=not_yet, add_error=said)
    except TooMany as refusal:
        status, said = status_of(refusal), sentence_of(refusal)
        return _again(number, status=status, add_words=words, not_yet=not_yet, add_error=said)
    if lost:
        return _again(
            number,
            status=HTTPStatus.OK,
            notices=[_("补充的话收到了，但照片没能存下来，请过一会儿再传。")],
        )
    return _back(number, heard=True)


@pages.post("/r/<number>/answer")
@public
def answer(number: str) -> ResponseReturnValue:
    """Answer what staff asked, with words, a voice note or pictures."""
    report_id, form = access.find_own(number).id, AddForm()
    words = text(form.words)
    try:
        _count(number)
        with transaction() as work:
            lost = service.answer(work, report_id, words=words, files=form.attached())
    except (NothingSaid, TooManyWords, MediaRefused) as refusal:
        return _again(number, answer_words=words, answer_error=sentence_of(refusal))
    except TooMany as refusal:
        said = sentence_of(refusal)
        return _again(number, status=status_of(refusal), answer_words=words, answer_error=said)
    except Conflict as refusal:  # over meanwhile: what was written stands there to be copied
        return _again(
            number,
            status=HTTPStatus.CONFLICT,
            kept_words=words,
            kept_error=full_stop(sentence_of(refusal)),
        )
    if lost:
        return _again(
            number,
            status=HTTPStatus.OK,
            notices=[_("回答的话收到了，但照片或录音没能存下来，请过一会儿再传。")],
        )
    return _back(number, heard=True)


@pages.post("/r/<number>/object")
@public
def object_to(number: str) -> ResponseReturnValue:
    """Say no to a refusal."""
    report_id, words = access.find_own(number).id, text(ReasonForm().reason)
    try:
        with transaction() as work:
            service.object_to(work, report_id, reason=words)
    except NothingSaid as refusal:
        return _again(number, object_words=words, object_error=sentence_of(refusal))
    except Conflict as refusal:
        return _again(
            number,
            status=HTTPStatus.CONFLICT,
            kept_words=words,
            kept_error=full_stop(sentence_of(refusal)),
        )
    return _back(number)


@pages.post("/r/<number>/urge")
@public
def urge(number: str) -> ResponseReturnValue:
    """Ask where it stays."""
    report_id = access.find_own(number).id
    with transaction() as work:
        service.urge(work, report_id)
    return _back(number)


@pages.post("/r/<number>/rate")
@public
def rate(number: str) -> ResponseReturnValue:
    """Say how it went."""
    report_id, form = access.find_own(number).id, RateForm()
    answers, note = form.answers(), text(form.note)
    if answers is None:
        return _again(number, rate_note=note, rate_error=_("两个问题都请选一个"))
    solved, satisfied = answers
    with transaction() as work:
        service.refuse_who_is_at_it(work, report_id, by=current_actor_or_none())
        service.rate(work, report_id, solved=solved, satisfied=satisfied, note=note)
    return _back(number)


@pages.post("/r/<number>/reopen")
@public
def reopen(number: str) -> ResponseReturnValue:
    """Ask for rework."""
    report_id = access.find_own(number).id
    with transaction() as work:
        service.refuse_who_is_at_it(work, report_id, by=current_actor_or_none())
        service.reopen(work, report_id, reason=text(ReasonForm().reason))
    return _back(number)


@pages.post("/r/<number>/withdraw")
@public
def withdraw(number: str) -> ResponseReturnValue:
    """Take it back."""
    report_id = access.find_own(number).id
    with transaction() as work:
        service.withdraw(work, report_id)
    return _back(number)


@pages.post("/r/<number>/confirm")
@public
def confirm(number: str) -> ResponseReturnValue:
    """Say that it is settled."""
    report_id = access.find_own(number).id
    with transaction() as work:
        service.refuse_who_is_at_it(work, report_id, by=current_actor_or_none())
        service.confirm(work, report_id)
    return _back(number)


@pages.post("/r/<number>/callback")
@public
def callback(number: str) -> ResponseReturnValue:
    """Say how to be called back."""
    report_id, form = access.find_own(number).id, CallbackForm()
    dialect, hours = text(form.dialect), text(form.hours).replace("\n", " ")
    try:
        _count(number)
        with transaction() as work:
            service.ask_callback(work, report_id, dialect=dialect, hours=hours)
    except Refusal as refusal:
        if isinstance(refusal, Conflict):
            raise
        found = access.find_own(number)
        typed = callback_of(found, dialect=dialect, hours=hours, error=sentence_of(refusal))
        known = status_of(refusal) if isinstance(refusal, TooMany) else NOT_RIGHT
        return _again(number, status=known, callback=typed)
    return _back(number)


def _count(number: str) -> None:
    """Count what is added to a receipt.

    Raises:
        TooMany: enough was added to it today.
    """
    count_added(rules.read_number(number) or "", ENOUGH)


def _page(report: Report, *, full: bool, **more: object) -> str:
    found = queries.receipt_of(db.session(), report, now=parts().clock.now())
    return render_template("citizen/receipt.html", receipt=receipt_page(found, full=full, **more))


def _again(number: str, *, status: HTTPStatus = NOT_RIGHT, **more: object) -> ResponseReturnValue:
    """Show the receipt again with what was typed, and what is wrong with it."""
    return _page(access.find_own(number), full=True, **more), status


def _back(number: str, *, heard: bool = False) -> ResponseReturnValue:
    """Go back to the receipt; the secret goes along where the phone came by it."""
    carried = access.carried() | ({"heard": 1} if heard else {})  # 1: it thanks for what was said
    url = url_for("citizen.receipt", number=number, **carried)
    return redirect(url, HTTPStatus.SEE_OTHER)
