"""The whole life of a thousand cases over a month: nothing twice, nothing missing, nothing silent.

From 18 September to 23 October 2026: two holidays, a Sunday and a Saturday that are worked, two
nights in five reports, no-shows, and on 13 October a schedule that is down for a day, its workers
for most of it; on 24 September the gateway for texts is away while the morning's go out.

`make month` lives a thousand on each database, every run of the suite a part of them, beside
PostgreSQL: ``conftest``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from tests.month.conftest import ONCE, Month
from tests.month.oracle import desks, ladder, messages, promises, rings, whole
from tests.month.oracle.clocks import Schedule
from tests.month.oracle.messages import Sent
from tests.month.play.month import END, OUTAGES

pytestmark = [pytest.mark.timeout(1800), *ONCE]  # the first test waits for the month to be lived

WANTED = {
    *("admit", "assign", "accept", "return", "reassign", "escalate", "report_result", "verify"),
    *("confirm", "send_back", "reopen", "withdraw", "reject", "merge", "object", "uphold"),
    *("dismiss", "opened", "called", "on_my_way", "classify", "ladder", "joined", "paused"),
    *("resumed", "asked", "answered", "extension_asked", "extended", "extension_refused"),
    *("extension_lapsed", "warned", "broken", "call_owed", "supervised", "objection_late"),
}


def by_case(month: Month) -> Mapping[str, Sequence[Sent]]:
    found: dict[str, list[Sent]] = {}
    for message in month.messages:
        found.setdefault(message.about, []).append(message)
    return found


class TestNothingIsLost:
    def test_every_report_is_one_case_that_moved_along_the_table(self, month: Month) -> None:
        assert len(month.logs) == month.cases
        assert list(whole.findings(month.logs, month.reports, month.owed)) == []


class TestTheLadder:
    def test_every_breach_was_acted_on_once(self, month: Month) -> None:
        found = [
            line for log in month.logs for line in ladder.findings(log, month.schedule, end=END)
        ]

        assert found == []

    def test_what_desks_left_went_on_once(self, month: Month) -> None:
        found = [
            line for log in month.logs for line in desks.findings(log, month.schedule, end=END)
        ]

        found += desks.complaint_findings(month.complaints, month.schedule, end=END)
        assert found == []


class TestPromises:
    def test_every_promise_was_told_late_in_time_and_once(self, month: Month) -> None:
        found = [
            line for log in month.logs for line in promises.findings(log, month.schedule, end=END)
        ]

        assert found == []

    def test_every_promise_stood_on_the_receipt_from_the_start(self, month: Month) -> None:
        found = [line for log in month.logs for line in promises.shown(log, end=END)]

        assert found == []

    def test_and_was_read_there_as_people_say_it(self, month: Month) -> None:
        found = [line for log in month.logs for line in promises.read_aloud(log, end=END)]

        assert sum(len(log.pages) for log in month.logs) > month.cases / 20
        assert found == []

    def test_none_broke_without_a_word_before_it_or_the_first_word_after_the_outage(
        self, month: Month
    ) -> None:
        found = [
            line for log in month.logs for line in promises.broken(log, month.schedule, end=END)
        ]

        assert found == []


class TestTelephones:
    def test_urgent_alarms_ring_until_they_are_answered(self, month: Month) -> None:
        found = [
            line for log in month.logs for line in rings.findings(log, month.schedule, end=END)
        ]

        assert found == []

    def test_no_phone_rings_once_somebody_goes(self, month: Month) -> None:
        sent = by_case(month)

        found = [line for log in month.logs for line in messages.alarms(log, sent)]

        assert found == []

    def test_no_message_left_twice_and_none_stayed(self, month: Month) -> None:
        assert list(messages.findings(month.messages, month.out)) == []

    def test_what_the_receipt_says_was_told_by_text_as_well(self, month: Month) -> None:
        sent, workers = by_case(month), Schedule(OUTAGES.workers)

        found = [
            line for log in month.logs for line in messages.told(log, month.phones, sent, workers)
        ]

        assert found == []


class TestTheMonthItself:
    def test_has_all_in_it_that_could_go_wrong(self, month: Month) -> None:
        did = Counter(line.did for log in month.logs for line in log.lines)
        down, up = OUTAGES.schedule

        assert sorted(WANTED - set(did)) == []
        assert any(down < line.at < up for log in month.logs for line in log.lines)
        assert any(down < log.submitted_at < up <= log.lines[0].at for log in month.logs)
        assert any(
            line.did == "broken" and line.at == up for log in month.logs for line in log.lines
        )
