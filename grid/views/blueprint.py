"""What all pages of the grid queue share."""

from datetime import datetime
from http import HTTPStatus

from flask import Blueprint

from kernel.errors import Refusal
from kernel.web.pages import status_of
from kernel.work import parts

pages = Blueprint("grid", __name__, url_prefix="/staff")


def now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return parts().clock.now()


def shown_as(refusal: Refusal) -> HTTPStatus:
    """Return the status of a page that shows a form again because of *refusal*."""
    status = status_of(refusal)
    return HTTPStatus.UNPROCESSABLE_ENTITY if status is HTTPStatus.BAD_REQUEST else status
