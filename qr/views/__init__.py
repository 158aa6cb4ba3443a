"""The one page every printed code opens, and the pages of staff: register, printing, cards."""

from qr.views import cards, printing, register, tables
from qr.views.blueprint import pages
from qr.views.scan import Target

__all__ = ["Target", "cards", "pages", "printing", "register", "tables"]
