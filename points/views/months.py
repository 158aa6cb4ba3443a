"""月结: the villages' months, looked through by two people, made public, and as files."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel import audit
from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, NotAllowed, Refusal
from kernel.forms import text
from kernel.grants import Role
from kernel.moments import to_minute
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import transaction
from kernel.workbook import as_xlsx
from points import queries, service
from points.errors import Unsaid
from points.forms import AnswerForm, ShowingForm, SignForm, whole
from points.models import Shows
from points.rules.expiry import last_day_of
from points.rules.months import COINS, HEADS, canonical
from points.service.months import HATS
from points.views.blueprint import pages, today
from points.views.own import KINDS, year_asked

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_PRINTED: Final = 5000
SHOWS: Final = {
    Shows.NAMES: "门牌，和中间打星的姓名",
    Shows.DOORS: "只有门牌，不写姓名",
    Shows.SUMS: "只有全村的合计",
}


@pages.get("/staff/months")
@require(Permission.LEDGER_READ)
def months() -> str:
    """Show the villages' months."""
    page = whole(request.args.get("page", "1"), 1)
    lines, more = queries.months_listed(db.session(), by=current_actor(), page=page)
    return render_template(
        "points/months.html",
        lines=lines,
        more=url_for("points.months", page=page + 1) if more else "",
    )


@pages.get("/staff/households/<int:household_id>/coins")
@require(Permission.LEDGER_READ)
def household_book(household_id: int) -> str:
    """Show a household's book of a year, to print it for somebody without a phone; noted."""
    year = year_asked()
    with transaction() as work:
        by = current_actor()
        book = queries.household_passbook(
            work.session, household_id, by=by, year=year, today=today()
        )
        about = f"household:{household_id}"
        audit.note(work, by=by, action="coin.book-read", subject=about, detail=str(year))
        naming = queries.household_naming(work.session, household_id, by=by)
        return render_template(
            "points/household_book.html", book=book, kinds=KINDS, today=today(), naming=naming
        )


@pages.get("/staff/months/expiring")
@require(Permission.LEDGER_READ)
def expiring() -> str:
    """Show whose coins end with the year, whom no text could tell on top."""
    page = whole(request.args.get("page", "1"), 1)
    lines, more = queries.expiring_listed(
        db.session(), by=current_actor(), today=today(), page=page
    )
    return render_template(
        "points/expiring.html",
        lines=lines,
        last_day=last_day_of(today().year),
        more=url_for("points.expiring", page=page + 1) if more else "",
    )


@pages.get("/staff/months/<int:close_id>")
@require(Permission.LEDGER_READ)
def month(close_id: int) -> str:
    """Show a village's month."""
    return _page(close_id)


@pages.post("/staff/months/<int:close_id>/sign")
@require(Permission.LEDGER_MONTH_CLOSE)
def sign(close_id: int) -> ResponseReturnValue:
    """Say that one has looked through it."""
    remark = text(SignForm().remark)
    try:
        with transaction() as work:
            service.sign_month(work, close_id, remark=remark, by=current_actor())
    except (Unsaid, Conflict, NotAllowed) as refusal:
        return _refused(close_id, refusal, remark=remark)
    flash(_("核对好了。"))
    return redirect(url_for("points.month", close_id=close_id), HTTPStatus.SEE_OTHER)


@pages.post("/staff/months/<int:close_id>/publish")
@require(Permission.LEDGER_PUBLISH)
def publish(close_id: int) -> ResponseReturnValue:
    """Make it public."""
    try:
        with transaction() as work:
            service.publish_month(work, close_id, by=current_actor())
    except Conflict as refusal:
        return _refused(close_id, refusal)
    flash(_("公示了。"))
    return redirect(url_for("points.month", close_id=close_id), HTTPStatus.SEE_OTHER)


@pages.post("/staff/months/<int:close_id>/showing")
@require(Permission.LEDGER_PUBLISH)
def showing(close_id: int) -> ResponseReturnValue:
    """Choose how much the village shows of its months."""
    form = ShowingForm()
    chosen, named = text(form.shows), text(form.named) == "yes"
    if chosen not in set(Shows):
        return _page(close_id, error=_("请选公示多少。")), HTTPStatus.UNPROCESSABLE_ENTITY
    with transaction() as work:
        service.choose_showing(work, close_id, shows=Shows(chosen), named=named, by=current_actor())
    flash(_("定好了。"))
    return redirect(url_for("points.month", close_id=close_id), HTTPStatus.SEE_OTHER)


@pages.post("/staff/months/objections/<int:objection_id>")
@require(Permission.LEDGER_PUBLISH)
def answer_objection(objection_id: int) -> ResponseReturnValue:
    """Answer an objection."""
    words = text(AnswerForm().answer)
    by = current_actor()
    close_id = queries.close_of(db.session(), objection_id, by=by)
    try:
        with transaction() as work:
            service.answer_objection(work, objection_id, words=words, by=by)
    except (Unsaid, Conflict, NotAllowed) as refusal:
        return _refused(close_id, refusal, answer=words, answered=objection_id)
    flash(_("答复了。"))
    return redirect(url_for("points.month", close_id=close_id), HTTPStatus.SEE_OTHER)


KINDS_EARNED = ("hazards", "volunteering", "mediation", "other")
ON_PAPER = {
    "opening": COINS["opening"],
    "earned": "得币",
    **{name: head for name, head in COINS.items() if name not in {"opening", *KINDS_EARNED}},
}


@pages.get("/staff/months/<int:close_id>/print")
@require(Permission.LEDGER_READ)
def month_print(close_id: int) -> str:
    """Show a month for paper, with room for two names.

    What each household earned stands in one sum: paper hangs on a wall, and who reported a hazard
    is never told.
    """
    session, by = db.session(), current_actor()
    homes, _more = queries.month_homes(session, close_id, by=by, most=MOST_PRINTED)
    found = queries.month_detail(session, close_id, by=by)
    return render_template(
        "points/month_print.html",
        found=found,
        homes=[(one, _on_paper(one.coins)) for one in homes],
        sums=_on_paper(found.sums),
        columns=ON_PAPER,
        cut=to_minute(found.cut_at),
        signed={one.level.value: f"{one.who} {to_minute(one.at)}" for one in found.signed},
    )


def _on_paper(coins: Mapping[str, int]) -> dict[str, int]:
    return {**coins, "earned": sum(coins[name] for name in KINDS_EARNED)}


@pages.get("/staff/months/<int:close_id>/table.csv")
@require(Permission.LEDGER_READ)
def month_csv(close_id: int) -> Response:
    """Hand out the table whose fingerprint the page shows."""
    name, rows = _table(close_id, "csv")
    return file_of(canonical(rows), f"{name}.csv", "text/csv; charset=utf-8")


@pages.get("/staff/months/<int:close_id>/table.xlsx")
@require(Permission.LEDGER_READ)
def month_xlsx(close_id: int) -> Response:
    """Hand out the same table as a workbook."""
    name, rows = _table(close_id, "xlsx")
    return file_of(as_xlsx(name, HEADS, rows), f"{name}.xlsx", XLSX)


def _table(close_id: int, kind: str) -> tuple[str, Sequence[Sequence[object]]]:
    """Return a table's name and rows, and note who took it away."""
    with transaction() as work:
        by = current_actor()
        close, rows = queries.month_sheet(work.session, close_id, by=by)
        about, detail = f"area:{close.area_code}", f"{close.period}.{kind}"
        audit.note(work, by=by, action="coin.month-read", subject=about, detail=detail)
        return f"{close.period}-{close.area_code}", rows


def file_of(content: bytes, name: str, kind: str) -> Response:
    """Return an answer that is kept as the file *name*, by no cache."""
    answer = Response(content, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _refused(close_id: int, refusal: Refusal, **more: object) -> ResponseReturnValue:
    page = _page(close_id, error=full_stop(sentence_of(refusal)), **more)
    return page, shown_as(refusal)


def _page(close_id: int, **more: object) -> str:
    session, by = db.session(), current_actor()
    page = whole(request.args.get("page", "1"), 1)
    found = queries.month_detail(session, close_id, by=by)
    homes, follows = queries.month_homes(session, close_id, by=by, page=page)
    chosen, named = queries.showing_of(session, found.close.area_code)
    return render_template(
        "points/month.html",
        found=found,
        homes=homes,
        columns=COINS,
        objections=queries.objections_to(session, close_id),
        shown=[(one.value, _(label)) for one, label in SHOWS.items()],
        chosen=chosen.value,
        named=named,
        may_answer=by.wears(Role.TOWN_ADMIN),
        may_sign=found.waits_for is not None and by.wears(HATS[found.waits_for]),
        may_publish=by.may(Permission.LEDGER_PUBLISH),
        more=url_for("points.month", close_id=close_id, page=page + 1) if follows else "",
        **more,
    )
