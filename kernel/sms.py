"""The words of text messages, as they were registered with the gateway: pure, no sending.

``kernel/data/sms_templates.yaml`` holds them; a gateway sends nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from kernel.shipped import read_shipped

_VARIABLE: Final = re.compile(r"\$\{([a-z_]+)\}")
# What would tear a template apart, or make a gateway refuse it: signs of a signature, line ends.
_ODD: Final = re.compile(r"[\x00-\x1f\x7f【】]+")
CUT: Final = "…"
_HALF_NUMBER: Final = re.compile(r"[\s\d()（）+-]+$")  # nobody can ring half of one


@dataclass(frozen=True, slots=True)
class Template:
    """A registered text.  *held* ones wait for the morning when they are not urgent."""

    code: str
    scene: str
    to: str
    held: bool
    text: str
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Templates:
    """All of them, the signature they are sent under, and how long each value may be."""

    signature: str
    by_code: Mapping[str, Template]
    longest: Mapping[str, int]  # characters, by variable


def render(code: str, /, **values: str | int) -> str:
    """Return the text of template *code*, without the signature, which the gateway adds.

    A value that is longer than it was registered with is cut, with an ellipsis at its end.

    Raises:
        LookupError: there is no such template, a value is missing or empty, or one too many.
    """
    template = templates().by_code[code]
    if set(values) != set(template.variables):
        raise LookupError(f"{code} takes {template.variables}, not {sorted(values)}")
    said = {name: _fitted(code, name, value) for name, value in values.items()}
    return _VARIABLE.sub(lambda found: said[found[1]], template.text)


@cache
def templates() -> Templates:
    """Return the templates as shipped; read once."""
    path = files("kernel").joinpath("data", "sms_templates.yaml")
    known = read_shipped(path.read_text("utf-8"))
    read = {
        one["code"]: Template(
            code=one["code"],
            scene=one["scene"],
            to=one["to"],
            held=one["night"] == "hold",
            text=one["text"],
            variables=tuple(dict.fromkeys(_VARIABLE.findall(one["text"]))),
        )
        for one in known["templates"]
    }
    return Templates(
        signature=known["signature"],
        by_code=MappingProxyType(read),
        longest=MappingProxyType(dict(known["vars"])),
    )


def _fitted(code: str, name: str, value: str | int) -> str:
    text = _ODD.sub(" ", str(value)).strip()
    if not text:
        raise LookupError(f"{code} needs a value for {name}")
    most = templates().longest[name]
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return ((_HALF_NUMBER.sub("", head) or head) if text[most - 1].isdigit() else head) + CUT
