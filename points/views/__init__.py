"""The pages of the coins: the reviewers' desk, a household's book, how coins are earned."""

from points.views import desk, funds, months, own, public, rules
from points.views.blueprint import pages

__all__ = ["desk", "funds", "months", "own", "pages", "public", "rules"]
