"""The pages of the coins: the reviewers' desk, a household's book, how coins are earned."""

from points.views import (
    activities,
    auditing,
    deductions,
    desk,
    funds,
    helping,
    months,
    naming,
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
    "auditing",
    "deductions",
    "desk",
    "funds",
    "helping",
    "months",
    "naming",
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
