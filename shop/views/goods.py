"""进货: goods that came are written down by one and counted once more by another."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Conflict, NotAllowed, Refusal
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import Work, parts, transaction
from people.queries import reaches
from shop import queries, rules, service
from shop.errors import NoSuchShop
from shop.forms import GoodsForm
from shop.rules import Funding, GiverKind, Origin
from shop.views.blueprint import name_of, pages, today

ONE: Final = "/staff/shop/goods/<int:goods_id>"


@pages.get("/staff/shop/<village>/goods")
@require(Permission.STOCK_READ)
def goods(village: str) -> str:
    """Show what came to a village, what waits first."""
    by = current_actor()
    return render_template(
        "shop/goods.html",
        village=village,
        name=name_of(village, Permission.STOCK_READ),
        goods=queries.goods_listed(db.session(), village, by=by),
        yuan=rules.yuan,
        may_move=reaches(by, Permission.STOCK_MOVE, village),
    )


@pages.route("/staff/shop/<village>/goods/new", methods=["GET", "POST"])
@require(Permission.STOCK_MOVE)
def goods_new(village: str) -> ResponseReturnValue:
    """Write down what came."""
    name, form, error, status = name_of(village, Permission.STOCK_MOVE), GoodsForm(), "", 200
    if request.method == "GET":
        form.key.data = parts().chance.token()
    else:
        try:
            with transaction() as work:
                wanted = form.wanted(request.form)
                made = service.take_in(work, village, wanted, by=current_actor()).id
        except NoSuchShop:
            raise
        except Refusal as refusal:
            error, status = full_stop(sentence_of(refusal)), shown_as(refusal)
        else:
            flash(_("登记好了，请另一个人点收，点收了才入库。"))
            return redirect(url_for("shop.goods_one", goods_id=made), HTTPStatus.SEE_OTHER)
    by = current_actor()
    page = render_template(
        "shop/goods_new.html",
        form=form,
        village=village,
        name=name,
        gifts=[
            one.gift
            for one in queries.stock(db.session(), village, by=by, today=today())
            if one.gift.is_active
        ],
        typed=request.form,
        origins=[(one.value, _(one.label)) for one in Origin],
        givers=[(one.value, _(one.label)) for one in GiverKind],
        fundings=[(one.value, _(one.label)) for one in Funding],
        error=error,
    )
    return page, status


@pages.get(ONE)
@require(Permission.STOCK_READ)
def goods_one(goods_id: int) -> str:
    """Show goods that came, and what may be done."""
    return _page(goods_id)


@pages.post(f"{ONE}/confirm")
@require(Permission.STOCK_MOVE)
def goods_confirm(goods_id: int) -> ResponseReturnValue:
    """Say as the second person that it is all there."""
    return _do(
        goods_id,
        lambda work: service.confirm_goods(work, goods_id, by=current_actor()),
        _("点收好了，已经入库。"),
    )


@pages.post(f"{ONE}/withdraw")
@require(Permission.STOCK_MOVE)
def goods_withdraw(goods_id: int) -> ResponseReturnValue:
    """Take it back before it is on the shelf."""
    return _do(
        goods_id,
        lambda work: service.withdraw_goods(work, goods_id, by=current_actor()),
        _("撤回了，没有入库。"),
    )


@pages.post(f"{ONE}/unname")
@require(Permission.STOCK_MOVE)
def goods_unname(goods_id: int) -> ResponseReturnValue:
    """Take the name of a person away who no longer agrees."""
    return _do(
        goods_id,
        lambda work: service.unname(work, goods_id, by=current_actor()),
        _("改成不具名了。"),
    )


def _do(goods_id: int, does: Callable[[Work], object], done: str) -> ResponseReturnValue:
    try:
        with transaction() as work:
            does(work)
    except (Conflict, NotAllowed) as refusal:
        return _page(goods_id, full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(done)
    return redirect(url_for("shop.goods_one", goods_id=goods_id), HTTPStatus.SEE_OTHER)


def _page(goods_id: int, error: str = "") -> str:
    by = current_actor()
    found = queries.goods_detail(db.session(), goods_id, by=by)
    may_move = reaches(by, Permission.STOCK_MOVE, found.one.area_code)
    is_named = found.one.giver_kind is GiverKind.PERSON and found.one.giver != rules.UNNAMED
    return render_template(
        "shop/goods_one.html",
        found=found,
        one=found.one,
        yuan=rules.yuan,
        mine=found.one.received_by == by.id,
        may_move=may_move,
        may_unname=may_move and is_named,
        error=error,
    )
