"""The pages of people: the door, one's own account, areas, staff, the audit log."""

from people.views import (
    account,
    areas,
    audit,
    door,
    export,
    household_import,
    households,
    kin,
    me,
    pins,
    regroup,
    staff,
    tables,
)
from people.views.blueprint import load, pages, session_id

__all__ = [
    "account",
    "areas",
    "audit",
    "door",
    "export",
    "household_import",
    "households",
    "kin",
    "load",
    "me",
    "pages",
    "pins",
    "regroup",
    "session_id",
    "staff",
    "tables",
]
