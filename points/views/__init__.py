"""The pages of the coins: the reviewers' desk, a household's book, how coins are earned."""

from points.views import (
    activities,
    adjusting,
    deductions,
    desk,
    funds,
    helping,
    months,
    opening,
    own,
    public,
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
    "adjusting",
    "deductions",
    "desk",
    "funds",
    "helping",
    "months",
    "opening",
    "own",
    "pages",
    "public",
    "rolls",
    "rules",
    "ruling",
    "told",
    "volunteer",
    "watching",
]
