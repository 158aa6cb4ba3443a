"""The one page every printed code opens, and the page where staff look after a household's card."""

from qr.views import cards
from qr.views.blueprint import pages
from qr.views.scan import Target

__all__ = ["Target", "cards", "pages"]
