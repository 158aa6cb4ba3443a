"""The pages of people: the door, one's own account, areas, staff, the audit log."""

from people.views import account, areas, audit, door, kin, me, staff, tables
from people.views.blueprint import load, pages, session_id

__all__ = [
    "account",
    "areas",
    "audit",
    "door",
    "kin",
    "load",
    "me",
    "pages",
    "session_id",
    "staff",
    "tables",
]
