"""The staff pages of the grid queue."""

from grid.views import acts, case, files, handover, hours, night, patrol, queue, roster, town
from grid.views.blueprint import pages

__all__ = [
    "acts",
    "case",
    "files",
    "handover",
    "hours",
    "night",
    "pages",
    "patrol",
    "queue",
    "roster",
    "town",
]
