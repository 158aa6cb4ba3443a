"""Where people sign in at an activity: what the code on its screen opens."""

from http import HTTPStatus
from typing import Final

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kernel.access import public
from kernel.db import db
from kernel.errors import TooMany
from kernel.forms import text
from kernel.web import (
    Memory,
    count_miss,
    count_sent,
    sentence_of,
    shown_as,
)
from kernel.work import parts, transaction
from people import queries as people
from people.errors import BadField
from people.rules import Level
from qr import queries, rules, service
from qr.errors import BadActivity, NotNow
from qr.forms import AttendForm
from qr.queries import ActivityLine, Scanned
from qr.rules import CodeKind, Seen, activities, rotating
from qr.service import Attended, Attender
from qr.views.blueprint import pages

TOO_MANY: Final = "这一小时从这里签到的太多了，请过一会儿再扫，或者请工作人员帮您签。"
LONGEST_DEVICE: Final = 40
_WAYS: Final = {"methods": ["GET", "POST"], "strict_slashes": False}


def _read_device(kept: str) -> str | None:
    return kept if kept and len(kept) <= LONGEST_DEVICE else None


# By which the same name on the same phone is known again; it names nobody.
PHONES: Final = Memory("attends", most=1, read_number=_read_device, of_receipts=False)


# As the printed links: whether they kept their capitals or not, in place.
@pages.route("/s/<token>/<moving>", **_WAYS)
@pages.route("/S/<token>/<moving>", **_WAYS)
@public
def attend(token: str, moving: str) -> ResponseReturnValue:
    """Let who scanned the screen in time sign in; others are told kindly to scan it again.

    What is sent counts by what its form carries: a name takes longer to write than the screen
    stands still.
    """
    scanned = queries.resolve(db.session(), token)
    if scanned.kind is not CodeKind.SIGN_IN:
        return redirect(url_for("qr.scan", token=token), code=HTTPStatus.SEE_OTHER)
    # Of the very code that was scanned: whatever took its place is another activity's.
    activity = queries.activity_at(db.session(), scanned.label_id or 0)
    closed = _why_not(activity)
    if activity is None or closed:
        return _says(activity, closed)
    if request.method == "POST":
        return _take(activity)
    key, now = rotating.key_of(parts().settings.secret_key), parts().clock.now()
    seen = rotating.look(key, activity.code_id, moving, now=now)
    if seen is Seen.WRONG:
        count_miss("moving")
    if seen is not Seen.NOW:
        return _says(activity, _("这个码过时了，屏幕上已经换了新的。请对着屏幕再扫一次。"))
    form = AttendForm(formdata=None)
    form.carry(rotating.make_entry(key, activity.code_id, parts().chance.token(), now=now))
    return _page(activity, form=form)


def without_screen(scanned: Scanned) -> ResponseReturnValue:
    """Say what the code of an activity is for; without the part that moves it signs nobody in."""
    activity = queries.activity_at(db.session(), scanned.label_id or 0)
    scan = _("要签到，请扫活动现场屏幕上的码，它每分钟换一次。要报事情，请扫墙上或路边的平安码。")
    page, _status = _says(activity, _why_not(activity) or scan)
    allowed = request.method in {"GET", "HEAD"}
    return page, HTTPStatus.OK if allowed else HTTPStatus.METHOD_NOT_ALLOWED


def _why_not(activity: ActivityLine | None) -> str:
    """Return why nobody can sign in now, or nothing where they can."""
    if activity is None:
        return str(_(activities.CALLED_OFF))
    why_not = activities.why_not(
        activity.starts_at,
        activity.ends_at,
        called_off=activity.state in rules.ENDED,
        now=parts().clock.now(),
    )
    return str(_(why_not)) if why_not else ""


def _take(activity: ActivityLine) -> ResponseReturnValue:
    form = AttendForm()
    if not form.validate():
        return _page(activity, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    device = next(iter(PHONES.numbers()), "") or parts().chance.token()
    who = Attender(
        person_id=current_user.actor.id if current_user.is_authenticated else None,
        name=text(form.name),
        phone=text(form.phone),
        device=device,
    )
    try:
        count_sent("attend", TOO_MANY, at=str(activity.code_id))
        with transaction() as work:
            if "out" in request.form and who.person_id is not None:
                left = service.sign_out(work, activity.code_id, form.entry(), who.person_id)
                return make_response(_page(activity, left=left))
            done = service.sign_in(work, activity.code_id, form.entry(), who)
            return _done(activity, done, device)
    except BadActivity as refusal:
        form.blame("name", sentence_of(refusal))
    except BadField as refusal:
        form.blame("phone", sentence_of(refusal))
    except (NotNow, TooMany) as refusal:
        return _page(activity, form=form, refused=sentence_of(refusal)), shown_as(refusal)
    return _page(activity, form=form), HTTPStatus.UNPROCESSABLE_ENTITY


def _done(activity: ActivityLine, done: Attended, device: str) -> Response:
    """Say that it worked; of a sign-in that was there before not whose, for it may be another's."""
    response = make_response(_page(activity, done=done))
    PHONES.keep(response, device)
    return response


def _says(activity: ActivityLine | None, sentence: str) -> tuple[str, HTTPStatus]:
    return _page(activity, sentence=sentence), HTTPStatus.CONFLICT


def _page(activity: ActivityLine | None, **more: object) -> str:
    known = current_user.is_authenticated
    me, own = "", None
    if known:
        me = people.profile_of(db.session(), current_user.actor.id).name
        code_id = 0 if activity is None else activity.code_id
        own = queries.own_sign_in(db.session(), code_id, current_user.actor.id)
    path = "" if activity is None else _path(activity)
    return render_template(
        "qr/attend.html", activity=activity, path=path, me=me, known=known, own=own, **more
    )


def _path(activity: ActivityLine) -> str:
    return people.path_of(db.session(), activity.area_code, top=Level.VILLAGE)
