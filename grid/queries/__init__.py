"""What is read about cases, who can take them, and where places lie."""

from grid.queries.cards import PAGE, Card, Page
from grid.queries.desk import (
    Counts,
    Filters,
    counts,
    listed,
    queue,
    queue_version,
    to_spot_check,
    to_verify,
)
from grid.queries.detail import (
    STAFF_MOVES,
    CaseDetail,
    Content,
    FileLine,
    Merged,
    Offer,
    StepLine,
    detail,
)
from grid.queries.ending import over_before
from grid.queries.places import area_for
from grid.queries.progress import Progress, progress
from grid.queries.staff import Candidate, Responsible, candidates, responsible_for
from grid.queries.timeline import ProgressStep

__all__ = [
    "PAGE",
    "STAFF_MOVES",
    "Candidate",
    "Card",
    "CaseDetail",
    "Content",
    "Counts",
    "FileLine",
    "Filters",
    "Merged",
    "Offer",
    "Page",
    "Progress",
    "ProgressStep",
    "Responsible",
    "StepLine",
    "area_for",
    "candidates",
    "counts",
    "detail",
    "listed",
    "over_before",
    "progress",
    "queue",
    "queue_version",
    "responsible_for",
    "to_spot_check",
    "to_verify",
]
