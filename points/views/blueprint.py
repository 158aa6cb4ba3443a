"""The blueprint every page of this feature hangs on."""

from flask import Blueprint

pages = Blueprint("points", __name__)
