"""Where the pages of the printed codes hang."""

from flask import Blueprint

pages = Blueprint("qr", __name__)
