"""Households for the staff of villages and towns: who lives where, and what changes."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, row_number, show_in
from kernel.work import parts, transaction
from people import queries, rules, service
from people.forms import DoorForm, HouseholdForm, HouseholdSearchForm, MemberForm, ReasonForm
from people.views.blueprint import pages

MEMBER = "/staff/households/<int:household_id>/members/<int:person_id>"
DOINGS = {
    "household.add": "登记",
    "household.edit": "改了资料",
    "household.member-add": "加了成员",
    "household.member-edit": "改了成员资料",
    "household.member-remove": "移出成员",
    "household.head": "换了户主",
    "household.split": "分出一户",
    "household.split-off": "从别的户分出来",
    "household.merge": "并进一户",
    "household.merged": "并到别的户",
    "household.move": "迁移",
    "household.close": "注销",
    "household.join-ask": "有人申请加入",
    "household.join-card": "有人凭户码加入",
    "household.join-approve": "同意加入",
    "household.join-refuse": "没有同意加入",
    "household.open-own": "本人开户",
    "household.leave": "有人退出",
    "household.put-out": "户主移出成员",
    "household.pin-set": "在柜台设了换礼密码",
    "household.pin-own": "家里人自己设了换礼密码",
    "household.pin-remove": "取消了换礼密码",
    "household.pin-wrong": "换礼密码输错了",
    "household.pin-blocked": "换礼密码错得太多，停用了",
    "household.pin-shut": "换礼密码停用着时来试",
    "household.code-used": "用了一次动态码",
    "household.code-again": "动态码用过了又来用",
}


@pages.get("/staff/households")
@require(Permission.HOUSEHOLD_READ)
def households() -> ResponseReturnValue:
    """List the households one may read, fifty at a time; without a question the first ones."""
    form, lines = HouseholdSearchForm(request.args), []
    status = HTTPStatus.OK
    wanted = queries.HouseholdFilter(
        number=text(form.number),
        address=text(form.address),
        person=text(form.person),
        area=text(form.area),
        after=request.args.get("after", 0, type=row_number),
    )
    if form.validate():
        try:
            lines = list(queries.household_page(db.session(), wanted, by=current_actor()))
        except Refusal as refusal:
            show_in(form, refusal)
    # Nothing but our own fields: url_for would take _scheme and the like from a stranger's link.
    kept: dict[str, Any] = {name: request.args[name] for name in request.args if name in form}
    more = ""
    if len(lines) == queries.HOUSEHOLD_PAGE:
        more = url_for("people.households", **kept, after=lines[-1].household_id)
    waiting: Sequence[queries.RequestLine] = ()
    if current_actor().may(Permission.HOUSEHOLD_JOIN_APPROVE):
        waiting = queries.join_requests(db.session(), by=current_actor(), now=parts().clock.now())
    page = render_template(
        "people/households.html",
        form=form,
        lines=lines,
        more=more,
        waiting=len(waiting),
        paths=queries.paths_of(db.session(), [line.area_code for line in lines]),
        kinds=rules.KIND_NAMES,
        may_edit=current_actor().may(Permission.HOUSEHOLD_EDIT),
        may_import=current_actor().may(Permission.HOUSEHOLD_IMPORT),
    )
    return page, status


@pages.route("/staff/households/new", methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_EDIT)
def add_household() -> ResponseReturnValue:
    """Write down a household and its head."""
    form, status = HouseholdForm(), HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with transaction() as work:
                home = service.add_household(
                    work, form.row(), head=form.first(), by=current_actor()
                )
                number = home.id
        except Refusal as refusal:
            status = show_in(form, refusal)
        else:
            flash(_("登记好了。"))
            return redirect(url_for("people.household", household_id=number), code=303)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    places = queries.places_for(db.session(), Permission.HOUSEHOLD_EDIT, by=current_actor())
    page = render_template("people/household_new.html", form=form, places=places)
    return page, status


@pages.get("/staff/households/<int:household_id>")
@require(Permission.HOUSEHOLD_READ)
def household(household_id: int) -> ResponseReturnValue:
    """Show a household with whole names; the look stands in the log."""
    return show_household(household_id)


@pages.post("/staff/households/<int:household_id>")
@require(Permission.HOUSEHOLD_EDIT)
def change_household(household_id: int) -> ResponseReturnValue:
    """Change what kind of household it is and where its door is."""
    form = DoorForm()
    if not form.validate():
        return show_household(household_id, HTTPStatus.UNPROCESSABLE_ENTITY, door=form)
    try:
        with transaction() as work:
            service.describe_household(
                work,
                household_id,
                kind=rules.HouseholdKind(form.kind.data),
                name=text(form.name),
                address=text(form.address),
                by=current_actor(),
            )
    except Refusal as refusal:
        return show_household(household_id, show_in(form, refusal), door=form)
    return back(household_id)


@pages.post("/staff/households/<int:household_id>/members")
@require(Permission.HOUSEHOLD_EDIT)
def add_member(household_id: int) -> ResponseReturnValue:
    """Write down that somebody lives there."""
    form = MemberForm()
    if not form.validate():
        return show_household(household_id, HTTPStatus.UNPROCESSABLE_ENTITY, member=form)
    try:
        with transaction() as work:
            service.add_member(work, household_id, form.row(), by=current_actor())
    except Refusal as refusal:
        return show_household(household_id, show_in(form, refusal), member=form)
    return back(household_id)


@pages.route(MEMBER, methods=["GET", "POST"])
@require(Permission.HOUSEHOLD_EDIT)
def member(household_id: int, person_id: int) -> ResponseReturnValue:
    """Change one member, make them the head, or take them out, as the button says."""
    found = queries.household_member(db.session(), household_id, person_id, by=current_actor())
    form, reason, status = MemberForm(), ReasonForm(), HTTPStatus.OK
    if request.method == "GET":
        form, reason = MemberForm(formdata=None, name=found.name), ReasonForm(formdata=None)
    else:
        does = request.form.get("do", "")
        asked = form if does == "edit" else reason
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if asked.validate():
            try:
                _change(household_id, person_id, does, form, text(reason.reason))
            except Refusal as refusal:
                status = show_in(asked, refusal)
            else:
                return back(household_id)
        if asked is reason:
            form = MemberForm(formdata=None, name=found.name)
    page = render_template(
        "people/member.html",
        household_id=household_id,
        member=found,
        form=form,
        reason=reason,
        errors={**form.errors, **reason.errors},
    )
    return page, status


def _change(household_id: int, person_id: int, does: str, form: MemberForm, reason: str) -> None:
    by = current_actor()
    with transaction() as work:
        if does == "edit":
            service.change_member(work, household_id, person_id, form.row(), by=by)
        elif does == "head":
            service.set_head(work, household_id, person_id, reason=reason, by=by)
        else:
            service.remove_member(work, household_id, person_id, reason=reason, by=by)


def show_household(
    household_id: int,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    door: DoorForm | None = None,
    member: MemberForm | None = None,
) -> ResponseReturnValue:
    """Show a household, with forms as they were sent if one of them could not be used."""
    by, after = current_actor(), request.args.get("after", 0, type=row_number)
    with transaction() as work:
        found = queries.household_detail(work.session, household_id, by=by, after=after)
        service.note_look(work, found.household, by=by)
        home = found.household
        filled = DoorForm(formdata=None, kind=home.kind.value, name=home.name, address=home.address)
        page = render_template(
            "people/household.html",
            home=home,
            found=found,
            path=queries.path_of(work.session, home.area_code, top=rules.Level.TOWN),
            kind=rules.KIND_NAMES[home.kind],
            door=door or filled,
            member=member or MemberForm(formdata=None),
            errors={**(door.errors if door else {}), **(member.errors if member else {})},
            doings=DOINGS,
            may={
                name: home.closed_at is None and queries.reaches(by, permission, home.area_code)
                for name, permission in (
                    ("edit", Permission.HOUSEHOLD_EDIT),
                    ("split", Permission.HOUSEHOLD_SPLIT),
                    ("merge", Permission.HOUSEHOLD_MERGE),
                    ("move", Permission.HOUSEHOLD_MOVE),
                    ("coins", Permission.LEDGER_READ),
                    ("pin", Permission.HOUSEHOLD_JOIN_APPROVE),
                )
            },
        )
    return page, status


def back(household_id: int) -> ResponseReturnValue:
    """Go back to the household and say that it is done."""
    flash(_("改好了。"))
    return redirect(url_for("people.household", household_id=household_id), code=303)
