"""Taking cases out: outside numbers, one case as text, the desk's list as a file."""

from collections.abc import Callable, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Final

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as later

from grid import queries, service
from grid.errors import NotYours
from grid.forms import DeskForm, TapForm, choice
from grid.forms.departments import CopyForm, ExternalForm, SystemsForm
from grid.queries import CaseDetail, Filters
from grid.queries.external import (
    MOST_EXPORTED,
    ExportLine,
    exported,
    numbers_of,
    systems_for,
)
from grid.queries.pages import case_named, places
from grid.rules import CATALOGUE, DEPARTMENTS
from grid.rules.copyout import BOM, row
from grid.views.beside import as_copied, beside
from grid.views.blueprint import now, pages
from grid.views.case import refuse, show
from grid.views.show import level, place
from grid.views.town import filters_of
from kernel.access import require
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.errors import Refusal
from kernel.forms import text
from kernel.moments import to_minute
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction
from people.rules import Level, is_code


@pages.route("/case/<number>/external", methods=["GET", "POST"])
@require(Permission.CASE_HANDLE)
def external(number: str) -> ResponseReturnValue:
    """Write down the number of a case in another system."""
    detail = _detail(number)
    if not beside(detail, current_actor()).may_number:
        raise NotYours(_("这件事现在不归您办。"))
    form = ExternalForm()
    systems = systems_for(db.session(), detail.card.area_code)
    form.system.choices = [choice(name, name) for name in systems]
    if request.method == "POST" and form.validate():
        try:
            with transaction() as work:
                service.set_number(
                    work,
                    detail.card.case_id,
                    by=current_actor(),
                    system=text(form.system),
                    number=text(form.number),
                )
        except Refusal as refusal:
            return _external(detail, form, refusal)
        flash(_("登记了。台账里用这个编号也能查到。"))
        return redirect(url_for("grid.case", number=number), code=303)
    return _external(detail, form)


@pages.post("/case/<number>/copy")
@require(Permission.CASE_CONTENT_READ)
def copy_out(number: str) -> ResponseReturnValue:
    """Show the case as text with who reported it; that is written down."""
    form, case_id = CopyForm(), case_named(db.session(), number)
    if not form.contact.data:
        return show(case_id)
    try:
        with transaction() as work:
            found = service.copy_contact(work, case_id, by=current_actor())
    except Refusal as refusal:
        return refuse(case_id, TapForm(), refusal)
    detail = _detail(number)
    more = ((_("上报人"), found.name or ""), (_("电话"), found.phone or ""))
    copied = as_copied(detail, numbers_of(db.session(), case_id), *more)
    return render_template("grid/copy.html", case=detail, text=copied)


@pages.post("/desk/export")
@require(Permission.CASE_READ)
def export() -> Response:
    """Hand out the desk's list as a file for a spreadsheet, piece by piece; it is written down."""
    by, form, moment = current_actor(), DeskForm(request.form), now()
    wanted = filters_of(form)
    area = wanted.area if is_code(wanted.area) else ""
    with transaction() as work:
        service.note_export(work, by=by, area=area, detail=_asked(wanted))
    lines = exported(db.session(), by=by, now=moment, filters=wanted)
    response = Response(stream_with_context(_csv(lines)), mimetype="text/csv")
    name = f"cases-{moment.astimezone(SHANGHAI):%Y%m%d-%H%M}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked(wanted: Filters) -> str:
    """Say how a list was narrowed, as the log has it: in Chinese, whoever asked.

    A number may be that of a case which whoever reads the log is kept away from.
    """
    category = CATALOGUE.categories.get(wanted.category)
    said = {
        "状态": wanted.state.label if wanted.state else "",
        "地方": wanted.area if is_code(wanted.area) else "",
        "紧急程度": wanted.urgency.label if wanted.urgency else "",
        "类目": category.name if category else "",
        "超时": "只看超时的" if wanted.overdue else "",
        "编号": "（不记）" if wanted.number else "",
    }
    return "；".join(f"{name}：{value}" for name, value in said.items() if value)


@pages.route("/systems", methods=["GET", "POST"])
@require(Permission.SYSTEM_AREA_EDIT)
def systems() -> ResponseReturnValue:
    """Say whose numbers a town writes down."""
    by, form = current_actor(), SystemsForm()
    towns = places(db.session(), Permission.SYSTEM_AREA_EDIT, Level.TOWN, Level.DISTRICT, by=by)
    form.area.choices = [choice(town.code, town.name) for town in towns]
    refusal, status = None, HTTPStatus.OK
    if request.method == "POST" and form.validate():
        names = [name.strip() for name in text(form.names).splitlines()]
        try:
            with transaction() as work:
                service.set_systems(work, text(form.area), by=by, names=names)
        except Refusal as caught:
            refusal, status = caught, shown_as(caught)
        else:
            flash(_("改好了。"))
            return redirect(url_for("grid.systems", area=text(form.area)), code=303)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif towns:
        asked = request.args.get("area", "")
        known = {town.code for town in towns}
        form.area.data = asked if asked in known else towns[-1].code
        form.names.data = "\n".join(systems_for(db.session(), form.area.data))
    sentence = full_stop(sentence_of(refusal)) if refusal else ""
    return render_template("grid/systems.html", form=form, sentence=sentence), status


def _detail(number: str) -> CaseDetail:
    case_id = case_named(db.session(), number)
    return queries.detail(db.session(), case_id, by=current_actor(), now=now())


def _external(
    detail: CaseDetail, form: ExternalForm, refusal: Refusal | None = None
) -> ResponseReturnValue:
    status = HTTPStatus.OK
    if refusal is not None:
        status = shown_as(refusal)
    elif form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    page = render_template(
        "grid/external.html",
        case=detail,
        level=level(detail.card),
        place=place(detail.card),
        form=form,
        sentence=full_stop(sentence_of(refusal)) if refusal else "",
    )
    return page, status


def _csv(lines: Iterator[ExportLine]) -> Iterator[str]:
    """Yield the file: a heading, then a row for each case; the last row says if that is not all."""
    yield BOM + row([str(_(name)) for name, _value in COLUMNS])
    count = 0
    for line in lines:
        count += 1
        yield row([str(value(line)) for _name, value in COLUMNS])
    if count == MOST_EXPORTED:
        yield row([_("只导出了前 %(n)s 件，请用筛选缩小范围。", n=MOST_EXPORTED)])


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else to_minute(moment)


def _unit(code: str) -> str:
    return DEPARTMENTS[code].name if code in DEPARTMENTS else code


# No words, no name, no number of whoever reported: what the desk's list shows, and times.
COLUMNS: Final[tuple[tuple[str, Callable[[ExportLine], object]], ...]] = (
    (later("编号"), lambda line: "-".join(line.card.number[at : at + 4] for at in (0, 4, 8))),
    (later("外部编号"), lambda line: "；".join(f"{name}:{no}" for name, no in line.numbers)),
    (later("事情"), lambda line: _(line.card.title)),
    (later("类目编码"), lambda line: f"C{line.category}" if line.category else ""),
    (later("紧急程度"), lambda line: _(line.card.urgency.label)),
    (later("状态"), lambda line: _(line.card.state.label)),
    (later("区域"), lambda line: line.card.area_line),
    (later("地点"), lambda line: line.card.place_name),
    (later("主办单位"), lambda line: _(_unit(line.department)) if line.department else ""),
    (later("谁在办"), lambda line: line.card.owner_name or ""),
    (later("几人报"), lambda line: line.card.reporters),
    (later("退回次数"), lambda line: line.card.returns),
    (later("重办次数"), lambda line: line.card.reopens),
    (later("上报时间"), lambda line: _moment(line.card.submitted_at)),
    (later("办结时限"), lambda line: _moment(line.card.close_by)),
    (later("办结时间"), lambda line: _moment(line.closed_at)),
    (later("结论"), lambda line: _(line.finding.label) if line.finding else ""),
)
