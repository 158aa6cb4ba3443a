"""What the resident's pages read.

Nothing here is scoped by area: residents wear no hats.  A receipt's number is the permission for
the state alone; for anything more the caller proves first that the report is this person's
(``views.access``), and hands the report in.
"""

from citizen.queries.lists import (
    MOST_LISTED,
    WORKED,
    Line,
    OwnLine,
    last_channel,
    of_caller,
    of_phone,
    taken_by,
)
from citizen.queries.own import MOST_MESSAGES, MOST_OWN, OwnReport, own_messages, own_reports
from citizen.queries.receipts import (
    Helper,
    Receipt,
    at_it,
    by_number,
    first_there,
    hanging,
    helper_of,
    is_kept_from,
    is_open_to,
    receipt_of,
    shown_attachment,
    urged_at,
)

__all__ = [
    "MOST_LISTED",
    "MOST_MESSAGES",
    "MOST_OWN",
    "WORKED",
    "Helper",
    "Line",
    "OwnLine",
    "OwnReport",
    "Receipt",
    "at_it",
    "by_number",
    "first_there",
    "hanging",
    "helper_of",
    "is_kept_from",
    "is_open_to",
    "last_channel",
    "of_caller",
    "of_phone",
    "own_messages",
    "own_reports",
    "receipt_of",
    "shown_attachment",
    "taken_by",
    "urged_at",
]
