"""The dialects somebody may ask for and staff may speak: a small list that is shipped."""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from kernel.shipped import read_shipped
from people.errors import BadField

DIALECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        one["code"]: one["name"]
        for one in read_shipped(
            files("people").joinpath("data", "dialects.yaml").read_text("utf-8")
        )
    }
)


def checked_dialects(codes: Iterable[str]) -> frozenset[str]:
    """Return *codes* if all are of the list.

    Raises:
        BadField: one is not.
    """
    chosen = frozenset(codes)
    if not chosen <= DIALECTS.keys():
        raise BadField("请从列表里选")
    return chosen
