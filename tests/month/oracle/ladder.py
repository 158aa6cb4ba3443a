"""The ladder: each rung whose time came while its clock ran, once in a round, and no other."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from tests.month.oracle.clocks import Schedule, minutes_after, read, span
from tests.month.oracle.history import Stretch, stretches
from tests.month.oracle.log import CaseLog, Line

SLACK: Final = timedelta(minutes=1)  # what two jobs of one beat do to each other comes at the next
# What the log says when a rung was taken, and to whom it then goes at least.
SAID: Final = {
    "accept": "到时没有人接单",
    "respond": "到时没有联系上报人",
    "15m": "15分钟还没有响应",
    "60m": "60分钟还没有响应",
}
HEIGHTS: Final = ("网格长", "村社", "镇街", "区级指挥中心")
LABELS: Final = dict(zip(("grid_leader", "village", "town", "district"), HEIGHTS, strict=True))
POLICE: Final = ("派出所", "公安")
Key = tuple[int, str]  # round and rung


def findings(log: CaseLog, schedule: Schedule, *, end: datetime) -> Iterator[str]:
    """Say what is wrong with the rungs of one case."""
    past = list(stretches(log, end=end))
    wanted, maybe = _wanted(past, schedule)
    taken: dict[Key, list[Line]] = {}
    for number, line in _taken(log):
        taken.setdefault((number, _rung(line)), []).append(line)
    rows = Counter(log.rungs)
    for key, at in wanted.items():
        lines = taken.get(key, [])
        if len(lines) != 1 or rows[key] != 1:
            yield f"case {log.id}: {key} was due {at}, written {len(lines)}×, kept {rows[key]}×"
        elif not at <= lines[0].at <= at + SLACK:
            yield f"case {log.id}: {key} was due {at} and came {lines[0].at}"
    for key, lines in taken.items():
        if key not in wanted and not (key in maybe and len(lines) == 1):
            yield f"case {log.id}: {key} came {[line.at for line in lines]} and was not due"
    if set(rows) != set(taken):
        yield f"case {log.id}: kept {sorted(rows)}, written {sorted(taken)}"
    yield from _too_low(log, taken)


def _wanted(past: Sequence[Stretch], schedule: Schedule) -> tuple[dict[Key, datetime], set[Key]]:
    """Return which rungs had to come when; and which might, as two things met in one minute."""
    wanted: dict[Key, datetime] = {}
    maybe: set[Key] = set()
    for now in past:
        for rung, minutes in rungs(urgent=now.urgent).items():
            key = (now.round, rung)
            stopped = now.taken_at if rung == "accept" else now.responded_at
            if key in wanted or stopped is not None or now.state not in climbing():
                continue
            due = minutes_after(now.round_at, minutes, urgent=now.urgent)
            at = schedule.beat(max(due, now.begins), rests=not now.urgent)
            if at < now.ends:
                wanted[key] = at
            elif at == now.ends:
                maybe.add(key)
    return wanted, maybe


def rungs(*, urgent: bool) -> dict[str, int]:
    """Return after how many minutes each rung comes."""
    policy = read("sla_policies")
    clocks = policy["policies"]["urgent" if urgent else "normal"]
    return {
        name: span(clocks.get(name, name)).count
        for name, row in policy["escalate"].items()
        if row.get("only") in {None, "urgent" if urgent else "normal"}
    }


def climbing() -> frozenset[str]:
    """Return in which states a case goes up."""
    rows = read("case_states")["transitions"]
    return frozenset(next(row["from"] for row in rows if row["move"] == "escalate"))


def _rung(line: Line) -> str:
    return next(name for name, said in SAID.items() if line.why.startswith(said))


def _taken(log: CaseLog) -> Iterator[tuple[int, Line]]:
    """Yield the round and the line of each rung that was taken."""
    number = 0
    for line in log.lines:
        number += line.did in {"reopen", "uphold"}
        if line.by_program and line.why.startswith(tuple(SAID.values())):
            yield number, line


def _too_low(log: CaseLog, taken: Mapping[Key, Sequence[Line]]) -> Iterator[str]:
    """Say which rung gave it to somebody lower than the policy wants."""
    for (_, rung), lines in taken.items():
        least = LABELS[read("sla_policies")["escalate"][rung]["to"]]
        for line in lines:
            _, up, label = line.why.partition("升级到")
            if up and label not in POLICE and HEIGHTS.index(label) < HEIGHTS.index(least):
                yield f"case {log.id}: {rung} went to {label}, not to {least}"
