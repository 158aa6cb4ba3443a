"""The blueprint every page of this feature hangs on, and what its pages share."""

from datetime import date

from flask import Blueprint

from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.permissions import Permission
from kernel.web import current_actor
from kernel.work import parts
from shop import queries
from shop.errors import NoSuchShop

pages = Blueprint("shop", __name__)


def today() -> date:
    """Return the day it is in Shanghai."""
    return parts().clock.now().astimezone(SHANGHAI).date()


def name_of(village: str, permission: Permission) -> str:
    """Return what a village is called in which the reader holds *permission*.

    Raises:
        NoSuchShop: there is none.
    """
    mine = queries.shop_villages(db.session(), by=current_actor(), permission=permission)
    name = dict(mine).get(village)
    if name is None:
        raise NoSuchShop("没有这个村，或者它不归您管。")
    return name
