"""The blueprint every page of this feature hangs on."""

from flask import Blueprint

pages = Blueprint("shop", __name__)
