"""The pages of the coins: the reviewers' desk, a household's book, how coins are earned."""

from points.views import desk, funds, own, rules
from points.views.blueprint import pages

__all__ = ["desk", "funds", "own", "pages", "rules"]
