"""The pages of the coins: the reviewers' desk, a household's book, how coins are earned."""

from points.views import (
    activities,
    deductions,
    desk,
    funds,
    helping,
    own,
    rolls,
    rules,
    ruling,
    told,
    volunteer,
    watching,
)
from points.views.blueprint import pages

__all__ = [
    "activities",
    "deductions",
    "desk",
    "funds",
    "helping",
    "own",
    "pages",
    "rolls",
    "rules",
    "ruling",
    "told",
    "volunteer",
    "watching",
]
