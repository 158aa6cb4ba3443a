"""Where residents come in and go out, with a phone and six digits.  Nobody has to."""

from http import HTTPStatus

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from kernel.access import public
from kernel.forms import text
from kernel.web import count_miss, forgive_miss, limiter, show_in
from kernel.work import transaction
from people import service
from people.errors import TooManyCodes
from people.forms import PhoneForm
from people.views.blueprint import enter, local, missed, pages

# Of forms; codes are counted before they are looked at.  What succeeds is not counted: a village
# may have one address.
FAILED = "20 per minute"
# Each costs the district money, whoever's number it was.
SENT = "120 per hour"


@pages.route("/me/sign-in", methods=["GET", "POST"])
@public
@limiter.limit(FAILED, methods=["POST"], deduct_when=missed)
@limiter.limit(SENT, methods=["POST"], deduct_when=lambda page: page.status_code == HTTPStatus.OK)
def sign_in_resident() -> ResponseReturnValue:
    """Send a code to a phone, and let in whoever has it.

    Enter presses the first button, so a code that was typed is always looked at.
    """
    form, status, sent = PhoneForm(), HTTPStatus.OK, False
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    elif not form.validate_on_submit():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif request.form.get("do") == "send" and not text(form.code):
        try:
            with transaction() as work:
                service.send_code(work, phone=text(form.phone), purpose=service.SIGN_IN)
            sent = True
        except TooManyCodes as refusal:
            status = show_in(form, refusal)
    else:
        return _enter(form)
    return _page(form, sent=sent), status


@pages.post("/me/sign-out")
@public
def sign_out_resident() -> ResponseReturnValue:
    """Forget who this is; whoever is nobody already stays nobody."""
    if current_user.is_authenticated:
        with transaction() as work:
            service.end_session(work, current_user.get_id())
    logout_user()
    session.clear()
    return redirect(url_for("people.sign_in_resident"), code=303)


def _enter(form: PhoneForm) -> ResponseReturnValue:
    count_miss("phone-code")
    with transaction() as work:
        person_id = service.sign_in_resident(work, phone=text(form.phone), code=text(form.code))
    if person_id is None:
        form.code.data = ""
        form.code.errors = [_("验证码不对，或者已经过期。看看短信，或重新获取一个。")]
        return _page(form, sent=True), HTTPStatus.UNPROCESSABLE_ENTITY
    forgive_miss("phone-code")
    enter(person_id, None)
    home = current_app.config.get("RESIDENT_HOME", "people.sign_in_resident")
    return redirect(local(form.next.data, home), code=303)


def _page(form: PhoneForm, *, sent: bool) -> str:
    inside = current_user.is_authenticated and not current_user.is_staff
    return render_template("people/me_sign_in.html", form=form, sent=sent, inside=inside)
