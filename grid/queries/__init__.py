"""What is read about cases, who can take them, and where places lie."""

from grid.queries.callback import Wanted, callback_of
from grid.queries.cards import PAGE, Card, Page
from grid.queries.desk import (
    Counts,
    Filters,
    counts,
    listed,
    open_at,
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
from grid.queries.handover import Held, Owner, held_by, owners, takers
from grid.queries.night import NightCall, called_tonight
from grid.queries.places import area_for
from grid.queries.placing import places_for
from grid.queries.progress import Progress, progress
from grid.queries.roster import (
    Colleague,
    DutyLine,
    colleagues,
    duty_between,
    duty_line,
    grids_of,
    open_nights,
)
from grid.queries.staff import Candidate, Responsible, candidates, responsible_for
from grid.queries.timeline import ProgressStep

__all__ = [
    "PAGE",
    "STAFF_MOVES",
    "Candidate",
    "Card",
    "CaseDetail",
    "Colleague",
    "Content",
    "Counts",
    "DutyLine",
    "FileLine",
    "Filters",
    "Held",
    "Merged",
    "NightCall",
    "Offer",
    "Owner",
    "Page",
    "Progress",
    "ProgressStep",
    "Responsible",
    "StepLine",
    "Wanted",
    "area_for",
    "callback_of",
    "called_tonight",
    "candidates",
    "colleagues",
    "counts",
    "detail",
    "duty_between",
    "duty_line",
    "grids_of",
    "held_by",
    "listed",
    "open_at",
    "open_nights",
    "over_before",
    "owners",
    "places_for",
    "progress",
    "queue",
    "queue_version",
    "responsible_for",
    "takers",
    "to_spot_check",
    "to_verify",
]
