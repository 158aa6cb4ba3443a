"""A gift, goods that wait for a second person, and a count that does, of a planted place."""

from sqlalchemy.orm import Session

from shop.models import Gift, GoodsIn, GoodsInLine, StockMove
from shop.rules import (
    Category,
    Funding,
    GiverKind,
    GoodsState,
    MoveKind,
    MoveState,
    Origin,
)
from tests.factories import make_person
from tests.fakes import NOON
from tests.matrix.domain import PLACES, Thing
from tests.matrix.planted import District


def plant_shop(session: Session, found: District, place: str, number: int) -> None:
    """Plant them; *number* keeps two places of one village apart."""
    village, by = PLACES[place][:12], make_person(session)
    words = {one: f"Canary{one.title()}{place.title()}" for one in ("gift", "giver")}
    gift = Gift(
        area_code=village,
        sku=f"G{number}",
        name=words["gift"],
        category=Category.DAILY,
        coins=10,
        cost_fen=500,
        unit="提",
        per_month=2,
        warn_below=5,
        keeps_dates=False,
        is_active=True,
    )
    goods = GoodsIn(
        area_code=village,
        key=f"goods-{place}",
        origin=Origin.BOUGHT,
        giver_kind=GiverKind.FIRM,
        giver=words["giver"],
        funding=Funding.VILLAGE,
        paid_fen=100,
        received_by=by.id,
        received_at=NOON,
        state=GoodsState.WAITING,
    )
    session.add_all((gift, goods))
    session.flush()
    count = StockMove(
        area_code=village,
        key=f"count-{place}",
        gift_id=gift.id,
        kind=MoveKind.COUNTED,
        book=0,
        counted=2,
        reason="漏数",
        proposed_by=by.id,
        proposed_at=NOON,
        state=MoveState.WAITING,
    )
    session.add_all((GoodsInLine(goods_in_id=goods.id, gift_id=gift.id, pieces=3), count))
    session.flush()
    found.add("shop", Thing(place, names={"village": village}))
    found.add("gift", Thing(place, names={"gift_id": str(gift.id)}), gift=words["gift"])
    found.add("goods", Thing(place, names={"goods_id": str(goods.id)}), giver=words["giver"])
    found.add("counted", Thing(place, names={"move_id": str(count.id)}))
