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
from people.queries.home import (
    Home,
    HomeMember,
    HomeRequest,
    home_of,
    joined_themselves,
    last_request,
    profile_of,
)
from people.queries.households import PAGE as HOUSEHOLD_PAGE
from people.queries.households import (
    HouseholdDetail,
    HouseholdFilter,
    HouseholdLine,
    MemberLine,
    RequestLine,
    household_detail,
    household_import,
    household_page,
    join_requests,
)
from people.queries.scope import area_ranges, reaches, scoped, within
from people.queries.staff import PAGE as STAFF_PAGE
from people.queries.staff import (
    Signed,
    StaffLine,
    account_of,
    actor_of,
    hats_of,
    signed_in,
    staff_detail,
    staff_page,
)
from people.queries.wardens import Warden, wardens

__all__ = [
    "HOUSEHOLD_PAGE",
    "STAFF_PAGE",
    "AuditFilter",
    "AuditPage",
    "Home",
    "HomeMember",
    "HomeRequest",
    "HouseholdDetail",
    "HouseholdFilter",
    "HouseholdLine",
    "MemberLine",
    "RequestLine",
    "Signed",
    "StaffLine",
    "Warden",
    "account_of",
    "actor_of",
    "area_ranges",
    "audit_page",
    "children",
    "find_area",
    "hats_of",
    "home_of",
    "household_detail",
    "household_import",
    "household_page",
    "join_requests",
    "joined_themselves",
    "known_areas",
    "last_request",
    "managed_area",
    "managed_areas",
    "path_of",
    "paths_of",
    "profile_of",
    "reaches",
    "scoped",
    "signed_in",
    "staff_detail",
    "staff_page",
    "wardens",
    "within",
]
