"""What all pages of the grid queue share."""

from datetime import datetime

from flask import Blueprint

from kernel.work import parts

pages = Blueprint("grid", __name__, url_prefix="/staff")


def now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return parts().clock.now()
