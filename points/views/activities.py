"""Activities as whoever leads them keeps them: posted, changed, signed in for, confirmed."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import qr.rules
from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import Work, parts, transaction
from people import queries as people
from people.rules import Level
from points import queries, service
from points.errors import NobodyThere, NoSuchActivity, Unsaid
from points.forms import (
    ActivityForm,
    ReasonForm,
    RollForm,
    SheetForm,
    SomebodyForm,
    whole,
)
from points.rules.activities import ListKind, ListState
from points.rules.claims import ClaimState
from points.rules.table import Earner, RuleTable, Source
from points.views.blueprint import pages, today
from points.views.own import choices_of

ONE: Final = "/staff/volunteer/<int:activity_id>"
LEVELS: Final = (Level.TOWN, Level.VILLAGE, Level.GRID)


@pages.get("/staff/volunteer")
@require(Permission.ACTIVITY_PUBLISH)
def activities() -> str:
    """Show the activities one leads or may lead."""
    page = whole(request.args.get("page", "1"), 1)
    cards, more = queries.activities_led(db.session(), by=current_actor(), page=page)
    return render_template(
        "points/activities.html",
        cards=cards,
        now=parts().clock.now(),
        sheets=any(one.source is Source.EVALUATE for one in _table().in_force),
        more=url_for("points.activities", page=page + 1) if more else "",
    )


@pages.route("/staff/volunteer/new", methods=["GET", "POST"])
@require(Permission.ACTIVITY_PUBLISH)
def activity_new() -> ResponseReturnValue:
    """Post an activity, or a patrol of several weeks."""
    form, error, status = ActivityForm(), "", HTTPStatus.OK
    if form.is_submitted():
        try:
            with transaction() as work:
                posted = service.post_activity(work, form.wanted(), by=current_actor())
                first, count = posted[0].id, len(posted)
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(
                _("发布好了，一共 %(n)s 场。", n=count)
                if count > 1
                else _("发布好了，居民看得到了。")
            )
            return _back(first)
    places = _places()
    rules = choices_of(
        one
        for one in queries.rules_for(db.session(), today(), [code for code, _name in places])
        if one.source is Source.ACTIVITY and one.earner is Earner.ANYBODY
    )
    page = render_template(
        "points/activity_new.html", form=form, rules=rules, places=places, error=error
    )
    return page, status


@pages.route("/staff/volunteer/sheet", methods=["GET", "POST"])
@require(Permission.ACTIVITY_CONFIRM)
def activity_sheet() -> ResponseReturnValue:
    """Take a sheet of households that were found good."""
    form, error, status = SheetForm(), "", HTTPStatus.OK
    if form.is_submitted():
        try:
            with transaction() as work:
                made = service.file_evaluation(
                    work,
                    area_code=text(form.area)[:17],
                    name=text(form.name),
                    judges=text(form.judges),
                    numbers=text(form.numbers),
                    key=text(form.key)[:40],
                    by=current_actor(),
                ).id
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("名单交上去了，先由村里审，再由镇里审。"))
            return _back(made)
    else:
        form.key.data = parts().chance.token()
    page = render_template("points/activity_sheet.html", form=form, places=_places(), error=error)
    return page, status


@pages.get(ONE)
@require(Permission.ACTIVITY_PUBLISH)
def activity(activity_id: int) -> ResponseReturnValue:
    """Show one: who signed up, who came, and where its list stands."""
    return activity_page(activity_id)


@pages.route(f"{ONE}/edit", methods=["GET", "POST"])
@require(Permission.ACTIVITY_PUBLISH)
def activity_edit(activity_id: int) -> ResponseReturnValue:
    """Change what nobody has relied on yet."""
    found = queries.activity_led(db.session(), activity_id, by=current_actor()).activity
    if found.kind is not ListKind.ACTIVITY:
        raise NoSuchActivity("没有这场活动，或者它不归您管。")
    form, error, status = ActivityForm(), "", HTTPStatus.OK
    if form.is_submitted():
        try:
            with transaction() as work:
                service.edit_activity(
                    work,
                    activity_id,
                    words=text(form.words),
                    team=text(form.team),
                    capacity=whole(text(form.capacity), 0),
                    least_minutes=whole(text(form.least) or "0", -1),
                    by=current_actor(),
                )
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("改好了。"))
            return _back(activity_id)
    else:
        form.words.data, form.team.data = found.words, found.team
        form.capacity.data, form.least.data = str(found.capacity), str(found.least_minutes)
    page = render_template("points/activity_edit.html", form=form, one=found, error=error)
    return page, status


@pages.post(f"{ONE}/sign-up")
@require(Permission.ACTIVITY_SIGN_IN)
def activity_sign_up(activity_id: int) -> ResponseReturnValue:
    """Sign somebody up who has no phone."""
    form = SomebodyForm()
    return _somebody(
        activity_id,
        "up",
        form,
        lambda work: service.sign_up_for(
            work,
            activity_id,
            number=text(form.number),
            name=text(form.name),
            wait=bool(text(form.wait)),
            by=current_actor(),
        ),
    )


@pages.post(f"{ONE}/sign-in")
@require(Permission.ACTIVITY_SIGN_IN)
def activity_sign_in(activity_id: int) -> ResponseReturnValue:
    """Sign somebody in who has no phone, or out."""
    form = SomebodyForm()
    return _somebody(
        activity_id,
        "in",
        form,
        lambda work: service.sign_in_for(
            work,
            activity_id,
            number=text(form.number),
            name=text(form.name),
            out=bool(text(form.out)),
            by=current_actor(),
        ),
    )


@pages.post(f"{ONE}/call-off")
@require(Permission.ACTIVITY_PUBLISH)
def activity_call_off(activity_id: int) -> ResponseReturnValue:
    """Let it not take place."""
    form = ReasonForm()
    reason = text(form.reason)[:200]
    if not reason:
        return activity_page(activity_id, error=_("请写一句为什么不办了。")), WRONG
    try:
        with transaction() as work:
            service.call_off(work, activity_id, reason=reason, by=current_actor())
    except Refusal as refusal:
        return activity_page(activity_id, error=full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("取消了，谁都不能再报名、签到。"))
    return _back(activity_id)


@pages.route(f"{ONE}/roll", methods=["GET", "POST"])
@require(Permission.ACTIVITY_CONFIRM)
def activity_roll(activity_id: int) -> ResponseReturnValue:
    """Show the list with its names, which the log notes; confirm it once that was asked for."""
    if request.method == "GET":  # the page was read anew: nobody asked for the names
        return redirect(url_for("points.activity", activity_id=activity_id), HTTPStatus.SEE_OTHER)
    form = RollForm()
    if not text(form.yes):
        return _roll(activity_id, form)
    try:
        with transaction() as work:
            said = form.said(request.form)
            remark = text(form.remark)
            count = service.confirm_roll(work, activity_id, said, remark=remark, by=current_actor())
    except Conflict as refusal:
        return _roll(activity_id, form, full_stop(sentence_of(refusal))), shown_as(refusal)
    except Unsaid as refusal:
        return _roll(activity_id, form, full_stop(sentence_of(refusal))), WRONG
    flash(_("名单确认了，%(n)s 人等审核。", n=count))
    return _back(activity_id)


@pages.post(f"{ONE}/again")
@require(Permission.ACTIVITY_CONFIRM)
def activity_again(activity_id: int) -> ResponseReturnValue:
    """Answer a list that was sent back."""
    form = ReasonForm()
    try:
        with transaction() as work:
            service.send_in_again(work, activity_id, remark=text(form.reason), by=current_actor())
    except (Conflict, Unsaid) as refusal:
        return activity_page(activity_id, error=full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("补充好了，又在等审核。"))
    return _back(activity_id)


WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY


def _roll(activity_id: int, form: RollForm, error: str = "") -> str:
    with transaction() as work:
        found, present = service.read_roll(work, activity_id, by=current_actor())
        said = form.said(request.form)
        return render_template(
            "points/activity_roll.html",
            one=found,
            lines=[(one, said.get(one.person.id)) for one in present],
            form=form,
            hows=qr.rules.HOW_NAMES,
            error=error,
        )


def _somebody(
    activity_id: int, which: str, form: SomebodyForm, does: Callable[[Work], bool]
) -> ResponseReturnValue:
    try:
        with transaction() as work:
            fresh = does(work)
    except (Conflict, NobodyThere, Unsaid) as refusal:
        said = full_stop(sentence_of(refusal))
        return activity_page(activity_id, error=said, typed={which: form}), shown_as(refusal)
    flash(_("记下了。") if fresh else _("这个人已经记过了。"))
    return _back(activity_id)


def activity_page(
    activity_id: int, error: str = "", typed: dict[str, SomebodyForm] | None = None
) -> str:
    """Return the page of an activity that one leads."""
    by, now = current_actor(), parts().clock.now()
    found = queries.activity_led(db.session(), activity_id, by=by)
    one = found.activity
    standings = queries.standings_of(db.session(), activity_id, by=by)
    blank = SomebodyForm(formdata=None)
    around = qr.rules.activities.AROUND
    is_open = one.state is ListState.OPEN and not found.is_off
    return render_template(
        "points/activity.html",
        card=found,
        one=one,
        wishes=queries.wishes_of(db.session(), activity_id, by=by),
        line=queries.line_of(db.session(), activity_id, by=by),
        photos=queries.activity_photos(db.session(), one),
        most=service.MOST_PHOTOS,
        standings=standings,
        sent_back=any(
            row.claim is not None and row.claim.state is ClaimState.SENT_BACK for row in standings
        ),
        typed={"up": blank, "in": blank} | (typed or {}),
        error=error,
        may={
            "edit": is_open and now < one.starts_at,
            "in": is_open and now >= one.starts_at - around,
            "stop": is_open and now < one.ends_at,
            "confirm": is_open and now > one.ends_at + around,
            "screen": by.may(Permission.QR_READ) and is_open and now <= one.ends_at + around,
        },
    )


def _back(activity_id: int) -> ResponseReturnValue:
    return redirect(url_for("points.activity", activity_id=activity_id), HTTPStatus.SEE_OTHER)


def _table() -> RuleTable:
    return queries.rules_in_force(db.session(), today())


def _places() -> Sequence[tuple[str, str]]:
    by = current_actor()
    return people.places_for(db.session(), Permission.ACTIVITY_PUBLISH, by=by, levels=LEVELS)
