"""The blueprint every page of this feature hangs on, and the day its pages speak of."""

from datetime import date

from flask import Blueprint

from kernel.clock import SHANGHAI
from kernel.work import parts

pages = Blueprint("points", __name__)


def today() -> date:
    """Return the day it is in Shanghai."""
    return parts().clock.now().astimezone(SHANGHAI).date()
