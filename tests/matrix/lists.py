"""Every list, badge and file there is, narrowed to what lies in one place as its forms allow."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from tests.matrix.domain import PLACES, holds
from tests.matrix.gate import Gate, methods, path_of
from tests.matrix.routes import DOORS

Asked = tuple[str, str, Mapping[str, str]]
NONE: Mapping[str, str] = {}


def lists(gate: Gate, role: str, place: str) -> Iterator[Asked]:
    """Yield method, address and fields of each list *role* may open, asked for *place*."""
    for door in DOORS.values():
        if door.thing == "-" and holds(role, door.permission):
            for rule in gate.rules()[door.endpoint]:
                yield from ((method, path_of(rule, {}), NONE) for method in methods(rule))
    yield from narrowed_for(gate, role, place)


def narrowed_for(gate: Gate, role: str, place: str) -> Iterator[Asked]:
    """Yield those of them that ask for *place*."""
    for permission, method, path, asked in narrowed(gate, place):
        if holds(role, permission):
            query = f"?{urlencode(asked)}" if method == "GET" else ""
            yield method, path + query, NONE if method == "GET" else asked


def narrowed(gate: Gate, place: str) -> Iterator[tuple[str, str, str, Mapping[str, str]]]:
    """Yield lists as they are asked for one place: permission, method, address, what is asked."""
    case = gate.district.of("handling", place).names
    home = gate.district.of("household", place).names
    member = f"CanaryMember{place.title()}"
    town = PLACES[place][:9]
    numbered = {"q": case["number"]}
    yield "case:read", "GET", "/staff/desk", numbered
    yield "case:read", "GET", "/staff/desk", {"q": f"CanaryNotesHandling{place.title()}"}
    yield "case:read", "GET", "/staff/desk", {"area": PLACES[place], "state": "closed"}
    yield "case:read", "POST", "/staff/desk/export", {"area": PLACES[place], "q": ""}
    yield "case:read", "POST", "/staff/desk/export", numbered
    for part in ("to_sign", "in_hand", "waiting", "done"):
        yield "case:whistle-sign", "GET", "/staff/department", {"part": part}
    yield "case:merge", "GET", f"/staff/case/{_mine(gate)}/merge", numbered
    yield "case:report-for", "POST", "/staff/counter/find", {"q": case["phone"]}
    yield "complaint:read", "GET", "/staff/complaints", {"state": "answered"}
    yield "household:read", "GET", "/staff/households", {"person": member}
    yield "household:read", "GET", "/staff/households", {"number": home["number"]}
    yield "system:staff-edit", "GET", "/staff/people", {"area": PLACES[place]}
    yield "stock:read", "GET", "/staff/shop", {"village": PLACES[place][:12]}
    yield "duty:read", "GET", "/staff/duty", {"area": PLACES[place]}
    yield "system:area-edit", "GET", "/staff/systems", {"area": town}
    yield "audit:log-read", "GET", "/staff/audit", {"action": "case."}


def _mine(gate: Gate) -> str:
    """Return a case of the town that is against nobody, to be merged."""
    return gate.district.of("handling", "beside").names["number"]
