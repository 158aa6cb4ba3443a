"""Goods confirmed and counts signed by several at once, on a database with real commits."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from kernel.db import db
from kernel.grants import Role
from kernel.work import transaction
from points import queries as books
from points.models import Posting
from shop import service
from shop.errors import NotOnShelf, WrongMoment
from shop.models import GoodsIn
from tests.factories import VILLAGE, make_staff
from tests.live.races import at_once, race
from tests.shop.shops import Shop, counted, gone


@pytest.fixture
def shop(live: Flask) -> Iterator[Shop]:
    with live.app_context(), transaction() as work:
        shop = Shop(work)
    with live.app_context():
        yield shop


def test_sent_confirmed_and_taken_at_once_each_counts_once(shop: Shop, live: Flask) -> None:
    with transaction() as work:
        shop.work = work
        wanted, gift = shop.goods(), shop.gift().id
        crew = [make_staff(work.session, Role.SHOP_VOLUNTEER) for _ in range(4)]
    race(live, lambda work: service.take_in(work, VILLAGE, wanted, by=shop.first).id)
    db.session.rollback()
    one = db.session.scalars(select(GoodsIn.id)).one()

    came = at_once(
        live, *[lambda work, by=by: service.confirm_goods(work, one, by=by).id for by in crew]
    )
    assert [isinstance(found, WrongMoment) for found in came].count(True) == 3
    assert came.count(one) == 1

    # Twenty are there: of six who take eight each, two may.
    takers = [
        lambda work, n=n: service.take_out(work, gift, gone(8, key=f"{n}"), by=shop.first).id
        for n in range(6)
    ]
    came = at_once(live, *takers)
    assert [isinstance(found, NotOnShelf) for found in came].count(True) == 4
    with transaction() as work:
        move = service.count(work, gift, counted(3), by=shop.first).id
    at_once(live, *[lambda work, by=by: service.sign_count(work, move, by=by).id for by in crew])

    db.session.rollback()
    postings = select(func.count(Posting.id)).where(Posting.kind.in_(("stock_in", "stock_out")))
    assert db.session.scalar(postings) == 4
    with transaction() as work:
        shop.work = work
        assert shop.shelf().on_hand == 3
    assert list(books.verify(db.session())) == []


def test_shelved_by_several_at_once_each_gift_has_one_price(shop: Shop, live: Flask) -> None:
    came = race(live, lambda work: service.shelve_defaults(work, VILLAGE, by=shop.first))

    assert came == [0] * len(came)
