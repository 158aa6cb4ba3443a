"""The sentences a town adds to those that come along."""

from http import HTTPStatus
from typing import Any, Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from grid import service
from grid.forms import choice
from grid.forms.promises import NewPhraseForm
from grid.queries.pages import places
from grid.queries.phrases import own_phrases
from grid.rules.phrases import SHIPPED, Situation
from grid.views.blueprint import pages
from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction
from people.queries import paths_of
from people.rules import Level

LEVELS: Final = (Level.DISTRICT, Level.TOWN)


@pages.get("/phrases")
@require(Permission.SYSTEM_AREA_EDIT)
def phrases() -> str:
    """Show them all, and the form to add one."""
    return _page(NewPhraseForm(formdata=None))


@pages.post("/phrases")
@require(Permission.SYSTEM_AREA_EDIT)
def add_phrase() -> ResponseReturnValue:
    """Add one."""
    form = NewPhraseForm()
    form.area.choices = _areas()
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with transaction() as work:
            service.add_phrase(
                work,
                area_code=text(form.area),
                situation=Situation(form.situation.data),
                words=text(form.words),
                by=current_actor(),
            )
    except Refusal as refusal:
        return _page(form, full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("加好了。"))
    return redirect(url_for("grid.phrases"), code=303)


@pages.post("/phrases/<int:phrase_id>/remove")
@require(Permission.SYSTEM_AREA_EDIT)
def remove_phrase(phrase_id: int) -> ResponseReturnValue:
    """Take one out; what is gone already stays gone."""
    with transaction() as work:
        service.remove_phrase(work, phrase_id, by=current_actor())
    flash(_("去掉了。"))
    return redirect(url_for("grid.phrases"), code=303)


def _page(form: NewPhraseForm, refused: str = "") -> str:
    form.area.choices = _areas()
    own = own_phrases(db.session(), by=current_actor())
    names = paths_of(db.session(), {one.area_code for one in own}, top=Level.TOWN)
    groups = [
        {
            "label": _(situation.label),
            "shipped": SHIPPED.get(situation, ()),
            "own": [
                {"id": one.id, "words": one.words, "area": names.get(one.area_code, "")}
                for one in own
                if one.situation == situation
            ],
        }
        for situation in Situation
    ]
    return render_template("grid/phrases.html", form=form, groups=groups, refused=refused)


def _areas() -> list[Any]:
    found = places(db.session(), Permission.SYSTEM_AREA_EDIT, *LEVELS, by=current_actor())
    return [choice(one.code, one.name) for one in found]
