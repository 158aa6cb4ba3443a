"""The pages of the shop: those who keep it work on them, everybody reads its shelf."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.work import Work, transaction
from shop.models import Gift, GiftPrice, GoodsIn, StockMove
from tests.factories import VILLAGE
from tests.grid.pages import Desk, plain, value
from tests.shop.shops import NEXT_YEAR, Shop

HOME = f"/staff/shop?village={VILLAGE}"


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def shop(session: Session) -> Shop:
    with transaction() as work:
        made = Shop(work)
    made.work = Work(session, work.parts)
    return made


def form(shop: Shop, **more: str) -> dict[str, Any]:
    known = {
        "key": "form",
        "origin": "bought",
        "giver_kind": "firm",
        "giver": "供销社",
        "funding": "village",
        "paid": "120.50",
        f"pieces-{shop.gift('G01').id}": "30",
        f"pieces-{shop.gift('G11').id}": "4",
        f"until-{shop.gift('G11').id}": NEXT_YEAR.isoformat(),
    }
    return known | more


def test_goods_come_are_confirmed_spoil_and_are_counted(desk: Desk, shop: Shop) -> None:  # noqa: PLR0915 - a journey
    new, rice = f"/staff/shop/{VILLAGE}/goods/new", shop.gift("G11").id
    desk.sits(shop.first)
    assert "抽纸：几份" in desk.read(new)
    bad = desk.post(new, **form(shop, **{f"until-{rice}": "明年", "giver": "供销<b>社"}))
    assert bad.status_code == 422
    assert "大米：保质期请写成 2027-03-31 这样。" in bad.text
    assert "供销&lt;b&gt;社" in bad.text
    assert 'value="30"' in bad.text
    assert 'value="明年"' in bad.text
    assert value(bad.text, "key") == "form"
    for _ in range(2):
        came = desk.post(new, **form(shop))
        assert came.status_code == 303
    page = came.location
    assert "等另一个人点收" in desk.read(page)
    assert desk.post(f"{page}/confirm").status_code == 403
    assert desk.session.query(GoodsIn).count() == 1

    desk.sits(shop.second)
    assert "有 1 次进货等第二个人点收" in desk.read(HOME)
    assert desk.post(f"{page}/confirm").status_code == 303
    assert desk.post(f"{page}/withdraw").status_code == 409
    text = plain(desk.read(HOME))
    assert "大米" in text
    assert "该补货" in text

    gift = f"/staff/shop/gifts/{rice}"
    much = desk.post(f"{gift}/out", kind="spoiled", pieces="9", reason="进水<i>了", key="k")
    assert much.status_code == 409
    assert "只有 4，不能再出 9" in much.text
    assert "进水&lt;i&gt;了" in much.text
    assert desk.post(f"{gift}/out", kind="", pieces="x", reason="", key="k").status_code == 422
    for _ in range(2):
        out = desk.post(f"{gift}/out", kind="spoiled", pieces="1", reason="进水了", key="k")
        assert out.status_code == 303
    assert desk.post(f"{gift}/count", pieces="2", reason="", key="c").status_code == 422
    assert desk.post(f"{gift}/count", pieces="2", reason="少了", key="c").status_code == 303
    [move] = desk.session.scalars(select(StockMove.id).where(StockMove.kind == "counted"))
    sign = f"/staff/shop/counts/{move}"
    assert desk.post(sign, agree="yes").status_code == 403
    assert desk.post(sign, agree="x").status_code == 422
    desk.sits(shop.town)
    assert "大米：盘点等第二个人签" in desk.read(HOME)
    assert desk.post(sign, agree="yes").status_code == 303
    assert desk.post(sign, agree="no").status_code == 409
    assert "现有 2" in plain(desk.read(gift))


def test_gifts_are_shelved_added_and_priced(desk: Desk, shop: Shop) -> None:
    desk.sits(shop.second)
    assert desk.post(f"/staff/shop/{VILLAGE}/shelve").status_code == 303
    assert "默认目录里的都已经在架上" in desk.read(HOME)
    new = f"/staff/shop/{VILLAGE}/gifts/new"
    desk.read(new)
    fields = {"sku": "g16", "name": "雨伞", "category": "daily", "unit": "把", "is_active": "on"}
    numbers = {"coins": "20", "cost": "10.5", "per_month": "1", "warn_below": "2"}
    bad = desk.post(new, **(fields | numbers | {"coins": "二十"}))
    assert bad.status_code == 422
    assert "换一份几币，请写" in bad.text
    assert 'value="二十"' in bad.text
    made = desk.post(new, **fields, **numbers)
    assert made.status_code == 303
    assert desk.post(new, **fields, **numbers).status_code == 422
    gift = desk.session.scalars(select(Gift).where(Gift.sku == "G16")).one()
    assert (gift.cost_fen, gift.keeps_dates) == (1050, False)
    edit = f"{made.location}/edit"
    assert 'value="10.50"' in desk.read(edit)
    assert desk.post(edit, **(fields | numbers | {"name": ""})).status_code == 422
    assert desk.post(edit, **(fields | numbers | {"coins": "25"})).status_code == 303
    prices = desk.session.scalars(
        select(GiftPrice.coins).where(GiftPrice.gift_id == gift.id).order_by(GiftPrice.id)
    )
    assert list(prices) == [20, 25]
    assert "25 币" in desk.read(made.location)


def test_the_shelf_tells_everybody_words_and_no_numbers(
    client: FlaskClient, shop: Shop, session: Session, statements: list[str]
) -> None:
    with transaction() as work:
        shop.work = work
        shop.bring(("G01", 8641, None), ("G02", 3, None))
    session.commit()
    before = len(statements)
    page = client.get(f"/shop/{VILLAGE}")

    assert page.status_code == 200
    assert len(statements) - before <= 6
    assert len(page.data) < 24_000
    text = plain(page.text)
    assert "不卖、只换" in page.text
    for word in (
        "抽纸",
        "10 币",
        "最多 2 份",
        "有",
        "少",
        "没有",
        "村集体经费",
        "120.50 元",
    ):
        assert word in text
    assert "8641" not in page.text
    assert "供销社" not in page.text  # where it was bought is the staff's
    for other in ("330106001999", "33010600100", "x", f"{VILLAGE}1", "９" * 12):
        assert client.get(f"/shop/{other}").status_code == 404


def test_who_only_reads_finds_no_button_and_strangers_find_nothing(desk: Desk, shop: Shop) -> None:
    with transaction() as work:
        shop.work = work
        one = shop.bring().id
    desk.sits(shop.auditor)
    assert "登记进货" not in desk.read(HOME)
    assert "改成不具名" not in desk.read(f"/staff/shop/goods/{one}")
    assert desk.post(f"/staff/shop/{VILLAGE}/shelve").status_code == 403
    for by in shop.strangers[:3]:
        desk.sits(by)
        gift = shop.gift().id
        for path in (f"/staff/shop/{VILLAGE}/goods", f"/staff/shop/goods/{one}"):
            assert desk.get(path).status_code == 404
        assert desk.get(f"/staff/shop/gifts/{gift}").status_code == 404
        assert "抽纸" not in desk.read(HOME)
        assert desk.post(f"/staff/shop/{VILLAGE}/goods/new", **form(shop)).status_code == 404


def test_the_list_costs_the_same_however_much_is_on_it(
    desk: Desk, shop: Shop, statements: list[str]
) -> None:
    desk.sits(shop.town)

    def took() -> int:
        before = len(statements)
        desk.read(HOME)
        return len(statements) - before

    took()
    once = took()
    with transaction() as work:
        shop.work = work
        for number in range(4):
            shop.bring(("G11", 9, NEXT_YEAR), ("G01", 5, None), key=f"{number}")
    assert took() == once <= 16
