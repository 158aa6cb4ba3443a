"""What codes open, the scanner, and the pages of staff: register, printing, cards, activities."""

from qr.views import (
    activities,
    attending,
    cards,
    look_alikes,
    own_code,
    printing,
    register,
    scanner,
    tables,
    walls,
    wrong,
)
from qr.views.attending import without_screen
from qr.views.blueprint import pages
from qr.views.scan import Target

__all__ = [
    "Target",
    "activities",
    "attending",
    "cards",
    "look_alikes",
    "own_code",
    "pages",
    "printing",
    "register",
    "scanner",
    "tables",
    "walls",
    "without_screen",
    "wrong",
]
