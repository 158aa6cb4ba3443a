"""The resident's pages.  A view reads the request, calls one service, picks a page."""

from citizen.views import caller, coins, counter, home, household, media, own, receipt, track
from citizen.views.blueprint import pages
from citizen.views.scan import SCAN_TARGETS

__all__ = [
    "SCAN_TARGETS",
    "caller",
    "coins",
    "counter",
    "home",
    "household",
    "media",
    "own",
    "pages",
    "receipt",
    "track",
]
