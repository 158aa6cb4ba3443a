"""The operator's pages about the house as a whole."""

from upkeep.views.state import pages

__all__ = ["pages"]
