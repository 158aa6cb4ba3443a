"""Reads the YAML that the program brings along."""

from typing import Any, Final

import yaml

# libyaml reads it ten times as fast; PyYAML is now and then built without.
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_shipped(text: str) -> Any:  # noqa: ANN401 - a tree of plain values
    """Read one YAML document of our own.

    Never what somebody sends: over a list nested deeply enough libyaml ends the whole process.
    """
    return yaml.load(text, Loader=LOADER)  # noqa: S506 - either is a safe one
