"""The shelf as everybody sees it: prices and words, never a number of pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from people.models import Area
from people.rules import Level as AreaLevel
from points.models import LedgerAccount
from shop import rules
from shop.errors import NoSuchShop
from shop.models import Gift, GoodsIn
from shop.queries.goods import lines_of
from shop.queries.stock import MOST_GIFTS, account_of
from shop.rules import GoodsState, Level, Origin

MOST_THANKED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A gift on the shelf, and whether there is any."""

    gift: Gift
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody gave, or what some money bought: when, and the names of the gifts."""

    one: GoodsIn
    what: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicShelf:
    """A village's shelf."""

    code: str
    name: str
    offers: Sequence[Offer]
    donated: Sequence[Given]
    bought: Sequence[Given]


def public_shelf(session: Session, village: str, *, since: datetime) -> PublicShelf:
    """Return a village's shelf, and whom it has had to thank since *since*.

    Raises:
        NoSuchShop: there is no such village.
    """
    name = session.scalar(
        select(Area.name).where(
            Area.code == village, Area.level == AreaLevel.VILLAGE, Area.closed_at.is_(None)
        )
    )
    if name is None:
        raise NoSuchShop("没有这个村。")
    there = func.coalesce(LedgerAccount.in_total - LedgerAccount.out_total - LedgerAccount.held, 0)
    offers = session.execute(
        select(Gift, there)
        .outerjoin(LedgerAccount, account_of())
        .where(Gift.area_code == village, Gift.is_active)
        .order_by(Gift.coins, Gift.sku)
        .limit(MOST_GIFTS)
    )
    goods = session.scalars(
        select(GoodsIn)
        .where(
            GoodsIn.area_code == village,
            GoodsIn.state == GoodsState.POSTED,
            GoodsIn.received_at >= since,
        )
        .order_by(GoodsIn.id.desc())
        .limit(MOST_THANKED)
    ).all()
    lines = lines_of(session, [one.id for one in goods]) if goods else {}
    given = [Given(one=one, what=[gift.name for _, gift in lines[one.id]]) for one in goods]
    return PublicShelf(
        code=village,
        name=name,
        offers=[
            Offer(gift=row[0], level=rules.level(int(row[1]), row[0].warn_below)) for row in offers
        ],
        donated=[one for one in given if one.one.origin is Origin.DONATED],
        bought=[one for one in given if one.one.origin is Origin.BOUGHT],
    )
