"""How long the clocks of a case run: spans, policies and what a category changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from grid.rules import CATALOGUE, Span, Terms, Unit, Urgency, terms_of
from grid.rules.clocks import POLICIES, POLICY

URGENT, NORMAL = Urgency.URGENT, Urgency.NORMAL
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def terms(code: str, urgency: Urgency = NORMAL) -> Terms:
    return terms_of(CATALOGUE.category(code), urgency)


class TestTerms:
    def test_follow_the_policy_where_there_is_no_category(self) -> None:
        assert terms_of(None, URGENT).close == Span(24, Unit.HOUR)
        assert terms_of(None, NORMAL).close == Span(3, Unit.WORKING_DAY)
        assert terms_of(None, NORMAL).accept == Span(1, Unit.MINUTE)
        assert terms_of(None, NORMAL).respond == Span(5, Unit.MINUTE)

    @pytest.mark.parametrize(
        ("code", "urgency", "close"),
        [
            ("0101", URGENT, Span(24, Unit.HOUR)),
            ("0102", URGENT, Span(24, Unit.HOUR)),
            ("0102", NORMAL, Span(3, Unit.WORKING_DAY)),
            ("0201", NORMAL, Span(1, Unit.WORKING_DAY)),
            ("0304", NORMAL, Span(3, Unit.WORKING_DAY)),
            ("0704", NORMAL, Span(5, Unit.WORKING_DAY)),
            ("0801", NORMAL, Span(30, Unit.DAY)),
            ("0801", URGENT, Span(30, Unit.DAY)),
            ("9901", NORMAL, Span(5, Unit.WORKING_DAY)),
        ],
    )
    def test_of_a_category_are_its_own(self, code: str, urgency: Urgency, close: Span) -> None:
        assert terms(code, urgency).close == close

    def test_of_a_category_may_be_longer_to_accept_and_respond(self) -> None:
        slow = replace(CATALOGUE.category("0301"), accept_min=10, respond_min=60)

        assert terms_of(slow, NORMAL).accept == Span(10, Unit.MINUTE)
        assert terms_of(slow, NORMAL).respond == Span(60, Unit.MINUTE)

    def test_of_a_quarrel_are_mediations_from_the_tile_on(self) -> None:
        assert terms_of(None, NORMAL, tile="quarrel").close == Span(30, Unit.DAY)
        assert terms_of(None, NORMAL, tile="hazard").close == Span(3, Unit.WORKING_DAY)

    def test_say_the_same_in_both_files(self) -> None:
        assert POLICIES["urgent"]["close"] == Span.parse("24h")
        assert POLICIES["normal"]["close"] == Span.parse("3wd")
        assert POLICY["timezone"] == "Asia/Shanghai"


class TestSpans:
    @pytest.mark.parametrize(
        ("text", "length"), [("60s", MINUTE), ("5m", 5 * MINUTE), ("24h", DAY), ("7d", 7 * DAY)]
    )
    def test_are_read_as_written(self, text: str, length: timedelta) -> None:
        assert Span.parse(text).length == length

    def test_of_working_days_have_no_fixed_length(self) -> None:
        with pytest.raises(KeyError):
            _ = Span.parse("3wd").length

    @pytest.mark.parametrize("text", ["", "5", "m", "0m", "-5m", "5 m", "5M", "5m5s", "５m", "3w"])
    def test_are_written_one_way(self, text: str) -> None:
        with pytest.raises(ValueError, match=f"^{text}$"):
            Span.parse(text)
