"""What a scanned code opens: the form, or a page that says what the code is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from citizen import queries, rules, service
from citizen.errors import NothingSaid, TooManyWords
from citizen.forms import ReportForm
from citizen.rules import Place, Position, Said
from citizen.views import access
from grid import queries as grid
from grid.rules import CATALOGUE
from kernel.db import db
from kernel.errors import TooMany
from kernel.forms import text
from kernel.media import MediaRefused, NotASound, TooLong
from kernel.permissions import Permission
from kernel.web import answers_json, count_sent, current_actor_or_none, sentence_of
from kernel.web.show import called
from kernel.work import parts, transaction
from people.queries import desk_for, reaches, villages
from people.rules import Level, level_of
from qr.queries import Scanned
from qr.rules import CodeKind, Meaning, read_spot_number

BLANK: Final = ""
TOO_MANY: Final = (
    "这一小时从这里报的太多，这一件还没收下。您写的都还在，请过一会儿再发；急事请打电话。"
)


def report(scanned: Scanned) -> ResponseReturnValue:
    """Show the form of a known code, or take down what it says."""
    if request.method == "POST":
        return _take(scanned, lambda _form: _place(scanned))
    return _form_page(scanned, _fresh(_starts_at(scanned)))


def unknown(scanned: Scanned) -> ResponseReturnValue:
    """Show the form of a code nobody knows: it asks for the village.  Also take it down."""
    if request.method == "POST":
        return _take(scanned, _chosen)
    return _form_page(scanned, _fresh("elsewhere"))


def without_code() -> ResponseReturnValue:
    """Show the form to whoever has no code before them, or take it down."""
    return unknown(Scanned(meaning=Meaning.UNKNOWN))


def household(scanned: Scanned) -> ResponseReturnValue:
    """Say what a household's card is for, and let who holds one join the household."""
    title = _("这是一户人家的户码")
    if not service.is_card(scanned):
        return _only_says(title, _("这张户码已经作废了，请用新的，或者找村里。"))
    join = url_for("citizen.join_home", card=scanned.token)
    words = _("户码用来记绿币、换东西，请收好，不要给别人扫。要报事情，请扫墙上或路边的平安码。")
    return _only_says(title, words, join, _("我是这家的人，加入这一户"))


def desk(_scanned: Scanned) -> ResponseReturnValue:
    """Say what the code of an exchange desk is for."""
    return _only_says(
        _("这是绿币超市的兑换码"),
        _("开放日到柜台，请工作人员帮您办。要报事情，请扫墙上或路边的平安码。"),
    )


SCAN_TARGETS: Final[Mapping[CodeKind | None, Callable[[Scanned], ResponseReturnValue]]] = {
    None: unknown,
    CodeKind.OPEN: report,
    CodeKind.SPOT: report,
    CodeKind.PLACE: report,
    CodeKind.HOUSEHOLD: household,
    CodeKind.DESK: desk,
}


def _take(scanned: Scanned, place_of: Callable[[ReportForm], Place]) -> ResponseReturnValue:
    form = ReportForm()
    said = form.said(lang=str(get_locale() or "zh"))
    place = place_of(form)
    if said is None or form.errors:
        return _refused(scanned, form)
    try:
        _count(scanned)
        number = _submit(form, said, place)
    except (NothingSaid, TooManyWords) as refusal:
        form.blame("words", sentence_of(refusal))
    except MediaRefused as refusal:
        spoken = isinstance(refusal, (NotASound, TooLong)) or not form.photos.data
        form.blame("voice" if spoken else "photos", sentence_of(refusal))
    except TooMany as refusal:
        return _turned_away(scanned, form, sentence_of(refusal))
    else:
        return _taken(number)
    return _refused(scanned, form)


def _submit(form: ReportForm, said: Said, place: Place) -> str:
    files = form.attached()
    by = current_actor_or_none()
    is_staff = by is not None and bool(current_user.is_staff)
    with transaction() as work:
        report = service.submit_with_files(work, said, place, files, by=by, is_staff=is_staff)
        return report.number


def _taken(number: str) -> Response:
    """Answer with the way to the receipt, and let this phone see all of it."""
    shown = rules.printed(number)
    url = url_for("citizen.receipt", number=shown)
    if answers_json():
        # The secret goes along, because a phone may send the files when its cookie is long gone.
        secret = service.secret_of(number)
        upload = url_for("citizen.take_file", number=shown, k=secret)
        response = jsonify(number=shown, url=url, upload=upload)
        response.status_code = HTTPStatus.CREATED
    else:
        response = make_response(redirect(url, HTTPStatus.SEE_OTHER))
    access.remember(response, number)
    return response


def _refused(scanned: Scanned, form: ReportForm) -> ResponseReturnValue:
    """Show the form again with all that was typed and a sentence beside each wrong field."""
    if answers_json():
        message = _("还没有发出去，请看看标红的地方。")
        return jsonify(message=message, errors=form.errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return _form_page(scanned, form), HTTPStatus.UNPROCESSABLE_ENTITY


def _count(scanned: Scanned) -> None:
    """Count a report that is about to be taken.

    Raises:
        TooMany: there were too many from this address.
    """
    count_sent("report-here", TOO_MANY, at=scanned.token or BLANK)
    count_sent("report", TOO_MANY)


def _turned_away(scanned: Scanned, form: ReportForm, sentence: str) -> ResponseReturnValue:
    """Show the form again with all that was typed; a script keeps it and tries again by itself."""
    if answers_json():
        return jsonify(message=sentence, errors={}), HTTPStatus.TOO_MANY_REQUESTS
    form.form_errors = [sentence]
    return _form_page(scanned, form), HTTPStatus.TOO_MANY_REQUESTS


def _form_page(scanned: Scanned, form: ReportForm) -> str:
    known = scanned.kind is not None
    return render_template(
        "citizen/scan.html" if known else "citizen/unknown.html",
        page=_page(scanned),
        form=form,
        tiles=_tiles(),
        call_first=_call_first(),
        voice_max=rules.VOICE_SECONDS,
        photos_max=rules.MOST_PHOTOS,
        villages=() if known else villages(db.session()),
        staff=_for_staff(scanned) if known else None,
    )


def _for_staff(scanned: Scanned) -> dict[str, object] | None:
    """Return what a member of staff finds beside the form: open cases, and what to do with it."""
    by = current_actor_or_none()
    if by is None or not current_user.is_staff:
        return None
    counts = not scanned.replaced and not scanned.revoked
    hangs = counts and reaches(by, Permission.QR_HANG, scanned.area_code)
    found = grid.open_at(db.session(), scanned.code_id or 0, by=by, now=parts().clock.now())
    return {
        "cases": found.cards,
        "more": found.more,
        "code_id": scanned.code_id,
        "old": scanned.replaced,
        "hangs": hangs,
        "told": counts and not hangs,
    }


def _fresh(at: str) -> ReportForm:
    form = ReportForm()
    form.submission_key.data = parts().chance.token()
    form.agreed.data = rules.NOTICE_VERSION
    form.at.data = at
    return form


def _page(scanned: Scanned) -> dict[str, str | None]:
    if scanned.kind is None:
        blank = dict.fromkeys(
            ("place_name", "area_line", "responsible", "check_word", "token"), BLANK
        )
        no_code = "" if request.view_args else "1"
        return {**blank, "responsible_phone": None, "notice": None, "no_code": no_code}
    responsible = grid.responsible_for(db.session(), scanned.area_code)
    return {
        "place_name": scanned.place_name or scanned.area_name,
        "area_line": responsible.area_line,
        "responsible": called(responsible.name),
        "responsible_phone": responsible.phone,
        "check_word": BLANK if scanned.revoked else scanned.check_word,
        "notice": _notice(scanned),
        "token": scanned.token,
    }


def _notice(scanned: Scanned) -> str | None:
    if scanned.revoked:
        return str(_("这张码已经停用了。您报的事照样送到，请写清楚在哪里。"))
    if scanned.replaced:
        if scanned.spot_number:
            return str(
                _(
                    "这是旧牌子，已经换过新的了，点位号还是 %(number)s。您报的事照样送到。",
                    number=scanned.spot_number,
                )
            )
        return str(_("这是旧牌子，已经换过新的了。您报的事照样送到。"))
    return None


def _starts_at(scanned: Scanned) -> str:
    """Return what is ticked first: a leaflet of a whole town does not say where it is read."""
    wide = scanned.kind is CodeKind.OPEN and level_of(scanned.area_code) in {
        Level.DISTRICT,
        Level.TOWN,
    }
    return "elsewhere" if wide else "here"


def _place(scanned: Scanned) -> Place:
    hangs = scanned.lat is not None and scanned.lng is not None
    return Place(
        area_code=scanned.area_code,
        code_id=scanned.code_id,
        name=scanned.place_name or scanned.area_name,
        category=scanned.category,
        position=Position(lat=scanned.lat or 0.0, lng=scanned.lng or 0.0) if hangs else None,
    )


def _chosen(form: ReportForm) -> Place:
    """Return the place whose number was typed, else the desk of the village that was chosen."""
    typed, village = text(form.spot), text(form.village)
    desk = Place(area_code=desk_for(db.session(), village))
    if not typed:
        return desk
    number = read_spot_number(typed)
    near = desk.area_code if village == desk.area_code else ""
    found = () if number is None else queries.hanging(db.session(), number, near=near)
    if not found:
        form.blame("spot", _("没有这个点位号。再看一看，或者空着不填"))
    elif len(found) > 1:
        form.blame("village", _("好几个镇都有这个点位号，请选一下是哪个村"))
    else:
        more = filter(None, (found[0].name, text(form.where)))
        return replace(found[0], name=" · ".join(more)[: rules.LONGEST_PLACE])
    return desk


def _tiles() -> list[dict[str, str]]:
    return [
        {"code": tile.code, "label": _(tile.label), "hint": _(tile.hint)}
        for tile in CATALOGUE.tiles.values()
    ]


def _call_first() -> list[dict[str, object]]:
    """Return each number to ring first, with the tiles under which it shows."""
    found: dict[tuple[str, str], list[str]] = {}
    for tile in CATALOGUE.tiles:
        for call in CATALOGUE.call_first(None, tile):
            found.setdefault((call.tel, call.text), []).append(tile)
    return [{"tel": tel, "text": _(words), "tiles": tiles} for (tel, words), tiles in found.items()]


def _only_says(title: str, sentence: str, url: str = "", label: str = "") -> ResponseReturnValue:
    page = render_template(
        "citizen/done.html",
        title=title,
        sentence=sentence,
        back_url=url or url_for("citizen.track"),
        back_label=label or _("查进度"),
    )
    allowed = request.method in {"GET", "HEAD"}
    return page, HTTPStatus.OK if allowed else HTTPStatus.METHOD_NOT_ALLOWED
