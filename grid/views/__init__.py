"""The staff pages of the grid queue, and the one page of an outside unit."""

from grid.views import (
    accused,
    acts,
    case,
    copyout,
    departments,
    files,
    hours,
    outside,
    patrol,
    phrases,
    promises,
    queue,
    town,
    unit,
    waiting,
)
from grid.views.blueprint import pages
from grid.views.unit import links

__all__ = [
    "acts",
    "case",
    "copyout",
    "departments",
    "files",
    "hours",
    "links",
    "outside",
    "pages",
    "patrol",
    "phrases",
    "promises",
    "queue",
    "town",
    "unit",
    "waiting",
]
__all__ = ["accused", "acts", "case", "files", "hours", "pages", "patrol", "queue", "town"]
