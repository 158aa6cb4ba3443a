"""我的家: whose household somebody belongs to, how they come in, and who looks after the place."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from citizen import service
from citizen.forms import JoinForm, OpenForm
from citizen.views.blueprint import pages
from kernel.access import public, signed_in
from kernel.db import db
from kernel.errors import NotFound, Refusal
from kernel.forms import text
from kernel.grants import Role
from kernel.web import (
    count_miss,
    current_actor,
    current_actor_or_none,
    full_stop,
    limiter,
    sentence_of,
    shown_as,
)
from kernel.work import parts, transaction
from people import queries as people
from people import rules as people_rules
from people import service as homes
from people.rules import JoinState, Level

OFTEN: Final = "20 per minute"
ROLES: Final[Mapping[Role, str]] = people_rules.ROLE_NAMES


@pages.get("/me/home")
@signed_in
def my_home() -> str:
    """Show one's household, or the three ways into one."""
    now, by = parts().clock.now(), current_actor()
    home = people.home_of(db.session(), by.id, now=now)
    asked = None if home else people.last_request(db.session(), by.id)
    waits = asked is not None and asked.state is JoinState.WAITING and asked.expires_at > now
    # Refused or never looked at is said alike: neither tells whether anybody lives there.
    failed = (
        asked is not None
        and not waits
        and asked.state
        in {
            JoinState.WAITING,
            JoinState.REFUSED,
            JoinState.EXPIRED,
        }
    )
    area = home.household.area_code if home else ""
    return render_template(
        "citizen/my_home.html",
        home=home,
        kinds=people_rules.KIND_NAMES,
        asked=asked,
        waits=waits,
        failed=failed,
        path=people.path_of(db.session(), area, top=Level.TOWN) if area else "",
    )


@pages.route("/me/home/join", methods=["GET", "POST"])
@signed_in
@limiter.limit(OFTEN, methods=["POST"])
def join_home() -> ResponseReturnValue:
    """Join with a card at once, or ask by the household's number."""
    form, by, error = JoinForm(), current_actor(), ""
    status = HTTPStatus.OK
    if request.method == "GET":
        form.card.data = request.args.get("card", "")[:40]
        form.name.data = people.profile_of(db.session(), by.id).name
    elif not text(form.card) and not text(form.number):
        error, status = _("户码和户号，写一样就行。"), HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        try:
            return _join(form)
        except NotFound as refusal:
            count_miss("household")
            error, status = full_stop(sentence_of(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
    return render_template("citizen/join_home.html", form=form, error=error), status


@pages.route("/me/home/open", methods=["GET", "POST"])
@signed_in
@limiter.limit(OFTEN, methods=["POST"])
def open_home() -> ResponseReturnValue:
    """Open a household of one: first the village, then where in it."""
    form, by, error, status = OpenForm(), current_actor(), "", HTTPStatus.OK
    village = text(form.area)[:12] or request.args.get("village", "")
    if request.method == "POST":
        try:
            with transaction() as work:
                homes.open_own_household(
                    work,
                    area_code=text(form.area),
                    address=text(form.address),
                    name=text(form.name),
                    by=by,
                )
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("开好了。"))
            return redirect(url_for("citizen.my_home"), HTTPStatus.SEE_OTHER)
    else:
        form.name.data = people.profile_of(db.session(), by.id).name
    page = render_template("citizen/open_home.html", form=form, error=error, **_places(village))
    return page, status


@pages.post("/me/home/requests/<int:request_id>")
@signed_in
def decide_request(request_id: int) -> ResponseReturnValue:
    """Say yes or no to somebody who wants to join, as the head."""
    approve = request.form.get("do") == "approve"
    with transaction() as work:
        homes.decide_joining(work, request_id, approve=approve, by=current_actor())
    flash(_("加好了。") if approve else _("没有同意。他看不到您家的任何信息。"))
    return _back()


@pages.post("/me/home/withdraw")
@signed_in
def withdraw_request() -> ResponseReturnValue:
    """Take back what one asked for."""
    with transaction() as work:
        homes.withdraw_joining(work, by=current_actor())
    flash(_("申请撤回了。"))
    return _back()


@pages.post("/me/home/members/<int:person_id>")
@signed_in
def change_home(person_id: int) -> ResponseReturnValue:
    """Hand the headship over to a member, or put out who does not belong here."""
    with transaction() as work:
        if request.form.get("do") == "head":
            homes.hand_over(work, person_id, by=current_actor())
        else:
            homes.put_out(work, person_id, by=current_actor())
    flash(_("改好了。"))
    return _back()


@pages.route("/me/home/leave", methods=["GET", "POST"])
@signed_in
def leave_home() -> ResponseReturnValue:
    """Ask whether somebody wants to leave, and let them."""
    home = people.home_of(db.session(), current_actor().id, now=parts().clock.now())
    if home is None:
        return _back()
    if request.method == "GET":
        return render_template("citizen/leave_home.html", home=home)
    with transaction() as work:
        homes.leave_household(work, by=current_actor())
    flash(_("您已经退出这一户。"))
    return _back()


@pages.get("/around")
@public
def around() -> str:
    """Say who looks after a village or a grid, to whoever asks; one's own home comes first."""
    code = request.args.get("grid") or request.args.get("village", "")
    actor = current_actor_or_none()
    if not code and actor is not None:
        home = people.home_of(db.session(), actor.id, now=parts().clock.now())
        code = home.household.area_code if home else ""
    area = people.find_area(db.session(), code)
    found = people.wardens(db.session(), code) if area else ()
    village = people_rules.at_level(code, Level.VILLAGE) if area else ""
    return render_template(
        "citizen/around.html",
        path=people.path_of(db.session(), code, top=Level.TOWN) if area else "",
        wardens=[
            (_(ROLES[one.role]) if one.role else _("值班室"), one.name, one.phone) for one in found
        ],
        code=code if area else "",
        **_places(village or ""),
    )


def _join(form: JoinForm) -> ResponseReturnValue:
    by, name = current_actor(), text(form.name)
    with transaction() as work:
        if text(form.card):
            card = text(form.card)
            service.join_with_card(work, card=_token(card), name=name, by=by)
        else:
            homes.ask_to_join(work, number=text(form.number), name=name, by=by)
    if text(form.card):
        flash(_("加好了，这就是您的家。"))
    else:
        flash(_("申请记下了。户号没写错的话，户主或村里看到会确认。"))
    return _back()


def _token(typed: str) -> str:
    """Return the token in what was typed or pasted: perhaps the whole address on the card."""
    return typed.rstrip("/").rpartition("/")[2]


def _places(village: str) -> dict[str, object]:
    """Return the villages, and the grids of the one that was chosen."""
    known = people.villages(db.session())
    chosen = village if village in dict(known) else ""
    grids = people.children(db.session(), chosen) if chosen else ()
    return {
        "villages": known,
        "village": chosen,
        "grids": [(grid.code, grid.name) for grid in grids],
    }


def _back() -> ResponseReturnValue:
    return redirect(url_for("citizen.my_home"), HTTPStatus.SEE_OTHER)
