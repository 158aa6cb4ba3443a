"""The staff pages of the grid queue, and the one page of an outside unit, and of the accused."""

from grid.views import (
    accused,
    acts,
    case,
    claim,
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
from grid.views.claim import claims
from grid.views.unit import links

__all__ = [
    "accused",
    "acts",
    "case",
    "claim",
    "claims",
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
