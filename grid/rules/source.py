"""The reference data packaged with the grid, read once and handed on as plain trees."""

from importlib.resources import files
from typing import Any

from kernel.shipped import read_shipped


def tree(text: str) -> dict[str, Any]:
    """Read one YAML document that is a map.

    Raises:
        TypeError: it is something else.
    """
    found = read_shipped(text)
    if not isinstance(found, dict):
        raise TypeError("a map was expected")
    return found


def packaged(name: str) -> str:
    """Return the text of ``grid/data/<name>.yaml``."""
    return files("grid").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
