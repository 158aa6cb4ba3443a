"""What is on the shelf, and for how many coins."""

from sqlalchemy import select

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_missing, insert_once
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped
from shop import rules
from shop.errors import NoSuchGift, Unsaid
from shop.models import Gift, GiftPrice
from shop.rules import GiftWish
from shop.service.stock import check_village

NO_GIFT = "没有这样礼品，或者它不归您管。"
KEPT = ("name", "category", "coins", "cost_fen", "unit", "per_month", "warn_below", "note")
SWITCHES = ("keeps_dates", "is_active")


def shelve_defaults(work: Work, village: str, *, by: Actor) -> int:
    """Put the default catalogue on a village's shelf; what is there already stays as it is.

    Return how many gifts are new.

    Raises:
        NoSuchShop: there is no such village for *by*.
    """
    check_village(work, village, by=by, permission=Permission.GIFT_EDIT)
    there = select(Gift.sku).where(Gift.area_code == village)
    before = set(work.session.scalars(there))
    fresh = [one for one in rules.default_gifts() if one.sku not in before]
    rows = [{"area_code": village, "sku": one.sku, **_values(one)} for one in fresh]
    insert_missing(work.session, Gift, rows)
    # Two at once: the second waits above, finds them there, and neither prices them twice.
    priced = select(GiftPrice.gift_id)
    bare = select(Gift).where(Gift.area_code == village, Gift.id.not_in(priced)).order_by(Gift.id)
    new = work.session.scalars(bare).all()
    for gift in new:
        _price(work, gift, by)
    if new:
        _note_area(work, village, len(new), by)
    return len(new)


def add_gift(work: Work, village: str, wish: GiftWish, *, by: Actor) -> Gift:
    """Put something on a village's shelf.

    Raises:
        NoSuchShop: there is no such village for *by*.
        Unsaid: something of it is missing or wrong, or the village has its number already.
    """
    check_village(work, village, by=by, permission=Permission.GIFT_EDIT)
    rules.check_gift(wish)
    made = insert_once(
        work.session, Gift, unique=None, area_code=village, sku=wish.sku, **_values(wish)
    )
    if not made:
        raise Unsaid("编号 %(sku)s 已经有了，请换一个", sku=wish.sku)
    gift = work.session.scalars(
        select(Gift).where(Gift.area_code == village, Gift.sku == wish.sku)
    ).one()
    _price(work, gift, by)
    _note(work, gift, "add", by)
    return gift


def edit_gift(work: Work, gift_id: int, wish: GiftWish, *, by: Actor) -> Gift:
    """Change a gift; its number stays.  A new price is written down beside the old ones.

    Raises:
        NoSuchGift: there is none for *by*.
        Unsaid: something of it is missing or wrong.
    """
    statement = scoped(select(Gift).where(Gift.id == gift_id), by, Permission.GIFT_EDIT)
    gift = work.session.scalar(
        statement.with_for_update(of=Gift).execution_options(populate_existing=True)
    )
    if gift is None:
        raise NoSuchGift(NO_GIFT)
    rules.check_gift(wish)
    is_new_price = gift.coins != wish.coins
    for name, value in _values(wish).items():
        setattr(gift, name, value)
    work.session.flush()
    if is_new_price:
        _price(work, gift, by)
    _note(work, gift, "edit", by)
    return gift


def _values(wish: GiftWish) -> dict[str, object]:
    return {name: getattr(wish, name) for name in (*KEPT, *SWITCHES)}


def _price(work: Work, gift: Gift, by: Actor) -> None:
    price = GiftPrice(gift_id=gift.id, coins=gift.coins, since=work.now(), set_by=by.id)
    work.session.add(price)
    work.session.flush()


def _note(work: Work, gift: Gift, verb: str, by: Actor) -> None:
    audit.note(
        work,
        by=by,
        action=f"shop.gift-{verb}",
        subject=f"gift:{gift.id}",
        area=gift.area_code,
        detail=f"{gift.sku} {gift.coins}",
    )


def _note_area(work: Work, village: str, count: int, by: Actor) -> None:
    audit.note(
        work,
        by=by,
        action="shop.shelve",
        subject=f"area:{village}",
        area=village,
        detail=str(count),
    )
