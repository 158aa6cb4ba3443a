"""The staff pages of the grid queue."""

from grid.views import (
    acts,
    case,
    files,
    hours,
    patrol,
    phrases,
    promises,
    queue,
    town,
    waiting,
)
from grid.views.blueprint import pages

__all__ = [
    "acts",
    "case",
    "files",
    "hours",
    "pages",
    "patrol",
    "phrases",
    "promises",
    "queue",
    "town",
    "waiting",
]
