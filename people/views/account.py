"""One's own account."""

from http import HTTPStatus
from typing import Final

import segno
from flask import abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import signed_in
from kernel.db import db
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, limiter, sentence_of, show_in
from kernel.work import parts, transaction
from people import queries, rules, service
from people.errors import WeakPassword, WrongPassword
from people.forms import ConfirmForm, PasswordForm, TotpOnForm
from people.models import Account
from people.rules import DIALECTS
from people.views import device
from people.views.blueprint import chosen_dialects, enter, local, pages, staff_home

ENROLLING: Final = "totp"  # in the session until a first code shows that the phone has it
GUESSES: Final = "10 per minute"
DESKS: Final = (
    ("people.households", "住户", Permission.HOUSEHOLD_READ),
    ("people.staff", "人员", Permission.SYSTEM_STAFF_EDIT),
    ("people.areas", "区域", Permission.SYSTEM_AREA_EDIT),
    ("people.audit", "操作日志", Permission.AUDIT_LOG_READ),
    ("operator.stuck", "运行情况", Permission.SYSTEM_PARKED_READ),
)


@pages.get("/staff/account")
@signed_in
def account() -> str:
    """Show who one is, what one does where, and how one signs in."""
    own = _own()
    hats = queries.hats_of(db.session(), own.person_id)
    paths = queries.paths_of(db.session(), [hat.area for hat in hats], top=rules.Level.DISTRICT)
    return render_template(
        "people/account.html",
        account=own,
        hats=[(_(rules.ROLE_NAMES[hat.role]), paths.get(hat.area, "")) for hat in hats],
        confirm=ConfirmForm(),
        dialects=DIALECTS,
        spoken=queries.dialects_of(db.session(), own.person_id),
        desks=[(url_for(page), _(name)) for page, name, may in DESKS if current_actor().may(may)],
    )


@pages.post("/staff/account/dialects")
@signed_in
def speak() -> ResponseReturnValue:
    """Say which dialects one speaks."""
    own = _own()
    with transaction() as work:
        service.set_dialects(work, own.person_id, chosen_dialects(), by=current_actor())
    flash(_("记下了。派人的时候会先找讲得通的。"))
    return redirect(url_for("people.account"), code=303)


@pages.route("/staff/account/password", methods=["GET", "POST"])
@signed_in
@limiter.limit(GUESSES, methods=["POST"])
def change_password() -> ResponseReturnValue:
    """Change one's own password; whoever was issued one sees nothing else before."""
    own, form, status = _own(), PasswordForm(), HTTPStatus.OK
    must_change, login = own.must_change, own.login
    if form.validate_on_submit():
        try:
            with transaction() as work:
                epoch = service.change_password(
                    work,
                    current=(form.current.data or "").strip(),
                    new=(form.new.data or "").strip(),
                    by=current_actor(),
                )
        except (WeakPassword, WrongPassword) as refusal:
            status = show_in(form, refusal)
        else:
            enter(current_actor().id, epoch)
            flash(_("密码改好了，别处的登录都已退出。"))
            # The form is sent to the page's own address, which says what was wanted first.
            home = staff_home(current_actor().id)
            response = make_response(redirect(local(request.args.get("next"), home), code=303))
            device.remember(response, login=login, epoch=epoch)
            return response
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    page = render_template("people/password.html", form=form, must_change=must_change)
    return page, status


@pages.route("/staff/account/totp", methods=["GET", "POST"])
@signed_in
@limiter.limit(GUESSES, methods=["POST"])
def totp() -> ResponseReturnValue:
    """Show a secret to an authenticator, and take its first code."""
    own, form, status = _own(), TotpOnForm(), HTTPStatus.OK
    if own.totp is not None:
        return redirect(url_for("people.account"), code=303)
    if ENROLLING not in session:
        session[ENROLLING] = parts().chance.letters(rules.TOTP_LETTERS, rules.TOTP_LENGTH)
    login, secret = own.login, session[ENROLLING]
    if form.validate_on_submit():
        try:
            with transaction() as work:
                service.turn_totp_on(work, secret=secret, code=text(form.code), by=current_actor())
        except WrongPassword as refusal:
            status = show_in(form, refusal)
        else:
            session.pop(ENROLLING)
            flash(_("动态码开好了，以后登录都要写。"))
            return redirect(url_for("people.account"), code=303)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    page = render_template(
        "people/totp.html", form=form, secret=_in_groups(secret), qr=_drawn(secret, login)
    )
    return page, status


@pages.post("/staff/account/totp/off")
@signed_in
@limiter.limit(GUESSES)
def totp_off() -> ResponseReturnValue:
    """Do without codes again."""
    form = ConfirmForm()
    try:
        with transaction() as work:
            service.turn_totp_off(
                work, password=(form.password.data or "").strip(), by=current_actor()
            )
    except WrongPassword as refusal:
        flash(sentence_of(refusal), "msg")
    else:
        flash(_("动态码关了。"))
    return redirect(url_for("people.account"), code=303)


def _own() -> Account:
    """Return one's own account; residents have none and find no such page."""
    own = queries.account_of(db.session(), current_actor().id)
    if own is None:
        abort(HTTPStatus.NOT_FOUND)
    return own


def _in_groups(secret: str) -> str:
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))


def _drawn(secret: str, login: str) -> str:
    """Return the QR code an authenticator reads, as the address of a picture."""
    uri = rules.totp_uri(secret, login=login, issuer=parts().settings.app_name)
    code = segno.make(uri, error="m", micro=False)
    drawn: str = code.svg_data_uri(scale=5, border=4, light="#fff")
    return drawn
