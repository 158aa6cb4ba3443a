"""The pages of the shop: its shelf for everybody, its stock for those who keep it."""

from shop.views import goods, moves, public, stock
from shop.views.blueprint import pages

__all__ = ["goods", "moves", "pages", "public", "stock"]
