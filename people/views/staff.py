"""Members of staff: who there is, what each does where, and the keys to their accounts."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, row_number, show_in
from kernel.work import Work, transaction
from people import queries, rules, service
from people.forms import HatForm, PublicForm, StaffForm, StaffSearchForm
from people.views.blueprint import chosen_dialects, pages


@pages.get("/staff/people")
@require(Permission.SYSTEM_STAFF_EDIT)
def staff() -> ResponseReturnValue:
    """List the staff one may change, fifty at a time."""
    form = StaffSearchForm(request.args)
    login, area = text(form.login), text(form.area)
    after = request.args.get("after", 0, type=row_number)
    try:
        lines = queries.staff_page(
            db.session(), by=current_actor(), login=login, area=area, after=after
        )
    except Refusal as refusal:
        show_in(form, refusal)
        lines = []
    more = len(lines) == queries.STAFF_PAGE and url_for(
        "people.staff", login=login, area=area, after=lines[-1].person_id
    )
    worn = [hat.area for line in lines for hat in line.hats]
    return render_template(
        "people/staff.html",
        form=form,
        lines=lines,
        more=more,
        names=rules.ROLE_NAMES,
        paths=queries.paths_of(db.session(), worn, top=rules.Level.TOWN),
    )


@pages.route("/staff/people/new", methods=["GET", "POST"])
@require(Permission.SYSTEM_STAFF_EDIT)
def add_staff() -> ResponseReturnValue:
    """Open an account; the one-time password is shown on the answer and never again."""
    form, status = StaffForm(), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with transaction() as work:
                issued = service.add_staff(work, form.row(), by=current_actor())
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            return render_template("people/issued.html", issued=[issued])
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render_template("people/staff_new.html", form=form, places=_places()), status


@pages.get("/staff/people/<int:person_id>")
@require(Permission.SYSTEM_STAFF_EDIT)
def person(person_id: int) -> str:
    """Show one member of staff."""
    return _page(person_id, HatForm())


@pages.post("/staff/people/<int:person_id>")
@require(Permission.SYSTEM_STAFF_EDIT)
def change_person(person_id: int) -> ResponseReturnValue:
    """Change what residents may read about somebody."""
    form = PublicForm()
    queries.staff_detail(db.session(), person_id, by=current_actor())
    if not form.validate():
        return _page(person_id, HatForm(formdata=None), form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            service.describe_staff(
                work,
                person_id,
                public_name=text(form.public_name),
                work_phone=text(form.work_phone),
                by=current_actor(),
            )
    except Refusal as refusal:
        status = show_in(form, refusal)
        return _page(person_id, HatForm(formdata=None), form), status
    return _back(person_id)


@pages.post("/staff/people/<int:person_id>/hats")
@require(Permission.SYSTEM_STAFF_EDIT)
def change_hat(person_id: int) -> ResponseReturnValue:
    """Hand out a hat, take one back, or exchange one for another, as the button says."""
    form = HatForm()
    queries.staff_detail(db.session(), person_id, by=current_actor())
    if not form.validate():
        return _page(person_id, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            _change(work, person_id, form.hat())
    except Refusal as refusal:
        status = show_in(form, refusal)
        return _page(person_id, form), status
    return _back(person_id)


@pages.post("/staff/people/<int:person_id>/dialects")
@require(Permission.SYSTEM_STAFF_EDIT)
def change_dialects(person_id: int) -> ResponseReturnValue:
    """Write down which dialects somebody speaks."""
    with transaction() as work:
        service.set_dialects(work, person_id, chosen_dialects(), by=current_actor())
    return _back(person_id)


@pages.post("/staff/people/<int:person_id>/reset")
@require(Permission.SYSTEM_STAFF_EDIT)
def reset_password(person_id: int) -> str:
    """Issue a new one-time password."""
    with transaction() as work:
        issued = service.reset_password(work, person_id, by=current_actor())
    return render_template("people/issued.html", issued=[issued])


@pages.route("/staff/people/<int:person_id>/close", methods=["GET", "POST"])
@require(Permission.SYSTEM_STAFF_EDIT)
def close_account(person_id: int) -> ResponseReturnValue:
    """Ask whether an account shall be closed, and close it."""
    line = queries.staff_detail(db.session(), person_id, by=current_actor())
    if request.method == "GET":
        may = current_actor().may(Permission.CASE_REASSIGN)
        first = url_for(current_app.config["HAND_OVER"], person_id=person_id) if may else ""
        return render_template("people/staff_close.html", line=line, hand_over_url=first)
    with transaction() as work:
        service.close_account(work, person_id, by=current_actor())
    flash(_("账号停用了，办过的事都还在。"))
    return redirect(url_for("people.staff"), code=303)


def _change(work: Work, person_id: int, hat: rules.HatWanted) -> None:
    by = current_actor()
    old = rules.read_hats(request.form["old"])[0] if request.form.get("old") else None
    if request.form.get("do") == "take":
        service.take_hat(work, person_id, hat=hat, by=by)
    elif old is not None:
        service.move(work, person_id, old=old, new=hat, by=by)
    else:
        service.give_hat(work, person_id, hat=hat, by=by)


def _page(person_id: int, form: HatForm, public: PublicForm | None = None) -> str:
    line = queries.staff_detail(db.session(), person_id, by=current_actor())
    paths = queries.paths_of(db.session(), [hat.area for hat in line.hats], top=rules.Level.TOWN)
    return render_template(
        "people/person.html",
        line=line,
        form=form,
        public=public
        or PublicForm(formdata=None, public_name=line.public_name, work_phone=line.work_phone),
        names=rules.ROLE_NAMES,
        paths=paths,
        places=_places(),
        dialects=rules.DIALECTS,
        spoken=queries.dialects_of(db.session(), person_id),
    )


def _places() -> Sequence[tuple[str, str]]:
    """Return the areas where one may hand out hats, so that nobody has to know a code."""
    may = Permission.SYSTEM_STAFF_EDIT
    return queries.places_for(db.session(), may, by=current_actor(), levels=tuple(rules.Level))


def _back(person_id: int) -> ResponseReturnValue:
    flash(_("改好了。"))
    return redirect(url_for("people.person", person_id=person_id), code=303)
