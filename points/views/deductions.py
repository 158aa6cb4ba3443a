"""扣币: staff give notice, look, decide; and decide appeals."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, NotAllowed, Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import Work, parts, transaction
from people import queries as people
from points import queries, service
from points.errors import NoSuchAppeal, Unsaid
from points.forms import CheckForm, DecideForm, NoticeForm, yes_or_no
from points.rules.deductions import CONFIRMS, JUDGES, TAKEN, AppealState, DeductionState
from points.rules.forbidden import FORBIDDEN
from points.views.blueprint import pages, today

ONE: Final = "/staff/deductions/<int:deduction_id>"


@pages.get("/staff/deductions")
@require(Permission.CLAIM_READ)
def deductions() -> str:
    """Show what was noticed and what came of it."""
    by = current_actor()
    return render_template(
        "points/deductions.html",
        lines=queries.deductions_listed(db.session(), by=by),
        may_notice=by.may(Permission.CLAIM_DEDUCT),
        may_appeals=by.may(Permission.CLAIM_APPEAL_DECIDE),
    )


@pages.route("/staff/deductions/new", methods=["GET", "POST"])
@require(Permission.CLAIM_DEDUCT)
def deduction_new() -> ResponseReturnValue:
    """Give somebody notice."""
    form, error, status = NoticeForm(), "", HTTPStatus.OK
    if request.method == "GET":
        form.key.data = parts().chance.token()
    else:
        try:
            with transaction() as work:
                made = service.notice(
                    work,
                    number=text(form.number),
                    name=text(form.name),
                    code=text(form.rule)[:3],
                    words=text(form.words),
                    key=text(form.key)[:64],
                    by=current_actor(),
                ).id
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("告知记下了，这一户登录看得到，也请当面说一声。"))
            return redirect(url_for("points.deduction", deduction_id=made), HTTPStatus.SEE_OTHER)
    table = queries.rules_in_force(db.session(), today())
    page = render_template(
        "points/deduction_new.html",
        form=form,
        rules=[
            (
                one.code,
                _("%(name)s（扣 %(coins)s 币）", name=_(one.name), coins=-one.coins),
            )
            for one in table.negative
            if one.active
        ],
        forbidden=FORBIDDEN,
        error=error,
    )
    return page, status


@pages.get(ONE)
@require(Permission.CLAIM_READ)
def deduction(deduction_id: int) -> ResponseReturnValue:
    """Show one, and what may be done now."""
    return _page(deduction_id)


@pages.post(f"{ONE}/check")
@require(Permission.CLAIM_DEDUCT)
def deduction_check(deduction_id: int) -> ResponseReturnValue:
    """Note what a look found."""
    form = CheckForm()
    mended = yes_or_no(form.mended)
    if mended is None:
        return _page(deduction_id, _("请选改好了还是没改。"), text(form.words)), WRONG
    return _do(
        deduction_id,
        form,
        lambda work: service.check(
            work,
            deduction_id,
            mended=mended,
            words=text(form.words),
            turn=form.seen,
            by=current_actor(),
        ),
    )


@pages.post(f"{ONE}/decide")
@require(Permission.CLAIM_SECOND_REVIEW)
def deduction_decide(deduction_id: int) -> ResponseReturnValue:
    """Decide as the second person."""
    form = CheckForm()
    agree = yes_or_no(form.agree)
    if agree is None:
        return _page(deduction_id, _("请选同意还是不同意。"), text(form.words)), WRONG
    return _do(
        deduction_id,
        form,
        lambda work: service.decide_deduction(
            work,
            deduction_id,
            agree=agree,
            reason=text(form.words),
            turn=form.seen,
            by=current_actor(),
        ),
    )


@pages.get("/staff/appeals")
@require(Permission.CLAIM_APPEAL_DECIDE)
def appeals() -> str:
    """Show appeals, what waits on top."""
    return _appeals()


@pages.post("/staff/appeals/<int:appeal_id>")
@require(Permission.CLAIM_APPEAL_DECIDE)
def appeal_decide(appeal_id: int) -> ResponseReturnValue:
    """Decide an appeal."""
    form = DecideForm()
    return _end_appeal(
        appeal_id,
        form,
        lambda work, agree: service.decide_appeal(
            work, appeal_id, uphold=agree, reason=text(form.reason), by=current_actor()
        ),
        _("请选成立还是不成立。"),
    )


@pages.post("/staff/appeals/<int:appeal_id>/confirm")
@require(Permission.CLAIM_APPEAL_DECIDE)
def appeal_confirm(appeal_id: int) -> ResponseReturnValue:
    """Sign as the second person what a judge upholds, or say why not."""
    form = DecideForm()
    return _end_appeal(
        appeal_id,
        form,
        lambda work, agree: service.confirm_appeal(
            work, appeal_id, agree=agree, reason=text(form.reason), by=current_actor()
        ),
        _("请选同意还是不同意。"),
    )


WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY


def _end_appeal(
    appeal_id: int, form: DecideForm, does: Callable[[Work, bool], object], unsaid: str
) -> ResponseReturnValue:
    typed, agree = {appeal_id: text(form.reason)}, yes_or_no(form.agree)
    if agree is None:
        shown = queries.appeals_listed(db.session(), by=current_actor())
        if appeal_id not in {one.appeal.id for one in shown}:
            raise NoSuchAppeal("没有这份申诉，或者它不归您定。")
        return _appeals(unsaid, typed), WRONG
    try:
        with transaction() as work:
            does(work, agree)
    except (Conflict, NotAllowed, Unsaid) as refusal:
        return _appeals(full_stop(sentence_of(refusal)), typed), shown_as(refusal)
    flash(_("定好了，申诉的人看得到。"))
    return redirect(url_for("points.appeals"), HTTPStatus.SEE_OTHER)


def _appeals(error: str = "", typed: dict[int, str] | None = None) -> str:
    by = current_actor()
    lines = queries.appeals_listed(db.session(), by=by)
    return render_template(
        "points/appeals.html",
        lines=lines,
        waiting=AppealState.WAITING,
        judged_state=AppealState.JUDGED,
        judged={level for level, role in JUDGES.items() if by.wears(role)},
        confirms={level for level, roles in CONFIRMS.items() if any(map(by.wears, roles))},
        me=by.id,
        today=today(),
        typed=typed or {},
        error=error,
    )


def _do(deduction_id: int, form: CheckForm, does: Callable[[Work], object]) -> ResponseReturnValue:
    try:
        with transaction() as work:
            does(work)
    except (Conflict, NotAllowed, Unsaid) as refusal:
        said = full_stop(sentence_of(refusal))
        return _page(deduction_id, said, text(form.words)), shown_as(refusal)
    flash(_("记下了。"))
    return redirect(url_for("points.deduction", deduction_id=deduction_id), HTTPStatus.SEE_OTHER)


def _page(deduction_id: int, error: str = "", words: str = "") -> str:
    by = current_actor()
    found = queries.deduction_detail(db.session(), deduction_id, by=by)
    one = found.one
    states = DeductionState
    looks = people.reaches(by, Permission.CLAIM_DEDUCT, one.area_code)
    second = people.reaches(by, Permission.CLAIM_SECOND_REVIEW, one.area_code)
    takes_back = one.state is states.DEDUCTED and found.rule.restorable
    return render_template(
        "points/deduction.html",
        found=found,
        one=one,
        over=today() > one.deadline,
        may_check=looks and (one.state in {states.NOTICED, states.UNMENDED} or takes_back),
        may_say_no=looks and one.state is states.NOTICED and today() > one.deadline,
        may_decide=second and one.state in {states.UNMENDED, states.MENDED_LATE},
        taken=one.state in TAKEN,
        error=error,
        words=words,
    )
