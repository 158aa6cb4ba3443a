"""Goods that came, for those who receive them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.permissions import Permission
from people.queries import scoped
from shop.errors import NoSuchGoods
from shop.models import Gift, GoodsIn, GoodsInLine
from shop.queries.stock import names_of
from shop.rules import GoodsState

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsSeen:
    """Goods that came, who signed, and what they are."""

    one: GoodsIn
    first: str
    second: str
    lines: Sequence[tuple[GoodsInLine, Gift]]

    @property
    def waits(self) -> bool:
        """Whether a second person has to count them."""
        return self.one.state is GoodsState.WAITING


def goods_listed(session: Session, village: str, *, by: Actor) -> Sequence[GoodsSeen]:
    """Return what came to a village, what waits first, then the newest."""
    mine = scoped(select(GoodsIn), by, Permission.STOCK_READ).where(GoodsIn.area_code == village)
    waits = GoodsIn.state == GoodsState.WAITING
    return _seen(
        session, session.scalars(mine.order_by(waits.desc(), GoodsIn.id.desc()).limit(MOST)).all()
    )


def goods_detail(session: Session, goods_id: int, *, by: Actor) -> GoodsSeen:
    """Return one.

    Raises:
        NoSuchGoods: there is none for *by*.
    """
    mine = scoped(select(GoodsIn).where(GoodsIn.id == goods_id), by, Permission.STOCK_READ)
    found = _seen(session, session.scalars(mine).all())
    if not found:
        raise NoSuchGoods("没有这次进货，或者它不归您管。")
    return found[0]


def lines_of(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[GoodsInLine, Gift]]]:
    """Return the lines of some deliveries, by the number of each."""
    found: dict[int, list[tuple[GoodsInLine, Gift]]] = {one: [] for one in ids}
    rows = session.execute(
        select(GoodsInLine, Gift)
        .join(Gift, Gift.id == GoodsInLine.gift_id)
        .where(GoodsInLine.goods_in_id.in_(ids))
        .order_by(GoodsInLine.goods_in_id, Gift.sku)
    )
    for line, gift in rows:
        found[line.goods_in_id].append((line, gift))
    return found


def _seen(session: Session, goods: Sequence[GoodsIn]) -> list[GoodsSeen]:
    lines = lines_of(session, [one.id for one in goods]) if goods else {}
    names = names_of(session, {who for one in goods for who in (one.received_by, one.decided_by)})
    return [
        GoodsSeen(
            one=one,
            first=names.get(one.received_by, ""),
            second=names.get(one.decided_by, ""),
            lines=lines[one.id],
        )
        for one in goods
    ]
