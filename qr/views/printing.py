"""Orders to print: asked for, watched while they are printed, and fetched."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from flask import Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal, Unavailable
from kernel.permissions import Permission
from kernel.web import current_actor, limiter, row_number, show_in
from kernel.work import parts, transaction
from people import queries as people
from qr import queries, rules, service
from qr.errors import NoSuchOrder
from qr.forms import PrintForm
from qr.models import PrintOrder
from qr.rules import Format, OrderState, Size
from qr.views.blueprint import pages
from qr.views.register import LEVELS
from qr.views.zipped import zipped

ORDER: Final = "/staff/codes/orders/<int:order_id>"
PAPER: Final = {Format.PLATE: "paper-plate.css", Format.POSTER_A3: "paper-a3.css"}
STATES: Final = {
    OrderState.PRINTING: "正在印",
    OrderState.READY: "印好了，可以下载",
    OrderState.FAILED: "没有印成",
    OrderState.EXPIRED: "文件过期了",
}


@pages.route("/staff/codes/orders", methods=["GET", "POST"])
@require(Permission.QR_PRINT)
def print_orders() -> ResponseReturnValue:
    """List what was printed; say how much an order would be, and order it once that was read."""
    form = PrintForm()
    if request.method == "GET" or request.form.get("do") == "back":
        return _orders(form)
    if not form.validate():
        return _orders(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted, by = form.wanted(), current_actor()
    try:
        size = queries.order_size(db.session(), wanted, by=by)
        if not _has_read(size):
            return _confirm(size, wanted.area_code, form=form)
        with transaction() as work:
            order = service.order_pieces(work, wanted, by=by).id
    except Refusal as refusal:
        return _orders(form, show_in(form, refusal))
    return redirect(url_for("qr.print_order", order_id=order), code=HTTPStatus.SEE_OTHER)


@pages.get(ORDER)
@require(Permission.QR_PRINT)
def print_order(order_id: int) -> ResponseReturnValue:
    """Show how far an order is, and its files."""
    order = queries.order_detail(db.session(), order_id, by=current_actor())
    return render_template(
        "qr/order.html",
        order=order,
        state=order.state.value,
        waits=not order.done,
        views=0 if order.form is Format.CARDS else _views(order),
        files=queries.order_files(db.session(), order_id),
        name=rules.FORMAT_NAMES[order.form],
        path=people.path_of(db.session(), order.area_code),
        cards=order.form is Format.CARDS,
    )


@pages.post(f"{ORDER}/again")
@require(Permission.QR_PRINT)
def print_again(order_id: int) -> ResponseReturnValue:
    """Order the same pieces once more, after it was read how many that are by now."""
    by = current_actor()
    old = queries.order_detail(db.session(), order_id, by=by)
    size = queries.again_size(db.session(), old)
    if not _has_read(size):
        return _confirm(size, old.area_code, again=order_id)
    with transaction() as work:
        again = service.order_again(work, order_id, by=by).id
    return redirect(url_for("qr.print_order", order_id=again), code=HTTPStatus.SEE_OTHER)


@pages.get(f"{ORDER}/<int:number>.pdf")
@require(Permission.QR_PRINT)
def print_file(order_id: int, number: int) -> ResponseReturnValue:
    """Hand out one file."""
    order = _fetched(order_id)
    found = [one for one in queries.order_files(db.session(), order_id) if one.number == number]
    if not found:
        raise NoSuchOrder("没有这个文件，可能已经过期了。")
    try:
        content = service.read_file(parts().store, found[0].stored, form=order.form)
    except OSError as error:
        raise Unavailable("文件暂时取不到，请过一会儿再试。") from error
    return _download([content], _name(order, number), "application/pdf")


@pages.get(f"{ORDER}/pages/<int:view>")
@require(Permission.QR_PRINT)
@limiter.limit("30 per minute")
def print_view(order_id: int, view: int) -> ResponseReturnValue:
    """Show some sheets of a finished order as they are printed, for the browser's own printer."""
    order = queries.order_detail(db.session(), order_id, by=current_actor())
    drawn = service.draw_view(db.session(), parts().settings, order, view)
    return render_template(
        "qr/paper.html",
        order=order,
        sheets=drawn,
        view=view,
        views=_views(order),
        paper=PAPER.get(order.form, "paper-a4.css"),
    )


@pages.get(f"{ORDER}.zip")
@require(Permission.QR_PRINT)
def print_files(order_id: int) -> ResponseReturnValue:
    """Hand out all files of an order, one after the other, so that they are never held at once."""
    order = _fetched(order_id)
    names = [(one.number, one.stored) for one in queries.order_files(db.session(), order_id)]
    if order.state is not OrderState.READY or not names:
        raise NoSuchOrder("还没有印好，或者文件已经过期了。")
    store, form = parts().store, order.form
    members = (
        (_name(order, number), service.read_file(store, stored, form=form))
        for number, stored in names
    )
    archive = f"codes-{order.id}.zip"
    return _download(stream_with_context(zipped(members)), archive, "application/zip")


def _orders(form: PrintForm, status: HTTPStatus = HTTPStatus.OK) -> ResponseReturnValue:
    by = current_actor()
    before = request.args.get("before", type=row_number)
    orders = queries.order_page(db.session(), by=by, before=before)
    more = ""
    if len(orders) == queries.ORDER_PAGE:
        more = url_for("qr.print_orders", before=orders[-1].id)
    page = render_template(
        "qr/orders.html",
        form=form,
        places=people.places_for(db.session(), Permission.QR_PRINT, by=by, levels=LEVELS),
        orders=orders,
        more=more,
        paths=people.paths_of(db.session(), [one.area_code for one in orders]),
        formats=rules.FORMAT_NAMES,
        said=_said,
    )
    return page, status


def _confirm(
    size: Size, area_code: str, *, form: PrintForm | None = None, again: int | None = None
) -> ResponseReturnValue:
    return render_template(
        "qr/order_confirm.html",
        size=size,
        form=form,
        again=again,
        path=people.path_of(db.session(), area_code),
        name=rules.FORMAT_NAMES[size.form],
        cards=size.form is Format.CARDS,
        sample=not rules.is_final(parts().settings.public_url),
        changed="count" in request.form,
    )


def _has_read(size: Size) -> bool:
    """Whether whoever asks was told how much it is, and it still is so much."""
    return request.form.get("count") == str(size.pieces)


def _said(order: PrintOrder) -> str:
    waits = order.state is OrderState.PRINTING and not order.done
    return "正在排队" if waits else STATES[order.state]


def _views(order: PrintOrder) -> int:
    """Return how many pages of the browser an order takes."""
    return -(-order.pieces // rules.LAYOUTS[order.form].per_view)


def _fetched(order_id: int) -> PrintOrder:
    """Return an order whose files somebody takes away; for cards that stands in the log."""
    order = queries.order_detail(db.session(), order_id, by=current_actor())
    if order.form is Format.CARDS:
        with transaction() as work:
            service.note_fetched(work, order, by=current_actor())
    return order


def _name(order: PrintOrder, number: int) -> str:
    return f"codes-{order.id}-{number + 1}.pdf"


def _download(content: Iterable[bytes], name: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response
