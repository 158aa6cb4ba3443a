"""Stock is what two people received, less what left: never a number that somebody writes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from kernel.access import Actor
from kernel.permissions import Permission
from kernel.work import Work
from people.models import Area
from points import queries as books
from points.models import Posting
from shop import queries, service
from shop.errors import (
    NoSuchGift,
    NoSuchGoods,
    NoSuchMove,
    NoSuchShop,
    NotOnShelf,
    NotYoursToSign,
    Unsaid,
    WrongMoment,
)
from shop.models import Gift, GiftPrice, GoodsIn, StockMove
from shop.rules import Funding, GiverKind, GoodsState, MoveKind, MoveState, Origin
from tests.factories import NEXT_VILLAGE, TOWN, VILLAGE, make_area
from tests.fakes import FixedClock
from tests.shop.shops import NEXT_YEAR, TODAY, Shop, counted, gone, wish


def verified(shop: Shop) -> bool:
    return not list(books.verify(shop.work.session))


def rows(shop: Shop, kind: Any) -> int:  # noqa: ANN401 - a table
    return shop.work.session.scalar(select(func.count()).select_from(kind)) or 0


def test_the_catalogue_is_shelved_once_and_prices_are_kept(shop: Shop) -> None:
    assert service.shelve_defaults(shop.work, VILLAGE, by=shop.town) == 0
    assert (rows(shop, Gift), rows(shop, GiftPrice)) == (15, 15)

    service.edit_gift(shop.work, shop.gift().id, wish(name="抽纸", coins=11), by=shop.second)
    service.edit_gift(shop.work, shop.gift().id, wish(name="抽纸巾", coins=11), by=shop.first)
    seen = queries.gift_detail(shop.work.session, shop.gift().id, by=shop.first, today=TODAY)
    assert [price.coins for price, _ in seen.prices] == [11, 10]
    assert (seen.shelf.gift.name, seen.shelf.gift.sku) == ("抽纸巾", "G01")

    made = service.add_gift(shop.work, VILLAGE, wish(), by=shop.first)
    assert made.area_code == VILLAGE
    with pytest.raises(Unsaid, match="G16 已经有了"):
        service.add_gift(shop.work, VILLAGE, wish(name="别的"), by=shop.first)


def test_goods_are_on_the_shelf_once_a_second_person_has_counted_them(shop: Shop) -> None:
    wanted = shop.goods(("G01", 20, None), ("G11", 8, NEXT_YEAR))
    one = service.take_in(shop.work, VILLAGE, wanted, by=shop.first)
    assert service.take_in(shop.work, VILLAGE, wanted, by=shop.first).id == one.id
    with pytest.raises(NotYoursToSign):
        service.confirm_goods(shop.work, one.id, by=shop.first)
    assert shop.shelf().on_hand == 0

    for _ in range(2):
        service.confirm_goods(shop.work, one.id, by=shop.second)
    with pytest.raises(WrongMoment):
        service.confirm_goods(shop.work, one.id, by=shop.town)
    with pytest.raises(WrongMoment):
        service.withdraw_goods(shop.work, one.id, by=shop.first)

    posting = shop.work.session.scalars(select(Posting).where(Posting.kind == "stock_in")).one()
    assert posting.idem_key == f"stock:goods_in:{one.id}"
    assert (posting.actor_id, posting.second_actor_id) == (shop.first.id, shop.second.id)
    assert (shop.shelf().on_hand, shop.shelf("G11").on_hand) == (20, 8)
    assert shop.shelf("G11").value_fen == 8 * 3000
    assert verified(shop)


def test_whoever_may_confirm_may_withdraw_and_nothing_comes_of_it(shop: Shop) -> None:
    for number, by in enumerate((shop.first, shop.second)):
        one = service.take_in(shop.work, VILLAGE, shop.goods(key=f"{number}"), by=shop.first)
        service.withdraw_goods(shop.work, one.id, by=by)
        assert service.withdraw_goods(shop.work, one.id, by=by).state is GoodsState.WITHDRAWN
        with pytest.raises(WrongMoment):
            service.confirm_goods(shop.work, one.id, by=shop.town)

    assert rows(shop, Posting) == 0


def test_what_is_past_its_day_while_it_waits_comes_in_no_more(
    shop: Shop, clock: FixedClock
) -> None:
    wanted = shop.goods(("G11", 8, TODAY))
    one = service.take_in(shop.work, VILLAGE, wanted, by=shop.first)
    clock.advance(days=1)

    with pytest.raises(WrongMoment, match="大米：保质期已经过了"):
        service.confirm_goods(shop.work, one.id, by=shop.second)


def test_a_line_is_of_a_gift_on_this_shelf(shop: Shop) -> None:
    make_area(shop.work.session, NEXT_VILLAGE)
    service.shelve_defaults(shop.work, NEXT_VILLAGE, by=shop.town)
    with pytest.raises(Unsaid, match="下架"):
        service.take_in(shop.work, NEXT_VILLAGE, shop.goods(), by=shop.town)

    service.edit_gift(shop.work, shop.gift().id, wish(is_active=False), by=shop.first)
    with pytest.raises(Unsaid, match="下架"):
        service.take_in(shop.work, VILLAGE, shop.goods(), by=shop.first)


def test_a_giver_is_named_only_as_long_as_they_agree(shop: Shop) -> None:
    person: dict[str, Any] = {
        "origin": Origin.DONATED,
        "funding": Funding.GIVEN,
        "paid_fen": 0,
        "giver_kind": GiverKind.PERSON,
        "giver": "王阿婆",
    }
    assert shop.bring(**person).giver == "不具名"
    one = shop.bring(**person, may_name=True)
    assert one.giver == "王阿婆"
    assert service.unname(shop.work, one.id, by=shop.second).giver == "不具名"
    assert service.unname(shop.work, shop.bring(key="b").id, by=shop.first).giver == "供销社"


def test_what_spoils_or_goes_back_leaves_and_the_shelf_is_never_below_zero(shop: Shop) -> None:
    shop.bring()
    gift = shop.gift().id
    for _ in range(2):
        service.take_out(shop.work, gift, gone(3), by=shop.second)
    service.take_out(shop.work, gift, gone(17, MoveKind.RETURNED), by=shop.first)
    assert shop.shelf().on_hand == 0
    with pytest.raises(NotOnShelf, match="只有 0，不能再出 1"):
        service.take_out(shop.work, gift, gone(1), by=shop.first)
    for bad in (gone(0), gone(1, None), gone(1, MoveKind.COUNTED), gone(1, reason="")):
        with pytest.raises(Unsaid):
            service.take_out(shop.work, gift, bad, by=shop.first)

    assert rows(shop, StockMove) == 2
    assert verified(shop)


def test_a_count_changes_the_book_when_a_second_person_signs(shop: Shop) -> None:
    shop.bring()
    gift = shop.gift().id
    with pytest.raises(Unsaid, match="为什么"):
        service.count(shop.work, gift, counted(19, ""), by=shop.first)
    move = service.count(shop.work, gift, counted(19), by=shop.first)
    assert service.count(shop.work, gift, counted(19), by=shop.first).id == move.id
    assert (move.book, move.counted, move.difference) == (20, 19, -1)
    with pytest.raises(WrongMoment, match="还在等"):
        service.count(shop.work, gift, counted(18), by=shop.second)
    with pytest.raises(NotYoursToSign):
        service.sign_count(shop.work, move.id, by=shop.first)
    assert shop.shelf().on_hand == 20
    [waits] = queries.counts_waiting(shop.work.session, VILLAGE, by=shop.auditor)
    assert waits.move.id == move.id

    for _ in range(2):
        service.sign_count(shop.work, move.id, by=shop.second)
    assert shop.shelf().on_hand == 19
    more = service.count(shop.work, gift, counted(25, "上次漏数", "b"), by=shop.second)
    service.sign_count(shop.work, more.id, by=shop.first)
    same = service.count(shop.work, gift, counted(25, "", "c"), by=shop.second)
    assert service.sign_count(shop.work, same.id, by=shop.town).posting_id is None
    assert shop.shelf().on_hand == 25
    assert verified(shop)


def test_a_count_that_the_stock_has_overtaken_is_counted_again(shop: Shop) -> None:
    shop.bring()
    gift = shop.gift().id
    move = service.count(shop.work, gift, counted(19), by=shop.first)
    service.take_out(shop.work, gift, gone(2), by=shop.second)
    with pytest.raises(WrongMoment, match="现在是 18"):
        service.sign_count(shop.work, move.id, by=shop.second)

    service.withdraw_count(shop.work, move.id, by=shop.second)
    with pytest.raises(WrongMoment):
        service.sign_count(shop.work, move.id, by=shop.second)
    assert service.withdraw_count(shop.work, move.id, by=shop.first).state is MoveState.WITHDRAWN
    assert shop.shelf().on_hand == 18


def test_what_ends_first_goes_first_and_is_warned_of(shop: Shop) -> None:
    shop.bring(("G11", 10, NEXT_YEAR))
    service.take_out(shop.work, shop.gift("G11").id, gone(4), by=shop.first)
    shop.bring(("G11", 5, TODAY + timedelta(days=30)), key="b")
    service.take_out(shop.work, shop.gift("G11").id, gone(1), by=shop.first)

    found = shop.shelf("G11")
    assert (found.on_hand, found.soon, found.expired, found.is_low) == (10, 4, 0, False)
    later = shop.shelf("G11", today=TODAY + timedelta(days=31))
    assert (later.soon, later.expired) == (0, 4)
    first = queries.stock(shop.work.session, VILLAGE, by=shop.town, today=TODAY)[0]
    assert first.gift.sku == "G11"


VERBS: list[Callable[[Work, dict[str, int], Actor], object]] = [
    lambda work, ids, by: service.edit_gift(work, ids["gift"], wish(), by=by),
    lambda work, ids, by: service.take_out(work, ids["gift"], gone(1), by=by),
    lambda work, ids, by: service.count(work, ids["gift"], counted(1), by=by),
    lambda work, ids, by: service.confirm_goods(work, ids["goods"], by=by),
    lambda work, ids, by: service.withdraw_goods(work, ids["goods"], by=by),
    lambda work, ids, by: service.unname(work, ids["goods"], by=by),
    lambda work, ids, by: service.sign_count(work, ids["count"], by=by),
    lambda work, ids, by: service.withdraw_count(work, ids["count"], by=by),
    lambda work, _ids, by: service.shelve_defaults(work, VILLAGE, by=by),
    lambda work, _ids, by: service.add_gift(work, VILLAGE, wish(), by=by),
    lambda work, ids, by: queries.counted_gift(work.session, ids["count"], by=by),
    lambda work, ids, by: queries.gift_detail(work.session, ids["gift"], by=by, today=TODAY),
    lambda work, ids, by: queries.goods_detail(work.session, ids["goods"], by=by),
]


def test_from_elsewhere_nothing_of_it_is_there(shop: Shop) -> None:
    shop.bring()
    ids = {
        "gift": shop.gift().id,
        "goods": service.take_in(shop.work, VILLAGE, shop.goods(key="w"), by=shop.first).id,
        "count": service.count(shop.work, shop.gift().id, counted(1), by=shop.first).id,
    }
    session = shop.work.session
    read = Permission.STOCK_READ
    for by in (shop.first, shop.second, shop.town, shop.auditor):
        assert VILLAGE in dict(queries.shop_villages(session, by=by, permission=read))
    for by in shop.strangers:
        assert VILLAGE not in dict(queries.shop_villages(session, by=by, permission=read))
        for verb in VERBS:
            with pytest.raises((NoSuchGift, NoSuchGoods, NoSuchMove, NoSuchShop)):
                verb(shop.work, ids, by)
        with pytest.raises(NoSuchShop):
            service.take_in(shop.work, VILLAGE, shop.goods(), by=by)
        assert not queries.stock(session, VILLAGE, by=by, today=TODAY)
        assert not queries.goods_listed(session, VILLAGE, by=by)
        assert not queries.counts_waiting(session, VILLAGE, by=by)
        assert not queries.waiting_count(session, VILLAGE, by=by)
    for verb in VERBS[:-2]:
        with pytest.raises((NoSuchGift, NoSuchGoods, NoSuchMove, NoSuchShop)):
            verb(shop.work, ids, shop.auditor)
    assert len(queries.goods_listed(session, VILLAGE, by=shop.auditor)) == 2
    assert queries.waiting_count(session, VILLAGE, by=shop.auditor) == 1
    with pytest.raises(NoSuchShop):
        service.shelve_defaults(shop.work, TOWN, by=shop.town)


def test_strangers_see_words_thanks_and_no_numbers(shop: Shop) -> None:
    shop.bring(("G01", 77, None), ("G02", 9, None))
    shop.bring(
        ("G03", 33, None),
        origin=Origin.DONATED,
        funding=Funding.GIVEN,
        paid_fen=0,
        giver="爱心企业",
    )
    service.take_in(shop.work, VILLAGE, shop.goods(giver="没点收的", key="w"), by=shop.first)
    found = queries.public_shelf(shop.work.session, VILLAGE, since=shop.work.now())

    levels = {one.gift.sku: one.level.label for one in found.offers}
    assert (levels["G01"], levels["G02"], levels["G04"]) == ("有", "少", "没有")
    assert [(one.one.giver, one.what) for one in found.donated] == [("爱心企业", ["毛巾"])]
    assert [one.what for one in found.bought] == [["抽纸", "垃圾袋"]]
    for code in (TOWN, "330106001999", ""):
        with pytest.raises(NoSuchShop):
            queries.public_shelf(shop.work.session, code, since=shop.work.now())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE shop_gift_price SET coins = 1",
        "DELETE FROM shop_gift_price",
        "UPDATE shop_goods_in_line SET pieces = 1",
        "DELETE FROM shop_goods_in",
        "UPDATE shop_goods_in SET paid_fen = 1",
        "UPDATE shop_goods_in SET giver = '别人'",
        "UPDATE shop_goods_in SET decided_by = NULL, state = 'waiting', posting_id = NULL",
        "UPDATE shop_stock_move SET counted = 1",
        "DELETE FROM shop_stock_move",
    ],
)
def test_the_database_refuses_to_change_what_was_written(shop: Shop, change: str) -> None:
    shop.bring()
    service.take_out(shop.work, shop.gift().id, gone(3), by=shop.second)
    shop.work.session.flush()

    with pytest.raises(DatabaseError), shop.work.session.begin_nested():
        shop.work.session.execute(text(change))


def test_what_is_read_takes_as_many_statements_whatever_is_there(
    shop: Shop, statements: list[str]
) -> None:
    session = shop.work.session

    def took() -> int:
        session.flush()
        before = len(statements)
        queries.stock(session, VILLAGE, by=shop.first, today=TODAY)
        queries.goods_listed(session, VILLAGE, by=shop.first)
        queries.public_shelf(session, VILLAGE, since=shop.work.now())
        return len(statements) - before

    shop.bring(("G11", 2, NEXT_YEAR))
    once = took()
    for number in range(6):
        shop.bring(("G11", 2, NEXT_YEAR), ("G10", 3, NEXT_YEAR), key=f"{number}")

    assert took() == once <= 11


def test_gone_villages_have_no_shop(shop: Shop) -> None:
    shop.work.session.get_one(Area, VILLAGE).closed_at = shop.work.now()
    with pytest.raises(NoSuchShop):
        service.shelve_defaults(shop.work, VILLAGE, by=shop.town)
    assert rows(shop, GoodsIn) == 0
