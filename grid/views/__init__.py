"""The staff pages of the grid queue."""

from grid.views import acts, case, files, hours, patrol, queue, town
from grid.views.blueprint import pages

__all__ = ["acts", "case", "files", "hours", "pages", "patrol", "queue", "town"]
