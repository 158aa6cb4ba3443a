"""Setting aside, handing out, giving back, and undoing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, select

from kernel.work import Work
from points import rules
from points.errors import AlreadyEnded, AlreadyReversed, BadPosting, KeyReused, NoSuchPosting
from points.models import Posting, Transfer
from points.rules import Line, Phase, PostingKind, Request
from points.service.posting import Posted, post

BATCH: Final = 50  # holds let go in one transaction
_TRANSFER: Final = Transfer.__table__.c
_LINES: Final = (
    select(
        _TRANSFER.debit_id,
        _TRANSFER.credit_id,
        _TRANSFER.amount,
        _TRANSFER.phase,
        _TRANSFER.person_id,
        _TRANSFER.place_id,
    )
    .where(_TRANSFER.posting_id == bindparam("posting"))
    .order_by(_TRANSFER.line)
)


def hold(  # noqa: PLR0913 - the columns of one posting
    work: Work,
    *,
    key: str,
    lines: Sequence[Line],
    effective_on: date,
    source: tuple[str, str] | None = None,
    actor_id: int | None = None,
    expires_at: datetime | None = None,
) -> Posted:
    """Set aside what *lines* would move; it counts as spent until it is handed out or released.

    Raises:
        NotEnough: more is wanted than is free.
    """
    pending = [replace(line, phase=Phase.PENDING) for line in lines]
    request = Request(
        key=key,
        kind=PostingKind.HOLD,
        lines=pending,
        effective_on=effective_on,
        source=source,
        actor_id=actor_id,
        expires_at=expires_at,
    )
    return post(work, request)


def capture(  # noqa: PLR0913 - the columns of one posting
    work: Work,
    hold_id: int,
    *,
    effective_on: date,
    actor_id: int,
    second_actor_id: int | None = None,
    amounts: Sequence[int] | None = None,
    more: Sequence[Line] = (),
) -> Posted:
    """Hand out what was held, whole or as much of each line as *amounts* say; the rest is free.

    *more* are lines that were not held and move along.

    Raises:
        NoSuchPosting: there is no such hold.
        BadPosting: more is to be handed out than was held, or nothing.
        AlreadyEnded: it was ended before, in another way.
        NotEnough: a line of *more* is not covered.
    """
    held = _held(work, hold_id)
    given = [line.amount for line in held] if amounts is None else list(amounts)
    if len(given) != len(held) or not any(given):
        raise BadPosting("要写明发出多少。")
    if any(not 0 <= some <= line.amount for some, line in zip(given, held, strict=True)):
        raise BadPosting("发出的不能比预留的多。")
    lines = [
        replace(line, phase=phase, amount=amount)
        for line, some in zip(held, given, strict=True)
        for phase, amount in ((Phase.CAPTURED, some), (Phase.RELEASED, line.amount - some))
        if amount
    ]
    return _end(
        work,
        Request(
            key=f"end:hold:{hold_id}",
            kind=PostingKind.CAPTURE,
            lines=[*lines, *more],
            effective_on=effective_on,
            actor_id=actor_id,
            second_actor_id=second_actor_id,
            pending_id=hold_id,
        ),
    )


def release(work: Work, hold_id: int, *, effective_on: date, actor_id: int | None = None) -> Posted:
    """Give back all that was held; a time-out has no actor.

    Raises:
        NoSuchPosting: there is no such hold.
        AlreadyEnded: it was ended before, in another way.
    """
    return _end(
        work,
        Request(
            key=f"end:hold:{hold_id}",
            kind=PostingKind.RELEASE,
            lines=[replace(line, phase=Phase.RELEASED) for line in _held(work, hold_id)],
            effective_on=effective_on,
            actor_id=actor_id,
            pending_id=hold_id,
        ),
    )


def release_expired(work: Work) -> bool:
    """Give back what was held for too long; return whether there may be more of it.

    The hold is released as of the day its time ran out, however late that is noticed, so that
    two who notice at once post the same.
    """
    ended = select(Posting.pending_id).where(Posting.pending_id.is_not(None))
    late = work.session.execute(
        select(Posting.id, Posting.expires_at)
        .where(Posting.expires_at <= rules.microseconds(work.now()), Posting.id.not_in(ended))
        .order_by(Posting.id)
        .limit(BATCH)
    ).all()
    for hold_id, expires_at in late:
        day = rules.moment_of(expires_at or 0).date()
        release(work, hold_id, effective_on=day)
    return len(late) == BATCH


def reverse(
    work: Work,
    posting_id: int,
    *,
    effective_on: date,
    actor_id: int,
    second_actor_id: int | None = None,
) -> Posted:
    """Undo one posting, once: the same amounts move back.

    Raises:
        NoSuchPosting: there is none, or it is of a kind that is not undone like this.
        AlreadyReversed: somebody else undid it.
        NotEnough: what it brought is spent.
    """
    posting = work.session.get(Posting, posting_id)
    if posting is None or PostingKind(posting.kind) not in rules.REVERSIBLE:
        raise NoSuchPosting("没有这笔账，或者这笔账不能冲正。")
    lines = [
        replace(line, debit=line.credit, credit=line.debit, phase=Phase.POSTED)
        for line in _lines(work, posting_id)
        if line.phase in {Phase.POSTED, Phase.CAPTURED}
    ]
    request = Request(
        key=f"reverse:posting:{posting_id}",
        kind=PostingKind.REVERSAL,
        lines=lines,
        effective_on=effective_on,
        actor_id=actor_id,
        second_actor_id=second_actor_id,
        reverses_id=posting_id,
    )
    try:
        return post(work, request)
    except KeyReused as error:
        raise AlreadyReversed("这笔账已经冲正过了。") from error


def _end(work: Work, request: Request) -> Posted:
    try:
        return post(work, request)
    except KeyReused as error:
        raise AlreadyEnded("这笔预留已经发出或退回了。") from error


def _held(work: Work, hold_id: int) -> list[Line]:
    kind = work.session.scalar(select(Posting.kind).where(Posting.id == hold_id))
    if kind != PostingKind.HOLD:
        raise NoSuchPosting("没有这笔预留。")
    return list(_lines(work, hold_id))


def _lines(work: Work, posting_id: int) -> Iterable[Line]:
    rows = work.session.execute(_LINES, {"posting": posting_id})
    for row in rows:
        yield Line(
            debit=row.debit_id,
            credit=row.credit_id,
            amount=row.amount,
            phase=Phase(row.phase),
            person_id=row.person_id,
            place_id=row.place_id,
        )
