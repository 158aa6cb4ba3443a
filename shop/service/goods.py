"""Goods that come: written down by one, posted when a second person has counted them too."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, select

from kernel import audit
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.db import insert_once
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped
from points.rules import PostingKind, System
from shop import rules
from shop.errors import NoSuchGoods, NotYoursToSign, Unsaid, WrongMoment
from shop.models import Gift, GoodsIn, GoodsInLine
from shop.rules import UNNAMED, GiverKind, GoodsState, GoodsWish
from shop.service.stock import Flow, check_village, key_of, post_flows

SOURCE = "goods_in"


def take_in(work: Work, village: str, wish: GoodsWish, *, by: Actor) -> GoodsIn:
    """Write down goods that came; the same form with the same words is the same goods.

    Raises:
        NoSuchShop: there is no such village for *by*.
        Unsaid: something of it is missing or wrong.
    """
    check_village(work, village, by=by, permission=Permission.STOCK_MOVE)
    rules.check_goods(wish)
    _check_lines(work, village, wish, by)
    key = key_of(by.id, village, wish.key, _content(wish), wish.shown_as)
    made = insert_once(
        work.session,
        GoodsIn,
        unique="key",
        key=key,
        area_code=village,
        origin=wish.origin,
        giver_kind=wish.giver_kind,
        giver=wish.shown_as,
        funding=wish.funding,
        paid_fen=wish.paid_fen,
        received_by=by.id,
        received_at=work.now(),
        state=GoodsState.WAITING,
    )
    one = work.session.scalars(select(GoodsIn).where(GoodsIn.key == key)).one()
    if made:
        lines = [
            {
                "goods_in_id": one.id,
                "gift_id": line.gift_id,
                "pieces": line.pieces,
                "good_until": line.good_until,
            }
            for line in wish.lines
        ]
        work.session.execute(insert(GoodsInLine), lines)
        _note(work, one, "in", by)
    return one


def confirm_goods(work: Work, goods_id: int, *, by: Actor) -> GoodsIn:
    """Say as the second person that it is all there, and it is on the shelf.

    Raises:
        NoSuchGoods: there is none for *by*.
        WrongMoment: somebody else has decided, or something is past its day meanwhile.
        NotYoursToSign: *by* wrote it down.
    """
    one = _locked(work, goods_id, by)
    if one.state is GoodsState.POSTED and one.decided_by == by.id:
        return one  # tapped twice
    _check_waits(one)
    if one.received_by == by.id:
        raise NotYoursToSign("是您自己登记的，要请另一个人点收。")
    rows = work.session.execute(
        select(GoodsInLine, Gift)
        .join(Gift, Gift.id == GoodsInLine.gift_id)
        .where(GoodsInLine.goods_in_id == one.id)
        .order_by(Gift.id)
    ).all()
    lines = [(row[0], row[1]) for row in rows]
    _check_dates(lines, _today(work))
    one.posting_id = post_flows(
        work,
        PostingKind.STOCK_IN,
        [Flow(gift=gift, pieces=line.pieces, far=System.SUPPLIED) for line, gift in lines],
        source=(SOURCE, one.id),
        signed=(one.received_by, by.id),
        evidence=bytes.fromhex(_digest(one, lines)),
    )
    _decide(work, one, GoodsState.POSTED, by)
    _note(work, one, "confirm", by)
    return one


def withdraw_goods(work: Work, goods_id: int, *, by: Actor) -> GoodsIn:
    """Take back what was written down, before it is on the shelf; whoever may confirm may.

    Raises:
        NoSuchGoods: there is none for *by*.
        WrongMoment: it is on the shelf.
    """
    one = _locked(work, goods_id, by)
    if one.state is GoodsState.WITHDRAWN:
        return one
    _check_waits(one)
    _decide(work, one, GoodsState.WITHDRAWN, by)
    _note(work, one, "withdraw", by)
    return one


def unname(work: Work, goods_id: int, *, by: Actor) -> GoodsIn:
    """Take a giver's name away, who no longer agrees to be named.

    Raises:
        NoSuchGoods: there is none for *by*.
    """
    one = _locked(work, goods_id, by)
    if one.giver_kind is GiverKind.PERSON and one.giver != UNNAMED:
        one.giver = UNNAMED
        work.session.flush()
        _note(work, one, "unname", by)
    return one


def _check_lines(work: Work, village: str, wish: GoodsWish, by: Actor) -> None:
    wanted = {line.gift_id for line in wish.lines}
    mine = scoped(select(Gift), by, Permission.STOCK_MOVE)
    gifts = {
        gift.id: gift
        for gift in work.session.scalars(
            mine.where(Gift.area_code == village, Gift.id.in_(wanted), Gift.is_active)
        )
    }
    for line in wish.lines:
        gift = gifts.get(line.gift_id)
        if gift is None:
            raise Unsaid("有一样礼品已经下架了，请刷新再写")
        rules.check_goods_line(
            line, name=gift.name, keeps_dates=gift.keeps_dates, today=_today(work)
        )


def _check_dates(lines: Sequence[tuple[GoodsInLine, Gift]], today: date) -> None:
    for line, gift in lines:
        if line.good_until is not None and line.good_until < today:
            raise WrongMoment("%(gift)s：保质期已经过了，请撤回，重新登记。", gift=gift.name)


def _locked(work: Work, goods_id: int, by: Actor) -> GoodsIn:
    statement = scoped(select(GoodsIn).where(GoodsIn.id == goods_id), by, Permission.STOCK_MOVE)
    one = work.session.scalar(
        statement.with_for_update(of=GoodsIn).execution_options(populate_existing=True)
    )
    if one is None:
        raise NoSuchGoods("没有这次进货，或者它不归您管。")
    return one


def _check_waits(one: GoodsIn) -> None:
    if one.state is not GoodsState.WAITING:
        raise WrongMoment("这次进货已经有人处理过了，请刷新再看。")


def _decide(work: Work, one: GoodsIn, state: GoodsState, by: Actor) -> None:
    one.state, one.decided_by, one.decided_at = state, by.id, work.now()
    work.session.flush()


def _content(wish: GoodsWish) -> list[object]:
    lines = sorted((one.gift_id, one.pieces, str(one.good_until)) for one in wish.lines)
    return [wish.origin, wish.giver_kind, wish.funding, wish.paid_fen, lines]


def _digest(one: GoodsIn, lines: Sequence[tuple[GoodsInLine, Gift]]) -> str:
    """Return the evidence behind the posting; without the giver, who may ask to be unnamed."""
    rows = [(gift.id, line.pieces, str(line.good_until)) for line, gift in lines]
    return key_of(one.area_code, one.origin, one.funding, one.paid_fen, rows)


def _today(work: Work) -> date:
    return work.now().astimezone(SHANGHAI).date()


def _note(work: Work, one: GoodsIn, verb: str, by: Actor) -> None:
    audit.note(
        work,
        by=by,
        action=f"shop.goods-{verb}",
        subject=f"goods_in:{one.id}",
        area=one.area_code,
        detail=f"{one.origin.value} {one.paid_fen}",
    )
