"""库存: what lies on a village's shelf, and what a gift is."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kernel.access import require
from kernel.db import db
from kernel.errors import Refusal
from kernel.permissions import Permission
from kernel.web import current_actor, full_stop, sentence_of, shown_as
from kernel.work import parts, transaction
from people.queries import reaches
from shop import queries, rules, service
from shop.errors import NoSuchGift, NoSuchShop
from shop.forms import GiftForm
from shop.queries import GiftSeen
from shop.rules import Category
from shop.views.blueprint import name_of, pages, today


@pages.get("/staff/shop")
@require(Permission.STOCK_READ)
def stock() -> str:
    """Show a village's stock, what has to be done first."""
    by, asked = current_actor(), request.args.get("village", "")
    villages = queries.shop_villages(db.session(), by=by, permission=Permission.STOCK_READ)
    codes = [code for code, _name in villages]
    village = asked if asked in codes else next(iter(codes), "")
    shelves = queries.stock(db.session(), village, by=by, today=today()) if village else []
    return render_template(
        "shop/stock.html",
        villages=villages,
        village=village,
        shelves=shelves,
        low=sum(one.is_low for one in shelves),
        soon=sum(one.soon > 0 for one in shelves),
        expired=sum(one.expired > 0 for one in shelves),
        worth=rules.yuan(sum(one.value_fen for one in shelves)),
        goods_waiting=queries.waiting_count(db.session(), village, by=by),
        counts=queries.counts_waiting(db.session(), village, by=by),
        may_edit=bool(village) and reaches(by, Permission.GIFT_EDIT, village),
        may_move=bool(village) and reaches(by, Permission.STOCK_MOVE, village),
    )


@pages.post("/staff/shop/<village>/shelve")
@require(Permission.GIFT_EDIT)
def shelve(village: str) -> ResponseReturnValue:
    """Put the default catalogue on the shelf."""
    with transaction() as work:
        count = service.shelve_defaults(work, village, by=current_actor())
    flash(_("上架了 %(n)s 样礼品。", n=count) if count else _("默认目录里的都已经在架上。"))
    return redirect(url_for("shop.stock", village=village), HTTPStatus.SEE_OTHER)


@pages.route("/staff/shop/<village>/gifts/new", methods=["GET", "POST"])
@require(Permission.GIFT_EDIT)
def gift_new(village: str) -> ResponseReturnValue:
    """Put something on the shelf."""
    name, form = name_of(village, Permission.GIFT_EDIT), GiftForm()
    if request.method == "GET":
        form.is_active.data = "on"
        return _form(form, village, name)
    try:
        with transaction() as work:
            made = service.add_gift(work, village, form.wanted(), by=current_actor()).id
    except NoSuchShop:
        raise
    except Refusal as refusal:
        return _form(form, village, name, full_stop(sentence_of(refusal))), shown_as(refusal)
    flash(_("上架了。"))
    return redirect(url_for("shop.gift", gift_id=made), HTTPStatus.SEE_OTHER)


@pages.route("/staff/shop/gifts/<int:gift_id>/edit", methods=["GET", "POST"])
@require(Permission.GIFT_EDIT)
def gift_edit(gift_id: int) -> ResponseReturnValue:
    """Change a gift."""
    found = queries.gift_detail(db.session(), gift_id, by=current_actor(), today=today())
    gift = found.shelf.gift
    village = gift.area_code
    name = name_of(village, Permission.GIFT_EDIT)
    if request.method == "GET":
        return _form(GiftForm.showing(gift), village, name, seen=found)
    form = GiftForm()
    form.sku.data = gift.sku
    try:
        with transaction() as work:
            service.edit_gift(work, gift_id, form.wanted(), by=current_actor())
    except NoSuchGift:
        raise
    except Refusal as refusal:
        found = queries.gift_detail(db.session(), gift_id, by=current_actor(), today=today())
        page = _form(form, village, name, full_stop(sentence_of(refusal)), found)
        return page, shown_as(refusal)
    flash(_("改好了。"))
    return redirect(url_for("shop.gift", gift_id=gift_id), HTTPStatus.SEE_OTHER)


@pages.get("/staff/shop/gifts/<int:gift_id>")
@require(Permission.STOCK_READ)
def gift(gift_id: int) -> str:
    """Show a gift, its prices and how its stock moved."""
    return gift_page(gift_id)


def gift_page(gift_id: int, error: str = "", wrong: str = "") -> str:
    """Return the page of a gift; *wrong* says which of its forms *error* is about."""
    by = current_actor()
    found = queries.gift_detail(db.session(), gift_id, by=by, today=today())
    village = found.shelf.gift.area_code
    return render_template(
        "shop/gift.html",
        found=found,
        shelf=found.shelf,
        gift=found.shelf.gift,
        yuan=rules.yuan,
        me=by.id,
        may_edit=reaches(by, Permission.GIFT_EDIT, village),
        may_move=reaches(by, Permission.STOCK_MOVE, village),
        may_count=reaches(by, Permission.STOCK_COUNT, village),
        key=parts().chance.token(),
        typed=request.form,
        error=error,
        wrong=wrong,
    )


def _form(
    form: GiftForm, village: str, name: str, error: str = "", seen: GiftSeen | None = None
) -> str:
    return render_template(
        "shop/gift_edit.html",
        form=form,
        village=village,
        name=name,
        seen=seen,
        kinds=[(one.value, _(one.label)) for one in Category],
        error=error,
    )
