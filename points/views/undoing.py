"""冲正: a line of balances from before that was wrong is undone by two."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, NotAllowed
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import Work, transaction
from points import queries, service
from points.errors import Unsaid
from points.forms import DecideForm, yes_or_no
from points.rules.undoing import UndoState
from points.views.blueprint import pages

ONE: Final = "/staff/coins/openings/<int:opening_id>/<int:line>"
WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY


@pages.get(ONE)
@require(Permission.LEDGER_REVERSE)
def opening_line(opening_id: int, line: int) -> str:
    """Show a line of a table, and what may be done about it."""
    return _page(opening_id, line)


@pages.post(f"{ONE}/undo")
@require(Permission.LEDGER_REVERSE)
def undo_propose(opening_id: int, line: int) -> ResponseReturnValue:
    """Propose that it is undone."""
    reason = text(DecideForm().reason)
    return _do(
        opening_id,
        line,
        lambda work: service.propose_undo(
            work, opening_id, line, reason=reason, by=current_actor()
        ),
        _("提好了，等另一个人签。"),
        reason,
    )


@pages.post(f"{ONE}/undo/<int:undo_id>")
@require(Permission.LEDGER_REVERSE)
def undo_decide(opening_id: int, line: int, undo_id: int) -> ResponseReturnValue:
    """Sign as the second person, or say why not."""
    form = DecideForm()
    agree, reason = yes_or_no(form.agree), text(form.reason)
    if agree is None:
        return _page(opening_id, line, _("请选同意还是不同意。"), reason), WRONG
    return _do(
        opening_id,
        line,
        lambda work: service.decide_undo(
            work, undo_id, agree=agree, reason=reason, by=current_actor()
        ),
        _("签好了，币冲回了。") if agree else _("没有同意，币没有动。"),
        reason,
    )


@pages.post(f"{ONE}/undo/<int:undo_id>/withdraw")
@require(Permission.LEDGER_REVERSE)
def undo_withdraw(opening_id: int, line: int, undo_id: int) -> ResponseReturnValue:
    """Take back one's own proposal."""
    return _do(
        opening_id,
        line,
        lambda work: service.withdraw_undo(work, undo_id, by=current_actor()),
        _("撤回了，币没有动。"),
    )


def attempt(
    does: Callable[[Work], object],
    page: Callable[[str], str],
    done: str,
    there: tuple[str, Mapping[str, int]],
) -> ResponseReturnValue:
    """Do something and go *there*; where it is refused show *page* with the sentence."""
    try:
        with transaction() as work:
            does(work)
    except (Conflict, NotAllowed, Unsaid) as refusal:
        return page(full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(done)
    endpoint, values = there
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)  # type: ignore[arg-type]


def _do(
    opening_id: int, line: int, does: Callable[[Work], object], done: str, typed: str = ""
) -> ResponseReturnValue:
    return attempt(
        does,
        lambda said: _page(opening_id, line, said, typed),
        done,
        ("points.opening_line", {"opening_id": opening_id, "line": line}),
    )


def _page(opening_id: int, line: int, error: str = "", typed: str = "") -> str:
    by = current_actor()
    found = queries.opening_line(db.session(), opening_id, line, by=by)
    waits = [one for one in found.undos if one.one.state is UndoState.PROPOSED]
    undone = any(one.one.state is UndoState.POSTED for one in found.undos)
    open_to = found.posting_id is not None and not waits and not undone
    return render_template(
        "points/opening_line.html",
        found=found,
        opening_id=opening_id,
        line=line,
        waits=waits[0].one if waits else None,
        undone=undone,
        mine=bool(waits) and waits[0].one.proposed_by == by.id,
        missing=max(0, found.row.coins - found.free),
        may_propose=open_to and service.may_propose_undo(found.area_code, by),
        error=error,
        typed=typed,
    )
