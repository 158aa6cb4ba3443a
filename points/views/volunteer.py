"""我是志愿者: what takes place, one activity, and what one signed up for."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import public, signed_in
from kernel.db import db
from kernel.errors import Conflict
from kernel.web import (
    current_actor,
    current_actor_or_none,
    full_stop,
    limiter,
    sentence_of,
    shown_as,
)
from kernel.work import parts, transaction
from points import queries, service
from points.views.blueprint import pages

OFTEN = "20 per minute"


@pages.get("/volunteer")
@public
def volunteer() -> str:
    """Show what is to come."""
    by, now = current_actor_or_none(), parts().clock.now()
    found = queries.activities_open(db.session(), now=now, person_id=None if by is None else by.id)
    return render_template("points/volunteer.html", cards=found, by=by)


@pages.get("/volunteer/<int:activity_id>")
@public
def volunteer_one(activity_id: int) -> ResponseReturnValue:
    """Show one activity."""
    return _page(activity_id)


@pages.post("/volunteer/<int:activity_id>/join")
@signed_in
@limiter.limit(OFTEN)
def volunteer_join(activity_id: int) -> ResponseReturnValue:
    """Sign up; twice is once."""
    try:
        with transaction() as work:
            service.sign_up(work, activity_id, by=current_actor())
    except Conflict as refusal:
        return _page(activity_id, error=full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("报上名了。到时候在现场扫屏幕上的码签到，走的时候再扫一次签退。"))
    return redirect(url_for("points.volunteer_one", activity_id=activity_id), HTTPStatus.SEE_OTHER)


@pages.post("/volunteer/<int:activity_id>/wait")
@signed_in
@limiter.limit(OFTEN)
def volunteer_wait(activity_id: int) -> ResponseReturnValue:
    """Stand in line for a full activity; twice is once."""
    try:
        with transaction() as work:
            service.wait_for(work, activity_id, by=current_actor())
    except Conflict as refusal:
        return _page(activity_id, error=full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("记下了。有人不来，先轮到排在前面的；轮到您，自动替您报上名，留了手机号的会收到短信。"))
    return redirect(url_for("points.volunteer_one", activity_id=activity_id), HTTPStatus.SEE_OTHER)


@pages.post("/volunteer/<int:activity_id>/leave")
@signed_in
def volunteer_leave(activity_id: int) -> ResponseReturnValue:
    """Take one's name back."""
    try:
        with transaction() as work:
            service.leave(work, activity_id, by=current_actor())
    except Conflict as refusal:
        return _page(activity_id, error=full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("名字去掉了。"))
    return redirect(url_for("points.volunteer_one", activity_id=activity_id), HTTPStatus.SEE_OTHER)


@pages.get("/me/volunteer")
@signed_in
def volunteer_mine() -> str:
    """Show what one signed up for, and where one took part."""
    by = current_actor()
    return render_template(
        "points/volunteer_mine.html",
        wishes=queries.own_wishes(db.session(), by.id, now=parts().clock.now()),
        lines=queries.own_lines(db.session(), by.id),
    )


def _page(activity_id: int, error: str = "") -> str:
    by, now = current_actor_or_none(), parts().clock.now()
    found = queries.activity_card(
        db.session(), activity_id, person_id=None if by is None else by.id
    )
    return render_template(
        "points/volunteer_one.html",
        card=found,
        one=found.activity,
        photos=[
            {"url": _photo(activity_id, one.id), "thumb": _photo(activity_id, one.id, 1)}
            | {"alt": _("活动的照片")}
            for one in queries.activity_photos(db.session(), found.activity)
            if one.is_ready
        ],
        by=by,
        begun=now >= found.activity.starts_at,
        over=now > found.activity.ends_at,
        error=error,
    )


def _photo(activity_id: int, attachment_id: int, thumb: int | None = None) -> str:
    return url_for(
        "points.volunteer_photo", activity_id=activity_id, attachment_id=attachment_id, thumb=thumb
    )
