"""What left the house: each message once, what was said to be late also by text, alarms in time."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen.models import Report
from grid.models import Case
from kernel.outbound import Message
from tests.month.oracle.clocks import Schedule
from tests.month.oracle.log import CaseLog

TEXTS: Final = {"warned": "T31", "broken": "T32", "extended": "T05", "asked": "T04"}
CLOSED: Final = "T06"  # once for each closing, in the same words
GIVES: Final = frozenset({"assign", "reassign", "escalate", "return"})  # a desk hears of those
OVER: Final = frozenset({"sent", "given_up"})
SLACK: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message."""

    key: str
    about: str
    template: str
    text: str
    written_at: datetime
    state: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """One thing that left the house."""

    key: str
    at: datetime


def read_messages(session: Session) -> list[Sent]:
    """Read them all."""
    return [
        Sent(
            key=row.key,
            about=row.about,
            template=row.template,
            text=row.text,
            written_at=row.written_at,
            state=row.state.value,
            sent_at=row.sent_at,
        )
        for row in session.scalars(select(Message).order_by(Message.id))
    ]


def read_phones(session: Session) -> dict[int, str]:
    """Return, by case, the report whose resident gets text messages about it."""
    rows = session.execute(
        select(Case.id, Report.id)
        .join(Report, Report.case_id == Case.id)
        .where(Case.caller_phone.is_not(None))
    )
    return {case: f"citizen.report:{report}" for case, report in rows}


def findings(messages: Sequence[Sent], out: Sequence[Out]) -> Iterator[str]:
    """Say what left twice, or never, or is still to leave."""
    left = Counter(one.key for one in out)
    for message in messages:
        wanted = 1 if message.state == "sent" else 0
        if message.state not in OVER or left[message.key] != wanted:
            yield f"message {message.key} is {message.state} and left {left[message.key]}×"
    known = {message.key for message in messages}
    yield from (f"{key} left, and is no message" for key in left if key not in known)
    said = Counter(
        (one.about, one.template, one.text)
        for one in messages
        if one.about.startswith("citizen.") and one.state == "sent" and one.template != CLOSED
    )
    yield from (f"{what} was said {n}×" for what, n in said.items() if n > 1)


def told(
    log: CaseLog,
    phones: Mapping[int, str],
    messages: Mapping[str, Sequence[Sent]],
    workers: Schedule,
) -> Iterator[str]:
    """Say which line of one case was not told by text to whoever left a number, or twice.

    While no worker worked a line may be overtaken: then its text is left out.
    """
    about = phones.get(log.id)
    if about is None or log.state == "merged":
        return
    for did, template in (*TEXTS.items(), ("closed", CLOSED)):
        lines = [line for line in log.lines if did in {line.did, line.is_move and line.end}]
        texts = [one for one in messages.get(about, ()) if one.template == template]
        for line in lines:
            until = workers.beat(line.at) + SLACK
            there = [one for one in texts if line.at <= one.written_at <= until]
            if not there and until - line.at < HOUR:
                yield f"case {log.id}: {did} {line.at} was not told by {template}"
        if len(texts) > len(lines):
            yield f"case {log.id}: {len(lines)} × {did}, {len(texts)} × {template}"


def alarms(log: CaseLog, messages: Mapping[str, Sequence[Sent]]) -> Iterator[str]:
    """Say which alarm left after somebody said that they go, or after it was over."""
    answered = [line.at for line in log.lines if line.did in {"called", "on_my_way"}]
    if not answered or any(line.did in {"reopen", "uphold"} for line in log.lines):
        return
    quiet = min(answered)
    given = [line.at for line in log.lines if line.is_move and line.did in GIVES]
    for text in messages.get(f"grid.alarm:{log.id}", ()):
        again = any(quiet < at <= text.written_at for at in given)
        if text.written_at > quiet and not again:
            yield f"case {log.id}: somebody went {quiet}, and {text.written_at} it rang"
