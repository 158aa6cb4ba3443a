"""What is kept about oneself: to see, to copy, to put right, to take back."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from flask import Response, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user

from citizen import queries, rules, service
from citizen.forms import OwnForm
from citizen.queries import OwnReport
from citizen.views import access
from citizen.views.blueprint import pages
from citizen.views.copied import copied_coins
from kernel import audit
from kernel.access import Actor, public, signed_in
from kernel.calendar import calendar_of
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.inventory import response_days
from kernel.outbound import Message, masked
from kernel.web import (
    count_miss,
    current_actor,
    current_actor_or_none,
    forgive_miss,
    full_stop,
    limiter,
    sentence_of,
    shown_as,
)
from kernel.work import parts, transaction
from people import queries as people
from people import service as people_service
from people.rules import KIND_NAMES, Level
from points import queries as coins
from qr import queries as qr

OFTEN: Final = "20 per minute"


@pages.get("/me/data")
@signed_in
def own_data() -> str:
    """Show all that is kept about oneself, and what one can do about it."""
    _note("person.read")
    return _page(OwnForm(formdata=None))


@pages.get("/me/data/copy")
@signed_in
def copy_data() -> Response:
    """Hand out all of it as a file that programs read, too."""
    _note("person.copy")
    response = jsonify(_copied(current_actor()))
    response.headers["Content-Disposition"] = "attachment; filename=pinganma.json"
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/me/data/name")
@signed_in
def correct_name() -> ResponseReturnValue:
    """Put one's name right."""
    form = OwnForm()
    try:
        with transaction() as work:
            people_service.correct_name(work, name=text(form.name), by=current_actor())
    except Refusal as refusal:
        return _again(form, "name", refusal)
    flash(_("名字改好了。"))
    return redirect(url_for("citizen.own_data"), HTTPStatus.SEE_OTHER)


@pages.post("/me/data/phone")
@signed_in
@limiter.limit(OFTEN)
def correct_phone() -> ResponseReturnValue:
    """Send a code to a new number, and take the number over when the code comes back."""
    form, by = OwnForm(), current_actor()
    phone, code = text(form.phone), text(form.code)
    if code:
        count_miss("phone-code")
    try:
        with transaction() as work:
            if not code:
                people_service.send_new_phone_code(work, phone=phone, by=by)
                right = None
            else:
                right = people_service.change_phone(work, phone=phone, code=code, by=by)
    except Refusal as refusal:
        return _again(form, "phone", refusal, sent=bool(code))
    if right is None:
        return _page(form, sent=True)
    if not right:
        wrong = {"code": _("验证码不对，或者已经过期")}
        return _page(form, errors=wrong, sent=True), HTTPStatus.UNPROCESSABLE_ENTITY
    forgive_miss("phone-code")
    flash(_("手机号换好了，以后用新号登录。"))
    return redirect(url_for("citizen.own_data"), HTTPStatus.SEE_OTHER)


@pages.route("/me/data/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw_consent() -> ResponseReturnValue:
    """Tell what happens, then forget name and number in all of one's reports."""
    if request.method == "GET" or not text(OwnForm().sure):
        return _sure("citizen/own_withdraw.html")
    with transaction() as work:
        service.withdraw_consent(work, by=current_actor())
    flash(_("撤回了。您报过的事里，名字和手机号都删掉了。"))
    return redirect(url_for("citizen.own_data"), HTTPStatus.SEE_OTHER)


@pages.route("/me/data/delete", methods=["GET", "POST"])
@signed_in
def delete_account() -> ResponseReturnValue:
    """Tell what happens, then forget who somebody is."""
    if request.method == "GET" or not text(OwnForm().sure):
        return _sure("citizen/own_delete.html")
    with transaction() as work:
        service.delete_account(work, by=current_actor())
    logout_user()
    session.clear()
    return render_template(
        "citizen/done.html",
        title=_("注销好了"),
        sentence=_("您的名字、手机号和家庭关系都删掉了。没办完的事还会接着办，凭回执号能查。"),
        back_url="/",
        back_label=_("回到首页"),
    )


@pages.route("/r/<number>/forget", methods=["GET", "POST"])
@public
def forget_contact(number: str) -> ResponseReturnValue:
    """Tell whoever has the whole receipt what happens, then forget their name and number."""
    report = access.find_own(number)
    url = url_for("citizen.receipt", number=number, **access.carried())
    if request.method == "GET" or not text(OwnForm().sure):
        found = queries.receipt_of(db.session(), report, now=parts().clock.now())
        is_open = found.progress is None or rules.now_title(found.progress.worked_state) is not None
        action = url_for("citizen.forget_contact", number=number, **access.carried())
        page = render_template(
            "citizen/forget_contact.html",
            number=rules.printed(report.number),
            is_open=is_open,
            action=action,
            back_url=url,
            unsure=request.method == "POST",
        )
        status = HTTPStatus.OK if request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY
        return page, status
    report_id = report.id
    with transaction() as work:
        service.forget_contact(work, report_id, by=current_actor_or_none())
    return redirect(url, HTTPStatus.SEE_OTHER)


def _sure(template: str) -> ResponseReturnValue:
    mine = queries.own_reports(db.session(), current_actor().id)
    home = people.home_of(db.session(), current_actor().id, now=parts().clock.now())
    page = render_template(
        template,
        open_reports=[_shown(one) for one in mine if one.is_open],
        home=home,
        unsure=request.method == "POST",
    )
    return page, HTTPStatus.OK if request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY


def _again(
    form: OwnForm, field: str, refusal: Refusal, *, sent: bool = False
) -> ResponseReturnValue:
    page = _page(form, errors={field: full_stop(sentence_of(refusal))}, sent=sent)
    return page, shown_as(refusal)


def _page(form: OwnForm, *, errors: Mapping[str, str] | None = None, sent: bool = False) -> str:
    by, now = current_actor(), parts().clock.now()
    me = people.profile_of(db.session(), by.id)
    home = people.home_of(db.session(), by.id, now=now)
    return render_template(
        "citizen/own_data.html",
        me=me,
        home=home,
        kinds=KIND_NAMES,
        reports=[_shown(one) for one in queries.own_reports(db.session(), by.id)],
        messages=queries.own_messages(db.session(), by.id),
        attended=qr.own_sign_ins(db.session(), by.id),
        form=form,
        errors=errors or {},
        sent=sent,
        answer_by=_answer_by(),
    )


def _shown(one: OwnReport) -> dict[str, Any]:
    report = one.report
    number = rules.printed(report.number)
    page = "citizen.track" if one.by_phone else "citizen.receipt"
    return {
        "number": number,
        "url": url_for(page, number=number),
        "said_at": report.said_at,
        "words": "" if one.by_phone else report.words,
        "title": _(rules.now_title(one.state) or "已经办完") if one.is_open else _("已经办完"),
        "has_contact": one.has_contact,
        "told": len(one.told_at),
        "by_phone": one.by_phone,
    }


def _copied(by: Actor) -> dict[str, Any]:
    me = people.profile_of(db.session(), by.id)
    home = people.home_of(db.session(), by.id, now=parts().clock.now())
    return {
        "name": me.name,
        "phone": me.phone,
        "since": me.made_at.isoformat(),
        "household": home
        and {
            "number": home.household.number,
            "kind": home.household.kind.value,
            "address": home.household.address,
            "area": people.path_of(db.session(), home.household.area_code, top=Level.TOWN),
            "head": home.is_head,
        },
        "reports": [_copied_report(one) for one in queries.own_reports(db.session(), by.id)],
        "messages": [_copied_message(one) for one in queries.own_messages(db.session(), by.id)],
        "activities": [
            {"name": one.activity, "signed_in_at": one.signed_at.isoformat()}
            for one in qr.own_sign_ins(db.session(), by.id)
        ],
        "coins": copied_coins(coins.own_coins(db.session(), by.id)),
    }


def _copied_message(one: Message) -> dict[str, Any]:
    return {
        "to": masked(one),
        "text": one.text,
        "written_at": one.written_at.isoformat(),
        "sent_at": one.sent_at and one.sent_at.isoformat(),
    }


def _copied_report(one: OwnReport) -> dict[str, Any]:
    report = one.report
    known = {
        "number": rules.printed(report.number),
        "said_at": report.said_at.isoformat(),
        "state": None if one.state is None else one.state.value,
        "messages_sent_at": [at.isoformat() for at in one.told_at],
    }
    if one.by_phone:  # whose number it was then opens it with a code, on the receipt
        return known
    place = {"place": report.place_name, "where": report.where}
    position = {"lat": report.lat, "lng": report.lng}
    return {**known, **place, **position, "words": report.words}


def _answer_by() -> date:
    """Return by when somebody has to be answered who asks today for what needs a person."""
    today = parts().clock.now().astimezone(SHANGHAI).date()
    return calendar_of(db.session()).after(today, response_days())[0]


def _note(action: str) -> None:
    by = current_actor()
    with transaction() as work:
        audit.note(work, by=by, action=action, subject=f"person:{by.id}")
