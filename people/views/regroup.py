"""Splitting, merging, moving and closing households: a page each, since each asks why."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import Form, text
from kernel.permissions import Permission
from kernel.web import current_actor, row_number, show_in
from kernel.work import Work, parts, transaction
from people import queries, rules, service
from people.forms import MergeForm, MoveForm, ReasonForm, SplitForm
from people.views.blueprint import pages
from people.views.households import back

HOUSEHOLD = "/staff/households/<int:household_id>"


@pages.route(f"{HOUSEHOLD}/split", methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_SPLIT)
def split_household(household_id: int) -> ResponseReturnValue:
    """Let some members be a household of their own."""
    form = SplitForm()
    chosen = tuple(
        int(one)
        for one in request.form.getlist("members")
        if one.isascii() and one.isdigit() and len(one) < 10  # noqa: PLR2004 - digits an integer column holds
    )
    head = request.form.get("head", 0, type=row_number)

    def deed(work: Work) -> int:
        wanted = rules.SplitWanted(members=chosen, head_id=head, address=text(form.address))
        return service.split_household(
            work, household_id, wanted, reason=text(form.reason), by=current_actor()
        ).id

    def done(new: int) -> ResponseReturnValue:
        flash(_("分好了，这是新的一户。"))
        return redirect(url_for("people.household", household_id=new), code=303)

    return _do("people/household_split.html", household_id, form, deed, done, chosen=chosen)


@pages.route(f"{HOUSEHOLD}/merge", methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_MERGE)
def merge_households(household_id: int) -> ResponseReturnValue:
    """Let another household be part of this one."""
    form = MergeForm()

    def deed(work: Work) -> int:
        service.merge_households(
            work,
            household_id,
            other_number=text(form.number),
            reason=text(form.reason),
            by=current_actor(),
        )
        return household_id

    return _do("people/household_merge.html", household_id, form, deed)


@pages.route(f"{HOUSEHOLD}/move", methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_MOVE)
def move_household(household_id: int) -> ResponseReturnValue:
    """Write down that a household lives elsewhere now."""
    form = MoveForm()

    def deed(work: Work) -> int:
        service.move_household(
            work,
            household_id,
            area_code=text(form.area),
            address=text(form.address),
            reason=text(form.reason),
            by=current_actor(),
        )
        return household_id

    places = queries.places_for(db.session(), Permission.HOUSEHOLD_MOVE, by=current_actor())
    return _do("people/household_move.html", household_id, form, deed, places=places)


@pages.route(f"{HOUSEHOLD}/close", methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_EDIT)
def close_household(household_id: int) -> ResponseReturnValue:
    """Ask whether a household shall be ended, and why; end it."""
    form = ReasonForm()

    def deed(work: Work) -> int:
        service.close_household(work, household_id, reason=text(form.reason), by=current_actor())
        return household_id

    return _do("people/household_close.html", household_id, form, deed)


@pages.get("/staff/households/joining")
@require(Permission.HOUSEHOLD_JOIN_APPROVE)
def joining() -> str:
    """Show who waits to be let into a household of the village."""
    waiting = queries.join_requests(db.session(), by=current_actor(), now=parts().clock.now())
    return render_template("people/joining.html", waiting=waiting)


@pages.post("/staff/households/joining/<int:request_id>")
@require(Permission.HOUSEHOLD_JOIN_APPROVE)
def decide_joining(request_id: int) -> ResponseReturnValue:
    """Let somebody in or not, as the button says."""
    approve = request.form.get("do") == "approve"
    with transaction() as work:
        service.decide_joining(work, request_id, approve=approve, by=current_actor())
    flash(_("加好了。") if approve else _("没有同意，他看不到这一户的任何信息。"))
    return redirect(url_for("people.joining"), code=303)


def _do(
    template: str,
    household_id: int,
    form: Form,
    deed: Callable[[Work], int],
    done: Callable[[int], ResponseReturnValue] = back,
    **more: object,
) -> ResponseReturnValue:
    """Do what was sent and go on to the household it gives, or say what stands against it."""
    status = HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with transaction() as work:
                household = deed(work)
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            return done(household)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(template, household_id, form, **more), status


def _page(template: str, household_id: int, form: Form, **more: object) -> str:
    by = current_actor()
    with transaction() as work:
        found = queries.household_detail(work.session, household_id, by=by)
        service.note_look(work, found.household, by=by)
        return render_template(
            template, home=found.household, found=found, form=form, errors=form.errors, **more
        )
