"""What leaves the shelf otherwise than for coins, and what a count finds."""

from dataclasses import replace

from sqlalchemy import exists, select

from kernel import audit
from kernel.access import Actor
from kernel.db import insert_once
from kernel.permissions import Permission
from kernel.work import Work
from people.queries import scoped
from points.rules import PostingKind, System
from shop import rules
from shop.errors import NoSuchGift, NoSuchMove, NotOnShelf, NotYoursToSign, Unsaid, WrongMoment
from shop.models import Gift, StockMove
from shop.rules import MOST_PIECES, MoveKind, MoveState, StockWish
from shop.service.gifts import NO_GIFT
from shop.service.stock import Flow, key_of, locked, post_flows

SOURCE = "stock_move"
FAR = {
    MoveKind.SPOILED: System.SPOILED,
    MoveKind.RETURNED: System.SUPPLIED,
    MoveKind.COUNTED: System.ADJUSTED,
}


def take_out(work: Work, gift_id: int, wish: StockWish, *, by: Actor) -> StockMove:
    """Take pieces off the shelf that spoiled or go back; the same form takes them once.

    Raises:
        NoSuchGift: there is none for *by*.
        Unsaid: something is missing or wrong.
        NotOnShelf: there are not so many.
    """
    gift = _gift(work, gift_id, by, Permission.STOCK_MOVE)
    kind, pieces = wish.kind, wish.pieces
    if kind is None or kind is MoveKind.COUNTED:
        raise Unsaid("请选是坏了，还是退回去")
    _check_pieces(pieces, least=1)
    rules.check_reason(wish.reason)
    key = _key(gift_id, wish, by)
    account = locked(work, gift)
    before = _keyed(work, key)
    if before is not None:
        return before
    book = account.in_total - account.out_total
    if pieces > book - account.held:
        raise NotOnShelf(
            "账上能动的只有 %(there)s，不能再出 %(wanted)s。",
            there=book - account.held,
            wanted=pieces,
        )
    move = _written(work, gift, wish, (book, book - pieces), key, by)
    _finish(work, move, gift, by, second=None)
    _note(work, move, "take-out", by)
    return move


def count(work: Work, gift_id: int, wish: StockWish, *, by: Actor) -> StockMove:
    """Write down how many pieces somebody counted; nothing changes until a second person signs.

    Raises:
        NoSuchGift: there is none for *by*.
        Unsaid: the number is none, or it differs from the book and nobody said why.
        WrongMoment: another count of it waits.
    """
    gift = _gift(work, gift_id, by, Permission.STOCK_COUNT)
    wish = replace(wish, kind=MoveKind.COUNTED)
    counted = wish.pieces
    _check_pieces(counted, least=0)
    account = locked(work, gift)
    book = account.in_total - account.out_total
    key = _key(gift_id, wish, by)
    before = _keyed(work, key)
    if before is not None:
        return before
    if counted != book:
        rules.check_reason(wish.reason)
    waits = exists().where(StockMove.gift_id == gift.id, StockMove.state == MoveState.WAITING)
    if work.session.scalar(select(waits)):
        raise WrongMoment("这样礼品有一次盘点还在等第二个人签，请先签好或者撤回。")
    move = _written(work, gift, wish, (book, counted), key, by)
    _note(work, move, "count", by)
    return move


def sign_count(work: Work, move_id: int, *, by: Actor) -> StockMove:
    """Say as the second person that so many pieces are there; the ledger follows.

    Raises:
        NoSuchMove: there is none for *by*.
        WrongMoment: it is decided, or the stock has changed since it was counted.
        NotYoursToSign: *by* counted.
        NotOnShelf: more is set aside for people than was counted.
    """
    move = _locked_count(work, move_id, by)
    if move.state is MoveState.DONE and move.decided_by == by.id:
        return move  # tapped twice
    _check_waits(move)
    if move.proposed_by == by.id:
        raise NotYoursToSign("是您自己数的，要请另一个人来数一遍再签。")
    gift = work.session.get_one(Gift, move.gift_id)
    account = locked(work, gift)
    book = account.in_total - account.out_total
    if book != move.book:
        raise WrongMoment("数过以后又有进出，账上现在是 %(book)s，请撤回再数一次。", book=book)
    if move.counted < account.held:
        raise NotOnShelf("有 %(held)s 份已经给人留着，数出来的不够。", held=account.held)
    _finish(work, move, gift, by, second=by)
    _note(work, move, "count-sign", by)
    return move


def withdraw_count(work: Work, move_id: int, *, by: Actor) -> StockMove:
    """Take back a count that nobody has signed; whoever may sign it may, and who counted.

    Raises:
        NoSuchMove: there is none for *by*.
        WrongMoment: it is signed.
    """
    move = _locked_count(work, move_id, by)
    if move.state is MoveState.WITHDRAWN:
        return move
    _check_waits(move)
    move.state, move.decided_by, move.decided_at = MoveState.WITHDRAWN, by.id, work.now()
    work.session.flush()
    _note(work, move, "count-withdraw", by)
    return move


def _gift(work: Work, gift_id: int, by: Actor, permission: Permission) -> Gift:
    gift = work.session.scalar(scoped(select(Gift).where(Gift.id == gift_id), by, permission))
    if gift is None:
        raise NoSuchGift(NO_GIFT)
    return gift


def _check_pieces(pieces: int, *, least: int) -> None:
    if not least <= pieces <= MOST_PIECES:
        raise Unsaid("件数请写 %(least)s 到 100000 的整数", least=least)


def _keyed(work: Work, key: str) -> StockMove | None:
    return work.session.scalar(select(StockMove).where(StockMove.key == key))


def _key(gift_id: int, wish: StockWish, by: Actor) -> str:
    return key_of(by.id, gift_id, wish.key, wish.kind, wish.pieces, wish.reason)


def _written(
    work: Work, gift: Gift, wish: StockWish, pieces: tuple[int, int], key: str, by: Actor
) -> StockMove:
    insert_once(
        work.session,
        StockMove,
        unique="key",
        key=key,
        area_code=gift.area_code,
        gift_id=gift.id,
        kind=wish.kind,
        book=pieces[0],
        counted=pieces[1],
        reason=wish.reason,
        proposed_by=by.id,
        proposed_at=work.now(),
        state=MoveState.WAITING,
    )
    return work.session.scalars(select(StockMove).where(StockMove.key == key)).one()


def _finish(work: Work, move: StockMove, gift: Gift, by: Actor, *, second: Actor | None) -> None:
    """Post the difference, if there is any, and close the move."""
    if move.difference:
        move.posting_id = post_flows(
            work,
            PostingKind.STOCK_IN if move.difference > 0 else PostingKind.STOCK_OUT,
            [Flow(gift=gift, pieces=move.difference, far=FAR[move.kind])],
            source=(SOURCE, move.id),
            signed=(move.proposed_by, second.id if second else None),
        )
    move.state, move.decided_by, move.decided_at = MoveState.DONE, by.id, work.now()
    work.session.flush()


def _locked_count(work: Work, move_id: int, by: Actor) -> StockMove:
    wanted = select(StockMove).where(StockMove.id == move_id, StockMove.kind == MoveKind.COUNTED)
    statement = scoped(wanted, by, Permission.STOCK_COUNT)
    move = work.session.scalar(
        statement.with_for_update(of=StockMove).execution_options(populate_existing=True)
    )
    if move is None:
        raise NoSuchMove("没有这次盘点，或者它不归您管。")
    return move


def _check_waits(move: StockMove) -> None:
    if move.state is not MoveState.WAITING:
        raise WrongMoment("这次盘点已经有人处理过了，请刷新再看。")


def _note(work: Work, move: StockMove, verb: str, by: Actor) -> None:
    audit.note(
        work,
        by=by,
        action=f"shop.{verb}",
        subject=f"stock_move:{move.id}",
        area=move.area_code,
        detail=f"{move.kind.value} {move.book} {move.counted}",
    )
