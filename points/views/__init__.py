"""The pages of the coins: the reviewers' desk, a household's book, how coins are earned."""

from points.views import activities, desk, funds, helping, own, rolls, rules, ruling, volunteer
from points.views.blueprint import pages

__all__ = [
    "activities",
    "desk",
    "funds",
    "helping",
    "own",
    "pages",
    "rolls",
    "rules",
    "ruling",
    "volunteer",
]
