"""The phones: an urgent case rings once a minute until somebody answers, and then no more."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from tests.month.oracle.clocks import A_MINUTE, Schedule, is_night
from tests.month.oracle.history import Stretch, stretches
from tests.month.oracle.log import CaseLog, Ring

MOST: Final = 10
GIVES: Final = frozenset({"assign", "reassign", "escalate"})
RESTS: Final = frozenset({"to_verify", "objected", "closed", "rejected", "merged", "withdrawn"})
ANSWERS: Final = frozenset({"called", "on_my_way", "signed"})


def findings(log: CaseLog, schedule: Schedule, *, end: datetime) -> Iterator[str]:
    """Say what is wrong with how often the phones rang for one case."""
    past = list(stretches(log, end=end))
    rings = {ring.step: ring for ring in log.rings}
    given = [line for line in log.lines if line.is_move and line.did in GIVES and line.owner]
    if sorted(rings) != [line.number for line in given]:
        yield f"case {log.id}: called for {sorted(rings)}, given by {[g.number for g in given]}"
    for ring in log.rings:
        until, urgent = _owner_answers(log, past, ring)
        wanted = _count(ring, until, schedule, past, rings=_owner_rings) if urgent else 1
        if ring.rung != wanted:
            yield f"case {log.id}: rang {ring.rung}× from {ring.began_at}, not {wanted}× to {until}"
    for ring in log.desk_rings:
        until = _desk_answers(past, ring)
        wanted = _count(ring, until, schedule, past, rings=_desk_rings)
        if ring.rung != wanted:
            yield f"case {log.id}: the desk rang {ring.rung}×, not {wanted}× to {until}"
    yield from _no_desk(log, past)


def _owner_answers(log: CaseLog, past: Sequence[Stretch], ring: Ring) -> tuple[datetime, bool]:
    """Return when somebody's phone comes to rest, and whether it rang more than once at all."""
    after = [now for now in past if now.line.number >= ring.step]
    first = after[0] if after else None
    if first is None:  # something else happened in the same moment
        return ring.began_at, False
    begun = next(line for line in log.lines if line.number == ring.step)
    rings = first.urgent and begun.end == "dispatched"
    answered = [] if ring.answered_at is None else [ring.answered_at]
    for line in log.lines[ring.step :]:
        stays = line.did == "accept" and first.urgent and is_night(line.at)
        if (line.is_move and not stays) or line.did in ANSWERS:
            return min([line.at, *answered]), rings
        if stays:  # at night until they go; by day no more
            answered = [one for one in answered if one != line.at]
    return min([*answered, datetime.max.replace(tzinfo=ring.began_at.tzinfo)]), rings


def _desk_answers(past: Sequence[Stretch], ring: Ring) -> datetime:
    """Return when the desk is left alone."""
    ends = [now.begins for now in past if now.begins >= ring.began_at and _rests(now, ring)]
    answered = [] if ring.answered_at is None else [ring.answered_at]
    return min([*ends, *answered, datetime.max.replace(tzinfo=ring.began_at.tzinfo)])


def _rests(now: Stretch, ring: Ring) -> bool:
    return (
        now.state in RESTS
        or now.responded_at is not None
        or not now.urgent
        or now.round != ring.step
    )


def _count(
    ring: Ring,
    until: datetime,
    schedule: Schedule,
    past: Sequence[Stretch],
    *,
    rings: Callable[[Stretch, datetime], bool],
) -> int:
    """Count the rings: the first at once, then one at each beat a minute later."""
    count, last = 1, ring.began_at
    while count < MOST:
        beat = schedule.beat(last + A_MINUTE)
        now = next((one for one in past if one.begins <= beat < one.ends), None)
        if beat >= until or now is None or not rings(now, beat):
            return count
        count, last = count + 1, beat
    return count


def _owner_rings(now: Stretch, beat: datetime) -> bool:
    """Whether the owner's phone still rings: what is taken rings on at night alone."""
    return now.state == "dispatched" or (now.state == "handling" and is_night(beat))


def _desk_rings(_now: Stretch, beat: datetime) -> bool:
    """Whether the desk's phone still rings: never by day."""
    return is_night(beat)


def _no_desk(log: CaseLog, past: Sequence[Stretch]) -> Iterator[str]:
    """Say where the desk was not called to what came at night, or called twice."""
    rounds = [ring.step for ring in log.desk_rings]
    if len(set(rounds)) != len(rounds):
        yield f"case {log.id}: the desk was called twice in a round"
    for now in past:
        gives = now.line.is_move and now.line.did in {*GIVES, "return", "reopen"}
        called = now.police or now.round in rounds
        if gives and now.urgent and not called and is_night(now.begins):
            yield f"case {log.id}: given at night, {now.begins}, and the desk not called"
