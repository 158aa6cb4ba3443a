"""The oracle can say no: whoever doctors the log of the month is found out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.month.conftest import ONCE, Month
from tests.month.oracle import desks, ladder, messages, promises, rings, whole
from tests.month.oracle.log import CaseLog, Line
from tests.month.play.month import END

pytestmark = [pytest.mark.timeout(1800), *ONCE]  # the first test waits for the month to be lived
A_MINUTE = timedelta(minutes=1)
RUNG = tuple(ladder.SAID.values())


def first(month: Month, fits: Callable[[Line], bool]) -> tuple[CaseLog, Line]:
    return next((log, line) for log in month.logs for line in log.lines if fits(line))


def without(log: CaseLog, gone: Line) -> CaseLog:
    return replace(log, lines=tuple(line for line in log.lines if line is not gone))


def twice(log: CaseLog, doubled: Line) -> CaseLog:
    lines = [line for one in log.lines for line in [one] * (1 + (one is doubled))]
    return replace(log, lines=tuple(lines))


def later(log: CaseLog, late: Line, minutes: int = 5) -> CaseLog:
    moved = replace(late, at=late.at + minutes * A_MINUTE)
    return replace(log, lines=tuple(moved if line is late else line for line in log.lines))


def is_rung(line: Line) -> bool:
    return line.by_program and line.why.startswith(RUNG)


class TestTheLadder:
    def of(self, month: Month, log: CaseLog) -> list[str]:
        return list(ladder.findings(log, month.schedule, end=END))

    @pytest.mark.parametrize("doctor", [without, twice, later])
    def test_a_rung_that_is_missing_doubled_or_late_is_found(
        self, month: Month, doctor: Callable[[CaseLog, Line], CaseLog]
    ) -> None:
        log, line = first(month, is_rung)

        assert self.of(month, log) == []
        assert self.of(month, doctor(log, line)) != []

    def test_a_rung_is_found_that_is_only_kept_twice(self, month: Month) -> None:
        log, _ = first(month, is_rung)

        assert self.of(month, replace(log, rungs=(*log.rungs, log.rungs[0]))) != []

    def test_a_rung_after_the_answer_is_found(self, month: Month) -> None:
        log = next(
            log
            for log in month.logs
            if not any(is_rung(line) for line in log.lines)
            and any(line.did == "on_my_way" for line in log.lines)
        )
        went = next(line for line in log.lines if line.did == "on_my_way")
        rung = replace(
            went,
            who=None,
            did="escalate",
            is_move=True,
            end="handling",
            why=f"{RUNG[1]}，升级到村社",
        )
        at = log.lines.index(went) + 1

        doctored = replace(log, lines=(*log.lines[:at], rung, *log.lines[at:]))

        assert self.of(month, doctored) != []

    def test_a_rung_to_somebody_too_low_is_found(self, month: Month) -> None:
        log, line = first(month, lambda line: is_rung(line) and line.why.endswith("升级到镇街"))
        low = replace(line, why=line.why.replace("镇街", "网格长"))

        doctored = replace(log, lines=tuple(low if one is line else one for one in log.lines))

        assert self.of(month, doctored) != []


class TestPromises:
    def of(self, month: Month, log: CaseLog) -> list[str]:
        found = list(promises.findings(log, month.schedule, end=END))
        return found + list(promises.broken(log, month.schedule, end=END))

    @pytest.mark.parametrize("doctor", [without, twice, later])
    @pytest.mark.parametrize("did", ["warned", "broken"])
    def test_a_word_that_is_missing_doubled_or_late_is_found(
        self, month: Month, doctor: Callable[[CaseLog, Line], CaseLog], did: str
    ) -> None:
        log, line = first(month, lambda line: line.did == did)

        assert self.of(month, log) == []
        assert self.of(month, doctor(log, line)) != []

    def test_a_word_that_names_another_day_is_found(self, month: Month) -> None:
        log, line = first(month, lambda line: line.did == "broken")
        vague = replace(line, why="过几天办好")

        doctored = replace(log, lines=tuple(vague if one is line else one for one in log.lines))

        assert self.of(month, doctored) != []

    def test_a_receipt_that_says_another_day_is_found(self, month: Month) -> None:
        log = next(log for log in month.logs if log.looks and log.looks[0].close_by)
        look = log.looks[0]
        assert look.close_by is not None
        other = replace(look, close_by=look.close_by + timedelta(days=1))

        assert list(promises.shown(log, end=END)) == []
        assert list(promises.shown(replace(log, looks=(other, *log.looks[1:])), end=END)) != []

    def test_a_receipt_that_was_not_there_is_found(self, month: Month) -> None:
        log = next(log for log in month.logs if log.looks and log.looks[0].close_by)

        assert list(promises.shown(replace(log, looks=()), end=END)) != []


class TestTelephones:
    @pytest.mark.parametrize("more", [-1, 1])
    def test_a_ring_too_few_or_too_many_is_found(self, month: Month, more: int) -> None:
        log = next(log for log in month.logs if any(ring.rung > 1 for ring in log.rings))
        doctored = replace(log, rings=tuple(replace(r, rung=r.rung + more) for r in log.rings))

        assert list(rings.findings(log, month.schedule, end=END)) == []
        assert list(rings.findings(doctored, month.schedule, end=END)) != []

    def test_a_night_desk_that_was_not_called_is_found(self, month: Month) -> None:
        log = next(log for log in month.logs if log.desk_rings)

        assert list(rings.findings(replace(log, desk_rings=()), month.schedule, end=END)) != []

    def test_a_message_that_left_twice_or_not_at_all_is_found(self, month: Month) -> None:
        assert list(messages.findings(month.messages, [*month.out, month.out[0]])) != []
        assert list(messages.findings(month.messages, month.out[1:])) != []


class TestNothingIsLost:
    def of(self, month: Month, logs: Iterable[CaseLog]) -> Iterator[str]:
        return whole.findings(list(logs), month.reports, month.owed)

    def test_a_case_that_is_missing_or_there_twice_is_found(self, month: Month) -> None:
        assert list(self.of(month, month.logs[1:])) != []
        assert list(self.of(month, [*month.logs, month.logs[0]])) != []

    def test_a_move_the_table_does_not_know_is_found(self, month: Month) -> None:
        log, line = first(month, lambda line: line.did == "accept")

        assert list(self.of(month, [without(log, line)])) != []


class TestDesks:
    def test_a_department_taken_from_without_a_word_is_found(self, month: Month) -> None:
        log, line = first(month, lambda line: line.by_program and desks.UNSIGNED in line.why)

        assert list(desks.findings(log, month.schedule, end=END)) == []
        assert list(desks.findings(without(log, line), month.schedule, end=END)) != []
        assert list(desks.findings(twice(log, line), month.schedule, end=END)) != []

    def test_a_complaint_that_nobody_passed_on_is_found(self, month: Month) -> None:
        late = next(one for one in month.complaints if one.overdue_at)
        forgotten = replace(late, overdue_at=())

        assert list(desks.complaint_findings([forgotten], month.schedule, end=END)) != []
