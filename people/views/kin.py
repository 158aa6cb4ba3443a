"""Kin of a member of staff, so that nobody handles what is against their own people."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import Form, text
from kernel.permissions import Permission
from kernel.web import beside_field, current_actor, row_number, sentence_of
from kernel.work import transaction
from people import queries
from people.queries.kin import kin_of
from people.service import kin
from people.views.blueprint import pages


class KinForm(Form):
    """Somebody's relative."""

    who = StringField(
        later("亲属的登录名或手机号"),
        [InputRequired(later("请写登录名或手机号。")), Length(max=80)],
    )


@pages.get("/staff/people/<int:person_id>/kin")
@require(Permission.SYSTEM_STAFF_EDIT)
def kin_page(person_id: int) -> str:
    """Show who is written down."""
    return _page(person_id, KinForm(formdata=None))


@pages.post("/staff/people/<int:person_id>/kin")
@require(Permission.SYSTEM_STAFF_EDIT)
def add_kin(person_id: int) -> ResponseReturnValue:
    """Write down one more, or take one back, as the button says."""
    form, by = KinForm(), current_actor()
    dropped = request.form.get("drop", type=row_number)
    if dropped is None and not form.validate():
        return _page(person_id, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            if dropped is None:
                kin.note_kin(work, person_id, who=text(form.who), by=by)
            else:
                kin.drop_kin(work, person_id, dropped, by=by)
    except Refusal as refusal:
        if dropped is not None:
            raise
        form.who.errors = [beside_field(sentence_of(refusal))]
        return _page(person_id, form), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("改好了。"))
    return redirect(url_for("people.kin_page", person_id=person_id), code=HTTPStatus.SEE_OTHER)


def _page(person_id: int, form: KinForm) -> str:
    by = current_actor()
    return render_template(
        "people/kin.html",
        line=queries.staff_detail(db.session(), person_id, by=by),
        lines=kin_of(db.session(), person_id, by=by),
        form=form,
    )
