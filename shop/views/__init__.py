"""The pages of the shop: its shelf for everybody, its stock for those who keep it."""

from shop import models, service
from shop.views.blueprint import pages

__all__ = ["models", "pages", "service"]
