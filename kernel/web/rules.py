"""Addresses that cost nothing until somebody writes them."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule whose builder is compiled when the first address is built from it.

    Werkzeug compiles two functions for each rule as soon as it is bound: a third of a second for
    ours, at the start of every process, most of them for addresses that this process never writes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - Werkzeug's own
        compiled: list[Builder] = []

        def build(rule: LateRule, /, **values: Any) -> tuple[str, str]:  # noqa: ANN401 - whatever url_for was given
            if not compiled:
                compiled.append(super(LateRule, rule)._compile_builder(append_unknown))
            return compiled[0](rule, **values)

        return build
