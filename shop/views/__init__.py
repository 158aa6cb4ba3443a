"""The pages of the shop: its shelf for everybody, its stock for those who keep it."""

from shop.views.blueprint import pages

__all__ = ["pages"]
