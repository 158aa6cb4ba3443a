"""A writer: wishes for something, asks until it is told what came of it, and wishes again."""

import random  # noqa: TID251 - nothing here is a secret
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, OperationalError

from kernel.clock import SystemClock
from kernel.db import db
from kernel.errors import Refusal
from kernel.work import Work, transaction
from points import service
from points.models import Posting, Transfer
from points.rules import Line, PostingKind, Request
from points.service import Posted
from tests.points.books import DAY
from tests.torture.journal import Journal, Move, Told, Wish

DEADLOCK: Final = "40P01"  # a connection may be lost, but nobody waits for each other in a circle
TWICE: Final = 0.1  # how often somebody clicks twice
RECENT: Final = 60  # postings that are looked through for a hold to end, or one to undo


class UnsteadyClock(SystemClock):
    """The machine's clock, which steps back every now and then, as several machines' do."""

    def now(self) -> datetime:
        return super().now() + timedelta(milliseconds=random.uniform(-20, 20))  # noqa: S311


@dataclass(frozen=True)
class Accounts:
    """Whose coins are moved."""

    issuance: int
    redeemed: int
    homes: Sequence[int]


def write(app: Flask, file: Path, accounts: Accounts, until: float) -> None:
    """Post whatever comes to mind until the monotonic clock says *until*; leave no wish open."""
    journal, draw = Journal(file), random.Random(f"{file} {time.monotonic()}")  # noqa: S311
    with app.app_context():
        while time.monotonic() < until or journal.open:
            wish = journal.open or _wish(draw, f"{file.stem}:{journal.count}", accounts)
            if wish is None:
                continue
            if wish is not journal.open:
                journal.wish(wish)
            told = _ask(wish)
            if told is None:
                journal.open = wish
                time.sleep(0.02)
                continue
            journal.open = None
            journal.told(told)
            if told.broken:
                raise SystemExit(1)
            if told.posted and draw.random() < TWICE:
                journal.wish(wish)
                journal.open = wish


def _ask(wish: Wish) -> Told | None:
    """Ask once; None if the connection was lost, and nobody knows what came of it."""
    try:
        with transaction() as work:
            posted = DEEDS[wish.do](work, wish)
    except Refusal as refusal:
        return Told(refused=type(refusal).__name__)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == DEADLOCK:
            return Told(broken=str(error.orig))
        return None
    except DBAPIError as error:
        return None if error.connection_invalidated else Told(broken=str(error.orig))
    finally:
        _let_go()
    replayed = any(one.replayed for one in posted)
    return Told(posted=tuple(one.id for one in posted), replayed=replayed)


def _let_go() -> None:
    """End the session; over a connection that is lost there is nothing to roll back."""
    with suppress(DBAPIError):
        db.session.remove()


def _wish(draw: random.Random, key: str, accounts: Accounts) -> Wish | None:
    """Return something new to ask for; None if the database is away and had to be looked into."""
    homes = accounts.homes
    one, other = draw.sample(homes, 2)
    some = draw.randint(1, 6)
    earned: tuple[Move, ...] = ((accounts.issuance, one, some),)
    spent: tuple[Move, ...] = ((one, accounts.redeemed, some),)
    # Several accounts in any order: the ledger has to lock them in its own.
    moved = tuple(_move(draw, homes) for _ in range(draw.randint(1, 3)))
    do = draw.choice(["award", "award", "spend", "move", "move", "batch", "hold", "end", "undo"])
    if do in {"end", "undo"}:
        return _late_wish(draw, do, key)
    if do == "hold":
        spent = (*spent, (other, accounts.redeemed, draw.randint(1, 4)))
    if do == "batch":
        moved = tuple(draw.choice([*earned, *spent, *moved]) for _ in range(draw.randint(2, 8)))
    moves = {"award": earned, "spend": spent, "hold": spent}.get(do, moved)
    return Wish(do=do, key=key, moves=moves)


def _move(draw: random.Random, homes: Sequence[int]) -> Move:
    one, other = draw.sample(homes, 2)
    return one, other, draw.randint(1, 4)


def _late_wish(draw: random.Random, do: str, key: str) -> Wish | None:
    """Return the end of a hold, or an undoing; others may be wishing for it at this moment."""
    kind, done = Posting.kind == PostingKind.HOLD, Posting.pending_id
    if do == "undo":
        kind, done = (
            Posting.kind.in_(["award_system", "redemption", "capture"]),
            Posting.reverses_id,
        )
    try:
        newest = db.session.scalar(select(func.max(Posting.id))) or 0
        gone = select(done).where(done.is_not(None))
        found = db.session.scalars(
            select(Posting.id).where(kind, Posting.id > newest - RECENT, Posting.id.not_in(gone))
        ).all()
        if not found:
            return None
        about = draw.choice(found)
        held = db.session.scalars(
            select(Transfer.amount).where(Transfer.posting_id == about).order_by(Transfer.line)
        ).all()
    except DBAPIError:
        return None
    finally:
        _let_go()
    if do == "undo":
        return Wish(do=do, key=f"reverse:posting:{about}", about=about, by=draw.randint(1, 2))
    given = tuple(draw.randint(0, some) for some in held)
    if not any(given):
        return Wish(do="release", key=f"end:hold:{about}", about=about)
    return Wish(do="capture", key=f"end:hold:{about}", about=about, given=given)


def _lines(moves: Sequence[Move]) -> list[Line]:
    return [Line(debit=a, credit=b, amount=n) for a, b, n in moves]


def _request(key: str, kind: PostingKind, moves: Sequence[Move]) -> Request:
    by_rule = kind is PostingKind.AWARD_SYSTEM
    return Request(
        key=key,
        kind=kind,
        lines=_lines(moves),
        effective_on=DAY,
        source=("torture", key),
        rule=("P01", 1) if by_rule else None,
        actor_id=None if by_rule else 1,
    )


def _post(kind: PostingKind) -> Callable[[Work, Wish], Sequence[Posted]]:
    def post(work: Work, wish: Wish) -> Sequence[Posted]:
        return [service.post(work, _request(wish.key, kind, wish.moves))]

    return post


def _batch(work: Work, wish: Wish) -> Sequence[Posted]:
    requests = [
        _request(f"{wish.key}/{n}", PostingKind.REDEMPTION, [move])
        for n, move in enumerate(wish.moves)
    ]
    return service.post_many(work, requests)


def _hold(work: Work, wish: Wish) -> Sequence[Posted]:
    return [service.hold(work, key=wish.key, lines=_lines(wish.moves), effective_on=DAY)]


def _capture(work: Work, wish: Wish) -> Sequence[Posted]:
    given = list(wish.given)
    return [service.capture(work, wish.about, effective_on=DAY, actor_id=wish.by, amounts=given)]


def _release(work: Work, wish: Wish) -> Sequence[Posted]:
    return [service.release(work, wish.about, effective_on=DAY)]


def _undo(work: Work, wish: Wish) -> Sequence[Posted]:
    return [service.reverse(work, wish.about, effective_on=DAY, actor_id=wish.by)]


DEEDS: Final[dict[str, Callable[[Work, Wish], Sequence[Posted]]]] = {
    "award": _post(PostingKind.AWARD_SYSTEM),
    "spend": _post(PostingKind.REDEMPTION),
    "move": _post(PostingKind.REDEMPTION),
    "batch": _batch,
    "hold": _hold,
    "capture": _capture,
    "release": _release,
    "undo": _undo,
}
