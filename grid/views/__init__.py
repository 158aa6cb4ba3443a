"""The staff pages of the grid queue."""

from grid.views import accused, acts, case, files, hours, patrol, queue, town
from grid.views.blueprint import pages

__all__ = ["accused", "acts", "case", "files", "hours", "pages", "patrol", "queue", "town"]
