"""出库和盘点: what leaves the shelf otherwise than for coins, and what a count finds."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import NotFound, Refusal
from kernel.forms import text
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import Work, transaction
from shop import queries, service
from shop.forms import DecideForm, StockForm
from shop.views.blueprint import pages
from shop.views.stock import gift_page


@pages.post("/staff/shop/gifts/<int:gift_id>/out")
@require(Permission.STOCK_MOVE)
def take_out(gift_id: int) -> ResponseReturnValue:
    """Take pieces off the shelf that spoiled or go back."""
    wish = StockForm().wanted()
    return _do(
        gift_id,
        lambda work: service.take_out(work, gift_id, wish, by=current_actor()),
        _("记好了。"),
        "out",
    )


@pages.post("/staff/shop/gifts/<int:gift_id>/count")
@require(Permission.STOCK_COUNT)
def count(gift_id: int) -> ResponseReturnValue:
    """Write down how many are there."""
    wish = StockForm().wanted()
    return _do(
        gift_id,
        lambda work: service.count(work, gift_id, wish, by=current_actor()),
        _("记下了，请另一个人数一遍再签，签了才改账。"),
        "count",
    )


@pages.post("/staff/shop/counts/<int:move_id>")
@require(Permission.STOCK_COUNT)
def count_decide(move_id: int) -> ResponseReturnValue:
    """Sign a count as the second person, or take it back."""
    agree, by = text(DecideForm().agree), current_actor()
    gift_id = queries.counted_gift(db.session(), move_id, by=by)
    if agree == "yes":
        does, done = service.sign_count, _("签好了，账改过来了。")
    elif agree == "no":
        does, done = service.withdraw_count, _("撤回了，账没有动。")
    else:
        said = _("请选签字还是撤回。")
        return gift_page(gift_id, said, "sign"), HTTPStatus.UNPROCESSABLE_ENTITY
    return _do(gift_id, lambda work: does(work, move_id, by=by), done, "sign")


def _do(gift_id: int, does: Callable[[Work], object], done: str, wrong: str) -> ResponseReturnValue:
    try:
        with transaction() as work:
            does(work)
    except NotFound:
        raise
    except Refusal as refusal:
        return gift_page(gift_id, full_stop(sentence_of(refusal)), wrong), shown_as(refusal)
    flash(done)
    return redirect(url_for("shop.gift", gift_id=gift_id), HTTPStatus.SEE_OTHER)
