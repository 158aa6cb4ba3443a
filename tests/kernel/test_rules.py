"""Addresses are built as Werkzeug builds them, only later."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from werkzeug.routing import Map, Rule

from kernel.web import LateRule

NONE: Mapping[str, object] = MappingProxyType({})


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("/", NONE),
        ("/q/<token>", {"token": "八 六/1"}),
        ("/staff/cases/<int:number>/<act>", {"number": 7, "act": "close", "page": 2}),
        ("/find", {"q": "电线 & 灯", "rule": "所有", "self": 1}),
    ],
)
def test_an_address_is_the_one_that_werkzeug_builds(
    rule: str, values: Mapping[str, object]
) -> None:
    late = Map([LateRule(rule, endpoint="page")]).bind("localhost")
    at_once = Map([Rule(rule, endpoint="page")]).bind("localhost")

    built = [late.build("page", values) for _ in range(2)]

    assert built == [at_once.build("page", values)] * 2
    assert late.build("page", values, append_unknown=False) == at_once.build(
        "page", values, append_unknown=False
    )


def test_nothing_is_compiled_before_an_address_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def compile_it(_rule: Rule, append_unknown: bool = True) -> None:  # noqa: FBT001, FBT002 - Werkzeug's own
        raise AssertionError(append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", compile_it)
    late = Map([LateRule("/q/<token>", endpoint="page")]).bind("localhost")

    assert late.match("/q/86") == ("page", {"token": "86"})
    with pytest.raises(AssertionError):
        late.build("page", {"token": "86"})
