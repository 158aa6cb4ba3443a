"""What residents were promised: shown before it broke, warned of, and owned up to, once each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tests.month.oracle.clocks import HERE, Schedule, read
from tests.month.oracle.history import Stretch, stretches
from tests.month.oracle.log import CaseLog, Line

SLACK: Final = timedelta(minutes=1)
SORRY: Final = "对不起，没有按时办好"
SOON, BROKEN = "soon", "broken"
TAKEN: Final = frozenset({"handling", "returned", "to_verify", "reopened"})
WORDS: Final = {"warned": SOON, "broken": BROKEN}
Key = tuple[str, datetime]  # what was said, and of which promised moment


def findings(log: CaseLog, schedule: Schedule, *, end: datetime) -> Iterator[str]:
    """Say what is wrong with the promises of one case."""
    past = list(stretches(log, end=end))
    expected = _expected(past, schedule)
    said: dict[Key, list[Line]] = {}
    for now in past:
        if now.line.by_program and now.line.did in WORDS and now.promise is not None:
            said.setdefault((WORDS[now.line.did], now.promise), []).append(now.line)
    kept = Counter(log.tellings)
    for key, at in expected.wanted.items():
        lines = said.get(key, [])
        if len(lines) != 1 or kept[key] != 1:
            yield f"case {log.id}: {key} was due {at}, said {len(lines)}×, kept {kept[key]}×"
        elif not at <= lines[0].at <= at + SLACK:
            yield f"case {log.id}: {key} was due {at} and said {lines[0].at}"
    for key, lines in said.items():
        if key not in expected.wanted and not (key in expected.maybe and len(lines) == 1):
            yield f"case {log.id}: {key} was said {[one.at for one in lines]}, not due"
    yield from _words(log, said)


def shown(log: CaseLog, *, end: datetime) -> Iterator[str]:
    """Say where a receipt did not show what was promised, as soon as it was."""
    past = [now for now in stretches(log, end=end) if now.state != "merged"]
    for look in log.looks:
        there = [now for now in past if now.begins <= look.at < now.ends]
        for now in there[-1:]:
            said = (look.close_by, look.respond_by, look.stands_until)
            true = (now.promise, now.respond_by, now.stands_until)
            if said != true:
                yield f"case {log.id} at {look.at}: the receipt said {said}, not {true}"
    for now in past:
        seen = [look for look in log.looks if look.at <= now.begins + SLACK]
        if now.promise is not None and not any(look.close_by == now.promise for look in seen):
            yield f"case {log.id}: {now.promise} was promised {now.begins} and not shown"


def read_aloud(log: CaseLog, *, end: datetime) -> Iterator[str]:
    """Say which page did not name what was promised, as people say it."""
    past = [now for now in stretches(log, end=end) if now.state not in {"merged", "objected"}]
    for page in log.pages:
        there = [now for now in past if now.begins <= page.at < now.ends and not _is_over(now)]
        for now in there[-1:]:
            promised = [now.promise] + ([] if now.state in TAKEN else [now.respond_by])
            for moment in promised:
                if moment is not None and spoken(moment, page.at) not in page.text:
                    yield f"case {log.id} at {page.at}: the page does not say {moment}"


def spoken(moment: datetime, now: datetime) -> str:
    """Return a moment as a page says it."""
    here, today = moment.astimezone(HERE), now.astimezone(HERE).date()
    days = {-1: "昨天", 0: "今天", 1: "明天"}
    day = days.get((here.date() - today).days, f"{here.month}月{here.day}日")
    return f"{day} {here.hour}:{here.minute:02}"


def broken(log: CaseLog, schedule: Schedule, *, end: datetime) -> Iterator[str]:
    """Say which promise broke without a word before it, or after it where ours stood still."""
    warned: set[datetime] = set()
    for now in stretches(log, end=end):
        if now.line.did == "warned" and now.promise is not None and now.begins < now.promise:
            warned.add(now.promise)
        if now.line.did != "broken" or now.promise is None or now.promise in warned:
            continue
        stood = schedule.beat(now.promise) - now.promise > SLACK
        begun = any(one.promise == now.promise for one in _before(log, now, end))
        if begun and not stood and now.span is not None:
            yield f"case {log.id}: {now.promise} broke without a word before"
        if now.begins > schedule.beat(now.promise) + SLACK and begun:
            yield f"case {log.id}: {now.promise} broke and was told only {now.begins}"


def _before(log: CaseLog, broke: Stretch, end: datetime) -> Iterator[Stretch]:
    """Yield how it stood when the warning was due, if its clock ran then."""
    for now in stretches(log, end=end):
        if now.promise is None or now.span is None or not _runs(now):
            continue
        if now.begins <= now.span.warns(now.promise) < now.ends and now.begins < broke.begins:
            yield now


@dataclass(slots=True)
class Expected:
    """What had to be said when, and what may have been, as two things met in one minute."""

    wanted: dict[Key, datetime] = field(default_factory=dict)
    maybe: set[Key] = field(default_factory=set)

    def add(self, key: Key, at: datetime, ends: datetime) -> bool:
        """Expect something at *at*, if it still stands so then; say whether it does."""
        if at < ends:
            self.wanted[key] = at
        elif at == ends:
            self.maybe.add(key)
        return at < ends


def _expected(past: Sequence[Stretch], schedule: Schedule) -> Expected:
    found = Expected()
    warned: datetime | None = None  # the promise that was spoken of last
    broke: datetime | None = None
    for now in past:
        if now.promise is None or now.span is None or not _runs(now) or broke == now.promise:
            continue
        breaks = schedule.beat(max(now.promise, now.begins))
        if warned != now.promise:
            warns = schedule.beat(max(now.span.warns(now.promise), now.begins))
            key = (SOON, now.promise)
            if warns < now.promise and found.add(key, warns, now.ends):
                warned = now.promise
        if found.add((BROKEN, now.promise), breaks, now.ends):
            warned = broke = now.promise
    return found


def _runs(now: Stretch) -> bool:
    """Whether the clock runs that ends when it is closed."""
    waits = now.state in {"objected", "submitted"}
    return not waits and not _is_over(now) and now.stands_until is None


def _is_over(now: Stretch) -> bool:
    over = {row["code"] for row in read("case_states")["states"] if row.get("terminal")}
    return now.state in over


def _words(log: CaseLog, said: Mapping[Key, Sequence[Line]]) -> Iterator[str]:
    """Say which words name another moment, do not own up, or are kept otherwise than written."""
    for (what, promised), lines in said.items():
        here = promised.astimezone(HERE)
        for line in lines:
            if f"{here.month}月{here.day}日{here:%H:%M}" not in line.why:
                yield f"case {log.id}: “{line.why}” does not name {here}"
            if (what == BROKEN) != (SORRY in line.why):
                yield f"case {log.id}: “{line.why}” is not what to say when it is {what}"
    lines = [line for line in log.lines if line.did in WORDS]
    if len(lines) != len(log.tellings):
        yield f"case {log.id}: {len(lines)} lines say what {len(log.tellings)} rows keep"
