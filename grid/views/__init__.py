"""The staff pages of the grid queue, and the one page of an outside unit."""

from grid.views import (
    accused,
    acts,
    case,
    copyout,
    departments,
    files,
    handover,
    hours,
    night,
    outside,
    patrol,
    phrases,
    promises,
    queue,
    roster,
    town,
    unit,
    waiting,
)
from grid.views.blueprint import pages
from grid.views.unit import links

__all__ = [
    "accused",
    "acts",
    "case",
    "copyout",
    "departments",
    "files",
    "handover",
    "hours",
    "links",
    "night",
    "outside",
    "pages",
    "patrol",
    "phrases",
    "promises",
    "queue",
    "roster",
    "town",
    "unit",
    "waiting",
]
