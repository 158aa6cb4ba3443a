"""Where staff come in and go out."""

from http import HTTPStatus

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from kernel.access import public, signed_in
from kernel.forms import text
from kernel.web import count_miss, current_actor, limiter
from kernel.work import transaction
from people import service
from people.forms import SignInForm
from people.views.blueprint import enter, local, missed, pages, staff_home

FAILED = "20 per minute"  # what succeeds is not counted: an office may have one address


@pages.route("/staff/sign-in", methods=["GET", "POST"])
@public
@limiter.limit(FAILED, methods=["POST"], deduct_when=missed)
def sign_in() -> ResponseReturnValue:
    """Let a member of staff in.  The page is made without asking the database."""
    form = SignInForm()
    if request.method == "GET":
        wanted = request.args.get("next", "")
        if wanted.startswith("/me"):  # a resident's page sent them here
            return redirect(url_for("people.sign_in_resident", next=wanted))
        form.next.data = wanted
        return render_template("people/sign_in.html", form=form)
    if form.validate_on_submit():
        with transaction() as work:
            account = service.sign_in(
                work,
                login=text(form.login),
                password=(form.password.data or "").strip(),
                code=text(form.code),
            )
            entered = account and (account.person_id, account.epoch, account.must_change)
        if entered:
            person_id, epoch, must_change = entered
            enter(person_id, epoch)
            if must_change:
                first = url_for("people.change_password", next=form.next.data or None)
                return redirect(first, code=303)
            return redirect(local(form.next.data, staff_home(person_id)), code=303)
        count_miss("sign-in")
        form.form_errors.append(
            _("登录名、密码或动态码不对。连着错几次要等一会儿；忘了就请管理员重置。")
        )
    page = render_template("people/sign_in.html", form=form)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


@pages.post("/staff/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """Let anybody out."""
    with transaction() as work:
        service.sign_out(work, kept=current_user.get_id(), by=current_actor())
    logout_user()
    session.clear()
    return redirect(url_for("people.sign_in"), code=303)
