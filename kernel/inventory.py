"""How long personal data are kept: ``data/privacy_inventory.yaml``, which residents are told.

Access logs are kept for three years, well over the six months that are asked for.  The database
itself refuses to let a younger line of ``kernel_audit`` go.
"""

import re
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from kernel.shipped import read_shipped

# Days of one unit; a year is never counted as more than it has.
UNITS: Final = {"天": 1, "年": 365}
_AFTER: Final = re.compile(r"(?P<start>.+?)后(?P<number>\d+)(?P<unit>[天年])")
_BY_DEFAULT: Final = re.compile(r"默认(?P<years>\d+)年")


def kept(data: str, *, after: str = "办结") -> timedelta:
    """Return how long *data*, as the inventory calls it, are kept after *after* happened.

    Raises:
        LookupError: the inventory has no such data, or does not say it in days or years.
    """
    said = _inventory()[data]["keep"]
    found = _AFTER.match(said)
    if found is None or found["start"] != after:
        raise LookupError(f"the inventory keeps {data} as {said!r}")
    return timedelta(days=int(found["number"]) * UNITS[found["unit"]])


def logs_kept() -> timedelta:
    """Return how long lines of the log are kept; a day more than three years, for leap days.

    Raises:
        LookupError: the inventory does not say it in years.
    """
    said = _inventory()["操作与访问日志"]["keep"]
    found = _BY_DEFAULT.search(said)
    if found is None:
        raise LookupError(f"the inventory keeps logs as {said!r}")
    return timedelta(days=int(found["years"]) * UNITS["年"] + 1)


def lines() -> tuple[tuple[str, str], ...]:
    """Return what data there are and how long each is kept, in the inventory's own words."""
    return tuple((data, row["keep"]) for data, row in _inventory().items())


def response_days() -> int:
    """Return within how many working days somebody is answered who asks about their data."""
    return int(_table()["response_wd"])


@cache
def _inventory() -> dict[str, dict[str, Any]]:
    return {row["data"]: row for row in _table()["items"]}


@cache
def _table() -> dict[str, Any]:
    table = files("kernel").joinpath("data", "privacy_inventory.yaml")
    found: dict[str, Any] = read_shipped(table.read_text(encoding="utf-8"))
    return found
