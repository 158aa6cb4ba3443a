"""The coin shops of the demo: two shelves that are stocked, with something to do on each.

After the walk, at moments of its own: what else happens in the demo stays to the last token.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from demo.rules import district
from demo.service.cast import Cast
from demo.service.walk import Walk
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.grants import Role
from shop import service
from shop.models import Gift
from shop.rules import Funding, GiverKind, GoodsLine, GoodsWish, MoveKind, Origin, StockWish

VILLAGES: Final = (district.VILLAGES[0].code, district.VILLAGES[3].code)
FULL: Final = 4  # times as much as would be a warning
LOW: Final = "G08"
ENDING: Final = "G11"
SERVICE: Final = "G15"
BOUGHT: Final = (Origin.BOUGHT, GiverKind.FIRM, Funding.VILLAGE)
GIVEN: Final = (Origin.DONATED, GiverKind.FIRM, Funding.GIVEN)
UNNAMED: Final = (Origin.DONATED, GiverKind.PERSON, Funding.GIVEN)
Kind = tuple[Origin, GiverKind, Funding]


def stock_shops(walk: Walk, cast: Cast) -> None:
    """Let goods come to two shops, be confirmed and go; one delivery and one count wait."""
    for village in VILLAGES:
        first, second = _keepers(cast, village)
        walk.clock.moment = walk.end - timedelta(days=40)
        service.shelve_defaults(walk.work, village, by=first)
        gifts = {
            one.sku: one
            for one in walk.work.session.scalars(select(Gift).where(Gift.area_code == village))
        }
        pieces = {
            sku: one.warn_below * (1 if sku == LOW else FULL)
            for sku, one in gifts.items()
            if sku not in {ENDING, SERVICE}
        }
        keeps = _Keeps(walk, village, gifts, first)
        confirmed = [
            keeps.take_in(BOUGHT, "百惠日用品商行", pieces, days=400),
            keeps.take_in(GIVEN, "云溪粮油合作社", {ENDING: 20}, days=60),
            keeps.take_in(GIVEN, "平安志愿队", {SERVICE: 20}, days=0),
            keeps.take_in(UNNAMED, "", {"G03": 6}, days=0),
        ]
        walk.clock.moment += timedelta(minutes=20)
        for number in confirmed:
            service.confirm_goods(walk.work, number, by=second)
        walk.clock.moment = walk.end - timedelta(days=9)
        torn = StockWish(kind=MoveKind.SPOILED, pieces=2, reason="搬的时候袋子破了", key="demo")
        service.take_out(walk.work, gifts[ENDING].id, torn, by=second)
    walk.clock.moment = walk.end - timedelta(hours=3)
    _leave_waiting(walk, cast)
    walk.clock.moment = walk.end
    walk.settle()


def _leave_waiting(walk: Walk, cast: Cast) -> None:
    village = VILLAGES[0]
    first, _second = _keepers(cast, village)
    gifts = {
        one.sku: one
        for one in walk.work.session.scalars(select(Gift).where(Gift.area_code == village))
    }
    _Keeps(walk, village, gifts, first).take_in(BOUGHT, "百惠日用品商行", {LOW: 24}, days=0)
    short = StockWish(kind=MoveKind.COUNTED, pieces=45, reason="少了一条，找不到", key="demo")
    service.count(walk.work, gifts["G03"].id, short, by=first)


def _keepers(cast: Cast, village: str) -> tuple[Actor, Actor]:
    admin = cast.at(village, Role.VILLAGE_ADMIN)[0]
    return admin, next(iter((*cast.at(village, Role.SHOP_VOLUNTEER), cast.town(village))))


class _Keeps:
    """Whoever receives goods for a village."""

    def __init__(self, walk: Walk, village: str, gifts: Mapping[str, Gift], by: Actor) -> None:
        self.walk, self.village, self.gifts, self.by = walk, village, gifts, by

    def take_in(self, kind: Kind, giver: str, pieces: Mapping[str, int], *, days: int) -> int:
        """Write goods down whose food is good for *days* more; return their number."""
        origin, giver_kind, funding = kind
        until = self.walk.clock.moment.astimezone(SHANGHAI).date() + timedelta(days=days)
        lines = [self._line(sku, count, until) for sku, count in sorted(pieces.items())]
        cost = sum(self.gifts[sku].cost_fen * count for sku, count in pieces.items())
        wish = GoodsWish(
            origin=origin,
            giver_kind=giver_kind,
            giver=giver,
            may_name=False,
            funding=funding,
            paid_fen=cost if origin is Origin.BOUGHT else 0,
            lines=lines,
            key="demo",
        )
        return service.take_in(self.walk.work, self.village, wish, by=self.by).id

    def _line(self, sku: str, count: int, until: date) -> GoodsLine:
        gift = self.gifts[sku]
        return GoodsLine(
            gift_id=gift.id, pieces=count, good_until=until if gift.keeps_dates else None
        )
