"""The resident's pages.  A view reads the request, calls one service, picks a page."""

from citizen.views import caller, counter, home, media, receipt, track
from citizen.views.blueprint import pages
from citizen.views.scan import SCAN_TARGETS

__all__ = ["SCAN_TARGETS", "caller", "counter", "home", "media", "pages", "receipt", "track"]
from citizen.views import household, own

__all__ = ["SCAN_TARGETS", "home", "household", "media", "own", "pages", "receipt", "track"]
