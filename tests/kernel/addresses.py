"""Every address of the application, and every name that it reads from a request."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from flask import Flask
from werkzeug.routing import Rule
from wtforms.fields.core import UnboundField

from kernel.forms import Form
from kernel.web import limiter

# What url_for, the forms and the views would read from a request; the forms' own fields are added.
EVERYWHERE: Final = frozenset(
    {
        "k",
        "r",
        "s",
        "thumb",
        "page",
        "after",
        "before",
        "q",
        "lang",
        "fs",
        "next",
        "do",
        "old",
        "ok",
        "only",
    }
    | {"row", "number", "kind", "key", "_external", "_scheme", "_method", "_anchor", "endpoint"}
)
# They end what the next requests need.
LAST_DEEDS: Final = frozenset({"people.sign_out", "people.sign_out_resident"})


def rules(app: Flask) -> Iterator[Rule]:
    """Yield the rules of the map, each with a count of misses that has not begun."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in LAST_DEEDS | {"gone", "sink"}:
            limiter.reset()
            yield rule


def methods(rule: Rule) -> frozenset[str]:
    return frozenset(rule.methods or ()) - {"HEAD"}


def address(rule: Rule, values: Mapping[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule.rule)


def addresses(rule: Rule, known: Mapping[str, str], hostile: str) -> Iterator[str]:
    """Yield the address with something hostile in the place of each thing it names."""
    for name in rule.arguments:
        yield address(rule, {**known, name: hostile})


def field_names() -> frozenset[str]:
    """Return every name that a form of ours reads."""
    kinds, names = [Form], set(EVERYWHERE)
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        names |= {name for name, value in vars(kind).items() if isinstance(value, UnboundField)}
    return frozenset(names)
