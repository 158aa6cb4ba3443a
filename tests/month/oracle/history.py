"""Where a case stood from when to when, told again from its log."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.month.oracle.clocks import (
    Span,
    Stop,
    Terms,
    code_of,
    minutes_after,
    read,
    span,
    terms_of,
    working_days_after,
)
from tests.month.oracle.log import CaseLog, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """How a case stood between two lines of its log."""

    begins: datetime
    ends: datetime
    line: Line  # with which it began
    state: str
    owner: int | None
    round: int
    round_at: datetime
    urgent: bool
    police: bool
    taken_at: datetime | None
    responded_at: datetime | None
    respond_by: datetime
    promise: datetime | None
    span: Span | None
    stands_until: datetime | None


@dataclass(slots=True)
class Standing:
    """Where a case stands while its log is read."""

    log: CaseLog
    terms: Terms
    category: str | None
    round_at: datetime
    respond_by: datetime
    state: str = "submitted"
    owner: int | None = None
    round: int = 0
    admitted_at: datetime | None = None
    taken_at: datetime | None = None
    responded_at: datetime | None = None
    span: Span | None = None
    promise: datetime | None = None
    stops: list[Stop] = field(default_factory=list)
    stands_until: datetime | None = None
    extended: bool = False

    def read(self, line: Line) -> None:
        """Go on by one line."""
        self.owner = line.owner
        getattr(self, f"_{line.did}", self._nothing)(line)
        if line.is_move and line.end is not None:
            self.state = line.end

    def _nothing(self, line: Line) -> None:
        """Most lines change no clock."""

    def _admit(self, line: Line) -> None:
        self.admitted_at = line.at
        self._wind()

    def _accept(self, line: Line) -> None:
        self.taken_at = self.taken_at or line.at

    def _called(self, line: Line) -> None:
        self.responded_at = self.responded_at or line.at

    _on_my_way = _called

    def _classify(self, line: Line) -> None:
        name, _, urgency = line.why.rpartition("，")
        self.category = code_of(name)
        found = terms_of(self.category, self.log.tile, self.log.danger)
        self.terms = replace(found, urgent=urgency == "紧急")
        self.respond_by = min(self.respond_by, self.first_answer_by())
        if self.admitted_at is None:
            return
        due = self._ends(self.terms.close)
        if self.promise is None or due <= self.promise:
            self.promise, self.span = due, self.terms.close

    def _paused(self, line: Line) -> None:
        reason = line.why.split("：")[0]
        row = next(one for one in read("sla_policies")["pause"] if one["name"] == reason)
        self._stand(line, span(row["max"]).count)

    def _asked(self, line: Line) -> None:
        in_time = self.promise is not None and line.at < self.promise
        if in_time and not self.stops:
            row = next(o for o in read("sla_policies")["pause"] if o["code"] == "wait_resident")
            self._stand(line, span(row["max"]).count)

    def _stand(self, line: Line, days: int) -> None:
        self.stands_until = working_days_after(line.at, days)
        self.stops.append((line.at, self.stands_until))
        self._wind_again()

    def _resumed(self, line: Line) -> None:
        begun, until = self.stops.pop()
        self.stops.append((begun, min(line.at, until)))
        self.stands_until = None
        self._wind_again()

    def _extended(self, _line: Line) -> None:
        self.extended = True
        self._wind_again()

    def _reopen(self, line: Line) -> None:
        self.round += 1
        self.round_at = self.admitted_at = line.at
        self.taken_at = self.responded_at = None
        self.extended = False
        self.respond_by = self.first_answer_by()
        self._wind()

    _uphold = _reopen

    def _wind(self) -> None:
        self.span = self.terms.close
        self.promise = self.span.ends(self.admitted_at or self.round_at)

    def _wind_again(self) -> None:
        if self.span is not None:
            self.promise = self._ends(self.span)

    def _ends(self, close: Span) -> datetime:
        spans = [close]
        if self.extended and self.terms.longest is not None:
            spans.append(self.terms.longest)
        start = self.admitted_at or self.round_at
        return max(one.ends(start, self.stops) for one in spans)

    def first_answer_by(self) -> datetime:
        minutes = span(
            read("sla_policies")["policies"]["urgent" if self.terms.urgent else "normal"]["respond"]
        ).count
        return minutes_after(self.round_at, minutes, urgent=self.terms.urgent)


def stretches(log: CaseLog, *, end: datetime) -> Iterator[Stretch]:
    """Yield how the case stood, from its first line to *end*."""
    terms = terms_of(log.category, log.tile, log.danger)
    now = Standing(log, terms, log.category, log.submitted_at, log.submitted_at)
    now.respond_by = now.first_answer_by()
    for line, after in zip(log.lines, (*log.lines[1:], None), strict=True):
        now.read(line)
        ends = after.at if after is not None else end
        if ends > line.at:
            yield Stretch(
                begins=line.at,
                ends=ends,
                line=line,
                state=now.state,
                owner=now.owner,
                round=now.round,
                round_at=now.round_at,
                urgent=now.terms.urgent,
                police=now.terms.police,
                taken_at=now.taken_at,
                responded_at=now.responded_at,
                respond_by=now.respond_by,
                promise=now.promise,
                span=now.span,
                stands_until=now.stands_until,
            )
