"""The counter and the telephone (代录): what somebody says is written down for them."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from citizen import queries, rules, service
from citizen.errors import NoSuchReceipt
from citizen.forms import CounterForm
from citizen.queries import Line
from citizen.rules import Channel, Place, Said
from citizen.views import access
from citizen.views.blueprint import pages
from grid import queries as grid
from grid.queries.pages import places
from grid.rules import CATALOGUE
from kernel.access import Actor, require
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import cleaned, text
from kernel.permissions import Permission
from kernel.web import current_actor, sentence_of
from kernel.web.pages import status_of
from kernel.web.show import called, when
from kernel.work import parts, transaction
from people.errors import BadField
from people.queries import find_area, path_of, paths_of, reaches, villages
from people.rules import Level
from qr.rules import read_spot_number

LEVELS_CHOSEN = (Level.TOWN, Level.VILLAGE, Level.GRID)
Shown = dict[str, object]


@pages.route("/staff/counter", methods=["GET", "POST"])
@require(Permission.CASE_REPORT_FOR)
def counter() -> ResponseReturnValue:
    """Write down what is said; say it back; then take it.  Enter is enough for each."""
    by, form = current_actor(), CounterForm()
    if request.method == "GET":
        return _form_page(_fresh(by), by=by)
    step = text(form.step)
    if step == "edit":
        return _form_page(form, by=by)
    place, said = _place(form), form.said(bare=step == "bare")
    if place is None or said is None:
        return _form_page(form, by=by), HTTPStatus.UNPROCESSABLE_ENTITY
    if step not in {"send", "bare"}:
        return _say_back(form, place, said, by=by)
    try:
        with transaction() as work:
            report = service.take_down(work, said, place, channel=form.came(), by=by)
            number = report.number
    except Refusal as refusal:
        return _form_page(form, by=by, trouble=sentence_of(refusal)), status_of(refusal)
    url = url_for("citizen.counter_receipt", number=rules.printed(number))
    return redirect(url, HTTPStatus.SEE_OTHER)


@pages.post("/staff/counter/find")
@require(Permission.CASE_REPORT_FOR)
def find() -> ResponseReturnValue:
    """Look a report up by its number or by the caller's; either leaves a line in the log.

    Posted, so that no telephone number stands in an address.
    """
    by, typed = current_actor(), cleaned(request.form.get("q", ""))[:60]
    try:
        if rules.read_number(typed) and not _is_telephone(typed):
            report = access.find(typed)
            with transaction() as work:
                service.note_look(work, report, by=by)
            number = rules.printed(report.number)
            url = url_for("citizen.counter_receipt", number=number)
            return redirect(url, HTTPStatus.SEE_OTHER)
        with transaction() as work:
            index = service.look_up(work, typed, by=by)
    except (BadField, NoSuchReceipt) as refusal:
        missing = _("没有这个回执号，再核对一下")
        wrong = missing if isinstance(refusal, NoSuchReceipt) else _not_a_number(typed)
        page = _form_page(_fresh(by), by=by, asked=typed, wrong=wrong)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    found = queries.of_caller(db.session(), index, by=by)
    return render_template("citizen/counter_found.html", lines=_lines(found), asked=typed)


@pages.get("/staff/counter/spot")
@require(Permission.CASE_REPORT_FOR)
def spot() -> ResponseReturnValue:
    """Name the place with a spot number, for the page's own script."""
    number = read_spot_number(cleaned(request.args.get("number", ""))[:60])
    area = _known_area(cleaned(request.args.get("area", ""))[:20])
    found = () if number is None else queries.hanging(db.session(), number, near=area)
    if not found:
        missing = "" if number is None else _("没有 %(number)s 号点位", number=number)
        return jsonify(name=missing, known=False)
    return jsonify(name=_where(found[0]), known=True)


def _form_page(
    form: CounterForm, *, by: Actor, trouble: str = "", asked: str = "", wrong: str = ""
) -> str:
    mine, others = _areas(by)
    return render_template(
        "citizen/counter.html",
        form=form,
        trouble=trouble,
        asked=asked,
        wrong=wrong,
        mine=mine,
        others=others,
        tiles=[(tile.code, _(tile.label)) for tile in CATALOGUE.tiles.values()],
        channels=[(one.value, _(one.label)) for one in Channel],
        lines=_lines(queries.taken_by(db.session(), by=by)),
        patrols=by.may(Permission.CASE_PATROL),
    )


def _say_back(form: CounterForm, place: Place, said: Said, *, by: Actor) -> str:
    tile = CATALOGUE.tiles.get(said.tile or "")
    responsible = grid.responsible_for(db.session(), place.area_code)
    return render_template(
        "citizen/counter_check.html",
        form=form,
        where=_where(place),
        responsible=called(responsible.name),
        outside=not reaches(by, Permission.CASE_REPORT_FOR, place.area_code),
        said=said,
        tile=_(tile.label) if tile else "",
        call_first=CATALOGUE.call_first(None, tile.code) if tile else (),
        channel=_(form.came().label),
    )


def _fresh(by: Actor) -> CounterForm:
    form = CounterForm(formdata=None)
    form.submission_key.data = parts().chance.token()
    form.channel.data = queries.last_channel(db.session(), by=by) or Channel.PHONE
    return form


def _place(form: CounterForm) -> Place | None:
    """Return where it is: what hangs at a number, else the words in the chosen area."""
    typed = text(form.place)
    area = _known_area(text(form.area))
    if not area:
        form.blame("area", _("请选是哪个村、社区"))
        return None
    number = read_spot_number(typed)
    if number is not None:
        found = queries.hanging(db.session(), number, near=area)
        if not found:
            said = _("没有 %(number)s 号点位，请再问一遍。是门牌就写成“1203室”", number=number)
            form.blame("place", said)
        return found[0] if found else None
    if not typed:
        form.blame("place", _("请写点位号，或者写在哪里"))
    elif len(typed) > rules.LONGEST_PLACE:
        form.blame("place", _("最多写 %(most)s 个字", most=rules.LONGEST_PLACE))
    return None if form.errors else Place(area_code=area, name=" ".join(typed.split()))


def _known_area(code: str) -> str:
    area = find_area(db.session(), code)
    return "" if area is None else area.code


def _areas(by: Actor) -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
    """Return the helper's own areas, and every other village: it is passed on to them."""
    session = db.session()
    own = places(session, Permission.CASE_REPORT_FOR, *LEVELS_CHOSEN, by=by)
    paths = paths_of(session, [one.code for one in own])
    mine = [(one.code, paths.get(one.code, one.name)) for one in own]
    known = {code for code, _name in mine}
    return mine, [village for village in villages(session) if village[0] not in known]


def _where(place: Place) -> str:
    path = path_of(db.session(), place.area_code)
    return " · ".join(dict.fromkeys(filter(None, (path, place.name))))


def _lines(found: Sequence[Line]) -> list[Shown]:
    return [
        {
            "number": rules.printed(line.number),
            "url": url_for("citizen.counter_receipt", number=rules.printed(line.number)),
            "place": line.place,
            "when": when(line.said_at),
            "state": _(line.staff_headline),
        }
        for line in found
    ]


def _is_telephone(typed: str) -> bool:
    """Whether a number of nothing but digits is a telephone's: one that begins with 0."""
    digits = "".join(filter(str.isdigit, typed))
    return typed.startswith("0") and digits == rules.read_number(typed)


def _not_a_number(typed: str) -> str:
    if not typed:
        return str(_("请写回执号，或者来电人的电话"))
    return str(_("这不像回执号，也不像电话，再核对一下"))
