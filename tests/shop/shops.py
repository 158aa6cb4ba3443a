"""A village's shop with those who keep it.  Say only what the test is about."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from shop import queries, service
from shop.models import Gift, GoodsIn
from shop.queries import Shelf
from shop.rules import (
    Category,
    Funding,
    GiftWish,
    GiverKind,
    GoodsLine,
    GoodsWish,
    MoveKind,
    Origin,
    StockWish,
)
from tests.factories import NEXT_TOWN, NEXT_VILLAGE, TOWN, VILLAGE, make_staff
from tests.fakes import NOON

TODAY = NOON.date()
NEXT_YEAR = TODAY + timedelta(days=365)


class Shop:
    """The default catalogue on the shelf, two who receive, and those who may not."""

    def __init__(self, work: Work) -> None:
        self.work = work
        session = work.session
        self.first = make_staff(session, Role.VILLAGE_ADMIN)
        self.second = make_staff(session, Role.SHOP_VOLUNTEER)
        self.town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        self.auditor = make_staff(session, Role.AUDITOR, area=TOWN)
        self.strangers = [
            make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE),
            make_staff(session, Role.SHOP_VOLUNTEER, area=NEXT_VILLAGE),
            make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN),
            make_staff(session, Role.GRID_FULL),
        ]
        service.shelve_defaults(work, VILLAGE, by=self.first)

    def gift(self, sku: str = "G01") -> Gift:
        found = select(Gift).where(Gift.area_code == VILLAGE, Gift.sku == sku)
        return self.work.session.scalars(found).one()

    def goods(self, *lines: tuple[str, int, date | None], **more: Any) -> GoodsWish:  # noqa: ANN401
        known: dict[str, Any] = {
            "origin": Origin.BOUGHT,
            "giver_kind": GiverKind.FIRM,
            "giver": "供销社",
            "may_name": False,
            "funding": Funding.VILLAGE,
            "paid_fen": 12_050,
            "key": "form",
            "lines": [
                GoodsLine(gift_id=self.gift(sku).id, pieces=pieces, good_until=until)
                for sku, pieces, until in lines or [("G01", 20, None)]
            ],
        }
        return GoodsWish(**(known | more))

    def bring(self, *lines: tuple[str, int, date | None], **more: Any) -> GoodsIn:  # noqa: ANN401
        """Let goods come and be confirmed."""
        one = service.take_in(self.work, VILLAGE, self.goods(*lines, **more), by=self.first)
        return service.confirm_goods(self.work, one.id, by=self.second)

    def shelf(self, sku: str = "G01", by: Actor | None = None, today: date = TODAY) -> Shelf:
        lines = queries.stock(self.work.session, VILLAGE, by=by or self.first, today=today)
        [found] = [one for one in lines if one.gift.sku == sku]
        return found


def gone(pieces: int, kind: MoveKind | None = MoveKind.SPOILED, **more: str) -> StockWish:
    known = {"reason": "受潮了", "key": "form"} | more
    return StockWish(kind=kind, pieces=pieces, **known)


def counted(pieces: int, reason: str = "少了一件，找不到", key: str = "form") -> StockWish:
    return StockWish(kind=MoveKind.COUNTED, pieces=pieces, reason=reason, key=key)


def wish(**more: Any) -> GiftWish:  # noqa: ANN401
    known: dict[str, Any] = {
        "sku": "G16",
        "name": "雨伞",
        "category": Category.DAILY,
        "coins": 20,
        "cost_fen": 1050,
        "unit": "把",
        "per_month": 1,
        "warn_below": 5,
    }
    return GiftWish(**(known | more))
