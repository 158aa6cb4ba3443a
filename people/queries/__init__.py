"""What is read about people and places, and the one place that knows who sees what."""

from people.queries.areas import (
    children,
    find_area,
    known_areas,
    managed_area,
    managed_areas,
    path_of,
    paths_of,
)
from people.queries.audit import AuditFilter, AuditPage, audit_page
from people.queries.scope import area_ranges, reaches, scoped, within
from people.queries.staff import PAGE as STAFF_PAGE
from people.queries.staff import (
    Signed,
    StaffLine,
    account_of,
    actor_of,
    dialects_of,
    hats_of,
    signed_in,
    staff_detail,
    staff_page,
)

__all__ = [
    "STAFF_PAGE",
    "AuditFilter",
    "AuditPage",
    "Signed",
    "StaffLine",
    "account_of",
    "actor_of",
    "area_ranges",
    "audit_page",
    "children",
    "dialects_of",
    "find_area",
    "hats_of",
    "known_areas",
    "managed_area",
    "managed_areas",
    "path_of",
    "paths_of",
    "reaches",
    "scoped",
    "signed_in",
    "staff_detail",
    "staff_page",
    "within",
]
