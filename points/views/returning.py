"""退回: coins that a claim was paid wrongly are taken back by two."""

from http import HTTPStatus
from typing import Final

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor
from points import service
from points.forms import DecideForm, yes_or_no
from points.views.blueprint import pages
from points.views.desk import claim_page
from points.views.undoing import attempt

ONE: Final = "/staff/claims/<int:claim_id>/undo"


@pages.post(ONE)
@require(Permission.LEDGER_REVERSE)
def return_propose(claim_id: int) -> ResponseReturnValue:
    """Propose that a claim's coins are taken back."""
    reason = text(DecideForm().reason)
    return attempt(
        lambda work: service.propose_return(work, claim_id, reason=reason, by=current_actor()),
        lambda said: claim_page(claim_id, undo_error=said, typed=reason),
        _("提好了，等另一个人签。"),
        ("points.claim", {"claim_id": claim_id}),
    )


@pages.post(f"{ONE}/<int:undo_id>")
@require(Permission.LEDGER_REVERSE)
def return_decide(claim_id: int, undo_id: int) -> ResponseReturnValue:
    """Sign as the second person, or say why not."""
    form = DecideForm()
    agree, reason = yes_or_no(form.agree), text(form.reason)
    if agree is None:
        said = _("请选同意还是不同意。")
        page = claim_page(claim_id, undo_error=said, typed=reason)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    return attempt(
        lambda work: service.decide_undo(
            work, undo_id, agree=agree, reason=reason, by=current_actor()
        ),
        lambda said: claim_page(claim_id, undo_error=said, typed=reason),
        _("签好了，币退回了。") if agree else _("没有同意，币没有动。"),
        ("points.claim", {"claim_id": claim_id}),
    )


@pages.post(f"{ONE}/<int:undo_id>/withdraw")
@require(Permission.LEDGER_REVERSE)
def return_withdraw(claim_id: int, undo_id: int) -> ResponseReturnValue:
    """Take back one's own proposal."""
    return attempt(
        lambda work: service.withdraw_undo(work, undo_id, by=current_actor()),
        lambda said: claim_page(claim_id, undo_error=said),
        _("撤回了，币没有动。"),
        ("points.claim", {"claim_id": claim_id}),
    )
