"""从前的余额: a table is looked through, signed by whoever sends it, then by somebody else."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, NotAllowed, Refusal
from kernel.permissions import Permission
from kernel.web import (
    csv_file,
    current_actor,
    full_stop,
    limiter,
    row_number,
    sentence_of,
    show_in,
    shown_as,
)
from kernel.work import transaction
from people import rules
from people.rules.imports import Problem
from points import jobs, queries, service
from points.forms import DecideForm, OpeningForm, yes_or_no
from points.rules.openings import OPENING_COLUMNS, OpeningLine, OpeningState
from points.rules.undoing import OPENING
from points.views.blueprint import pages

SHOWN = 100  # problems; who has more needs no longer list
WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


@pages.route("/staff/coins/openings", methods=["GET", "POST"])
@require(Permission.LEDGER_QUOTA)
@limiter.limit("20 per minute", methods=["POST"])
def openings() -> ResponseReturnValue:
    """Show tables of balances from before; look through another one, or take it in."""
    form, status, by = OpeningForm(), HTTPStatus.OK, current_actor()
    good: Sequence[OpeningLine] | None = None
    problems: Sequence[Problem] = ()
    if form.validate_on_submit():
        try:
            with form.file.data.stream as file:
                content = file.read(rules.MOST_BYTES + 1)
            with transaction() as work:
                if request.form.get("do") == "send":
                    made, problems = service.send_opening(work, content, by=by)
                    there, good = (None if made is None else made.id), ()
                else:
                    good, problems = service.check_opening(work, content, by=by)
                    there = None
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            if there is not None:
                flash(_("收下了，等另一个人签。"))
                return redirect(url_for("points.opening", opening_id=there), HTTPStatus.SEE_OTHER)
            status = WRONG if problems or not good else HTTPStatus.OK
    elif request.method == "POST":
        status = WRONG
    page = render_template(
        "points/openings.html",
        form=form,
        columns=OPENING_COLUMNS,
        lines=queries.openings_listed(db.session(), by=by),
        undos=queries.undos_waiting(db.session(), OPENING, by=by),
        good=good,
        coins=sum(one.coins for one in good or ()),
        problems=problems[:SHOWN],
        problem_count=len(problems),
        checked=status in {HTTPStatus.OK, WRONG} and good is not None,
    )
    return page, status


@pages.get("/staff/coins/openings/template.csv")
@require(Permission.LEDGER_QUOTA)
def opening_template() -> Response:
    """Hand out an empty table."""
    heads = [rules.heading_of(column, OPENING_COLUMNS) for column in OPENING_COLUMNS]
    return csv_file("openings.csv", heads, [])


@pages.get("/staff/coins/openings/<int:opening_id>")
@require(Permission.LEDGER_QUOTA)
def opening(opening_id: int) -> str:
    """Show one with its lines."""
    return _page(opening_id)


@pages.post("/staff/coins/openings/<int:opening_id>")
@require(Permission.LEDGER_QUOTA)
def opening_decide(opening_id: int) -> ResponseReturnValue:
    """Sign as the second person, or refuse."""
    agree = yes_or_no(DecideForm().agree)
    if agree is None:
        return _page(opening_id, _("请选同意还是不同意。")), WRONG
    try:
        with transaction() as work:
            service.decide_opening(work, opening_id, agree=agree, by=current_actor())
            if agree:
                work.later(jobs.post_openings, opening_id=opening_id)
    except (Conflict, NotAllowed) as refusal:
        return _page(opening_id, full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("签好了，正在记账。") if agree else _("没有记账。"))
    return redirect(url_for("points.opening", opening_id=opening_id), HTTPStatus.SEE_OTHER)


def _page(opening_id: int, error: str = "") -> str:
    by = current_actor()
    after = request.args.get("after", 0, type=row_number)
    found = queries.opening_detail(db.session(), opening_id, by=by, after=after)
    return render_template(
        "points/opening.html",
        found=found,
        one=found.one,
        waits=found.one.state is OpeningState.WAITING,
        mine=found.one.asked_by == by.id,
        may_undo=by.may(Permission.LEDGER_REVERSE)
        and found.one.state in {OpeningState.POSTING, OpeningState.POSTED},
        error=error,
    )
