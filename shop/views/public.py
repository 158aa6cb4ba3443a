"""The shelf for everybody: what there is for how many coins, and whom there is to thank."""

from datetime import timedelta
from typing import Final

from flask import render_template

from kernel.access import public
from kernel.db import db
from kernel.work import parts
from people.rules import DIGITS, Level
from shop import queries, rules
from shop.errors import NoSuchShop
from shop.views.blueprint import pages

THANKED: Final = timedelta(days=365)


@pages.get("/shop/<village>")
@public
def shelf(village: str) -> str:
    """Show a village's shelf."""
    if not (village.isascii() and village.isdecimal() and len(village) == DIGITS[Level.VILLAGE]):
        raise NoSuchShop("没有这个村。")
    since = parts().clock.now() - THANKED
    found = queries.public_shelf(db.session(), village, since=since)
    return render_template("shop/shelf.html", found=found, yuan=rules.yuan)
