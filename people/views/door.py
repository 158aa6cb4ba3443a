"""Where staff come in and go out."""

from http import HTTPStatus

from flask import Response, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from kernel.access import public, signed_in
from kernel.forms import text
from kernel.web import current_actor
from kernel.work import transaction
from people import service
from people.forms import SignInForm
from people.views import device
from people.views.blueprint import enter, local, pages, staff_home


@pages.route("/staff/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Let a member of staff in.  The page is made without asking the database."""
    form = SignInForm()
    if request.method == "GET":
        wanted = request.args.get("next", "")
        if wanted.startswith("/me"):  # a resident's page sent them here
            return redirect(url_for("people.sign_in_resident", next=wanted))
        form.next.data = wanted
        return render_template("people/sign_in.html", form=form)
    known = device.count_try(text(form.login))
    if form.validate_on_submit():
        with transaction() as work:
            account = service.sign_in(
                work,
                login=text(form.login),
                password=(form.password.data or "").strip(),
                code=text(form.code),
                device_epoch=known.epoch,
            )
            entered = account and (account.person_id, account.epoch, account.must_change)
        if entered:
            known.forgive()
            person_id, epoch, must_change = entered
            return _enter(form, person_id, epoch, must_change=must_change)
        form.form_errors.append(
            _("登录名、密码或动态码不对。连着错几次要等一会儿；忘了就请管理员重置。")
        )
    page = render_template("people/sign_in.html", form=form)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _enter(form: SignInForm, person_id: int, epoch: int, *, must_change: bool) -> Response:
    enter(person_id, epoch)
    if must_change:
        leads_to = url_for("people.change_password", next=form.next.data or None)
    else:
        leads_to = local(form.next.data, staff_home(person_id))
    response = make_response(redirect(leads_to, code=303))
    device.remember(response, login=text(form.login), epoch=epoch)
    return response


@pages.post("/staff/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """Let anybody out."""
    with transaction() as work:
        service.sign_out(work, kept=current_user.get_id(), by=current_actor())
    logout_user()
    session.clear()
    return redirect(url_for("people.sign_in"), code=303)
