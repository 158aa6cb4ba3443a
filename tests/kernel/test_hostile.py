"""Whatever a stranger or a colleague sends to whichever address, it is answered and never a fault.

Addresses, fields and headers are those of the application's own map and forms, so that a new page
is attacked the day it is made.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle, islice
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import service as citizen
from grid import service as grid
from grid.models import Accused, Case, Handover, Help, Outside
from grid.rules.accused import Against
from grid.service.accused import Charge, accuse
from grid.service.accused_link import give_accused_link
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import transaction
from people.models import Membership
from people.views import session_id
from tests.citizen.factories import make_case, make_code
from tests.factories import DISTRICT, GRID, TOWN, make_staff
from tests.fakes import NOON
from tests.kernel.addresses import address, addresses, field_names, methods, rules
from tests.people.homes import make_home

HUGE: Final = "9" * 25
NUL: Final = "\x00a\u202eb"
# What forms choke on, in turn from field to field and from page to page.
ODDITIES: Final = (
    "0001-01-01",
    "²",
    "'\"><script>alert(1)</script>{{7*7}}%s",
    "字" * 300,
)
NO_NUMBERS: Final = ("9" * 4400, "%00%FF", "²")
Fill = Callable[[Iterable[str], int], Mapping[str, str]]
ONCE: Final = pytest.mark.once(beside="postgresql")


def mixed(names: Iterable[str], turn: int) -> Mapping[str, str]:
    """Return one of the oddities for each of the names."""
    return dict(zip(sorted(names), islice(cycle(ODDITIES), turn, None), strict=False))


# Databases choke: SQLite on a number of 25 digits, PostgreSQL on a letter zero.
CHOKES: Final = (
    pytest.param(lambda names, _turn: dict.fromkeys(names, HUGE), id="huge"),
    pytest.param(lambda names, _turn: dict.fromkeys(names, NUL), id="nul", marks=ONCE),
    pytest.param(mixed, id="mixed", marks=ONCE),
)
URLENCODED: Final = "application/x-www-form-urlencoded"
ODD: Final = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
HEADERS: Final[tuple[dict[str, str], ...]] = (
    {"Origin": "http://["},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "\xff"},
    {"If-Modified-Since": ODD},
    {"If-Unmodified-Since": ODD},
    {"If-Range": ODD, "Range": "bytes=0-1"},
    {"Range": f"bytes={HUGE}-"},
    {"Range": "bytes=-²".encode().decode("latin-1")},
    {"If-None-Match": 'W/"\xff,*'},
    {"Accept": "text/html;q=nan,*/*;q=1e999"},
    {"Host": "[::"},
    {"Content-Length": "-1"},
    {"Content-Type": "multipart/form-data; boundary="},
    {"Content-Type": "multipart/form-data; boundary=a; charset=utf-7"},
    {"Content-Type": "application/json"},
    {"X-Receipt-Secret": "\xff"},
    {"X-CSRFToken": "\xff"},
    {"X-Request-ID": "\xff\x01"},
    {"Cookie": "remember_token=1|\xc3\xa9"},
    {"Cookie": "pinganma=.\xff.\xff; receipts=\xff.\xff; lang=\xff; fs=\xff"},
    {"Cookie": "receipts=.eJw.x; pinganma=.eJw.x.y"},
)
FILES: Final = ("photos", "photo", "voice", "file", "table")


@dataclass
class Attacker:
    """Sends things, and remembers what was answered with a fault."""

    client: FlaskClient
    faults: list[str]
    token: str = ""

    def sends(self, method: str, path: str, **more: Any) -> None:  # noqa: ANN401 - as the client takes it
        answer = self.client.open(path, method=method, **more)
        if answer.status_code >= 500:
            self.faults.append(f"{method} {path[:90]} {str(more)[:160]}: {answer.status_code}")
        answer.close()


@pytest.fixture
def known(session: Session) -> Mapping[str, str]:
    """What the addresses of the map name: a thing of each kind that is really there."""
    report = make_case(session)
    person = make_staff(session, Role.GRID_PART, area=GRID)
    neighbours = make_neighbours(session, report.case_id or 0)
    home = make_home(session, area=GRID)
    return {
        **neighbours,
        "number": report.number,
        "wish": "add",
        "k": citizen.secret_of(report.number),
        "token": make_code(session),
        "code": GRID,
        "moving": "01234567",
        "person_id": str(person.id),
        "attachment_id": "1",
        "call_id": "1",
        "phrase_id": "1",
        "line_id": "1",
        "row_id": "1",
        "message_id": "1",
        "code_id": "1",
        "order_id": "1",
        "sticker_id": "1",
        "claim_id": "1",
        "close_id": "1",
        "objection_id": "1",
        "village": "330106001001",
        "activity_id": "1",
        "draft_id": "1",
        "deduction_id": "1",
        "appeal_id": "1",
        "adjustment_id": "1",
        "opening_id": "1",
        "line": "1",
        "undo_id": "1",
        "gift_id": "1",
        "goods_id": "1",
        "move_id": "1",
        "view": "0",
        "household_id": str(home.id),
        "request_id": "1",
        "import_id": "1",
        "filename": "live.js",
    }


def make_neighbours(session: Session, case_id: int) -> Mapping[str, str]:
    """Return what departments were asked about a case, and links of a unit and the accused."""
    town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    asked = {"case_id": case_id, "asked_by": town.id, "asked_at": NOON, "from_department": "fire"}
    more = {"area_code": GRID, "to_department": "town", "for_police": False, "words": "x"}
    helped = Help(**asked, **more)
    turn = session.get_one(Case, case_id).turn
    handed = Handover(**asked, turn=turn, to_department="market", reason="x")
    session.add_all((helped, handed))
    session.commit()
    with transaction() as work:
        errand = grid.Errand(key="k", unit="power", what="x", where="x")
        secret = grid.give_link(work, case_id, errand, by=town)
        outside_id = work.session.scalars(select(Outside.id)).one()
        charge = Charge(key="k", against=Against.PLACE, claim="x1", name="x")
        accuse(work, case_id, charge, by=town)
        accused_id = work.session.scalars(select(Accused.id)).one()
        link = give_accused_link(work, accused_id, by=town)
    return {
        "secret": secret,
        "link": link,
        "outside_id": str(outside_id),
        "help_id": str(helped.id),
        "handover_id": str(handed.id),
    }


@pytest.fixture
def stranger(app: Flask, session: Session, known: Mapping[str, str]) -> Attacker:
    session.commit()
    return Attacker(app.test_client(use_cookies=False), [])


@pytest.fixture
def colleague(app: Flask, session: Session, known: Mapping[str, str]) -> Attacker:
    """Somebody before whom every door opens."""
    actor = make_staff(session, Role.SYSADMIN, Role.DISTRICT_CMD, Role.AUDITOR, area=DISTRICT)
    session.add_all(
        Membership(person_id=actor.id, role=role, area_code=area, department="")
        for role, area in ((Role.TOWN_ADMIN, TOWN), (Role.GRID_FULL, GRID))
    )
    session.add_all(
        AuditLine(at=NOON, actor_id=actor.id, action="test", subject="x") for _ in range(60)
    )
    session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = session_id(session, actor.id)
    page = client.get("/staff/account").text
    found = re.search(r'name="csrf_token" value="([^"]*)"', page)
    assert found is not None
    return Attacker(client, [], found[1])


def test_no_address_is_a_fault(app: Flask, known: Mapping[str, str], colleague: Attacker) -> None:
    for rule in rules(app):
        for path in (address(rule, known), *addresses(rule, known, HUGE)):
            for method in sorted(methods(rule) & {"GET", "POST"}):
                colleague.sends(method, path, data={"csrf_token": colleague.token})

    assert colleague.faults == []


@ONCE
@pytest.mark.parametrize("hostile", NO_NUMBERS, ids=["long", "letters", "squared"])
def test_no_address_with_what_is_no_number_is_one(
    app: Flask, known: Mapping[str, str], colleague: Attacker, hostile: str
) -> None:
    """It is refused before anybody asks how it was sent."""
    for rule in rules(app):
        [method, *_] = sorted(methods(rule) & {"GET", "POST"})
        for path in addresses(rule, known, hostile):
            colleague.sends(method, path, data={"csrf_token": colleague.token})

    assert colleague.faults == []


def queried(app: Flask, known: Mapping[str, str]) -> Iterator[str]:
    """Yield an address for every page that can be looked at."""
    return (address(rule, known) for rule in rules(app) if "GET" in methods(rule))


@pytest.mark.parametrize("fill", CHOKES)
def test_no_query_is_a_fault(
    app: Flask, known: Mapping[str, str], colleague: Attacker, fill: Fill
) -> None:
    for turn, path in enumerate(queried(app, known)):
        typed = {name: text[:25] for name, text in fill(field_names(), turn).items()}
        colleague.sends("GET", path, query_string=urlencode(typed))  # no server takes more

    assert colleague.faults == []


@ONCE
def test_no_query_of_a_stranger_is_a_fault(
    app: Flask, known: Mapping[str, str], stranger: Attacker
) -> None:
    query = urlencode(dict.fromkeys(field_names(), HUGE))

    for path in queried(app, known):
        stranger.sends("GET", path, query_string=query)

    assert stranger.faults == []


@ONCE
def test_no_broken_letter_in_a_query_is_one(
    app: Flask, known: Mapping[str, str], colleague: Attacker
) -> None:
    for path in queried(app, known):
        colleague.sends("GET", f"{path}?area=%ff%00&q=%ed%a0%80&login=%ff&action=%00")

    assert colleague.faults == []


@ONCE
@pytest.mark.parametrize(
    "name", ["_external", "_method", "_scheme", "after", "area", "before", "endpoint", "page"]
)
def test_no_name_of_the_machinery_is_a_fault(name: str, colleague: Attacker) -> None:
    for path in ("/staff/audit", "/staff/people", "/staff/desk", "/staff/", "/track"):
        for typed in (HUGE, "9" * 4000):
            colleague.sends("GET", path, query_string={name: typed})

    assert colleague.faults == []


def test_the_ends_of_the_calendar_are_no_fault(colleague: Attacker) -> None:
    for end in ("first=0001-01-01", "last=0001-01-01", "first=9999-12-31", "last=9999-12-31"):
        colleague.sends("GET", f"/staff/audit?{end}")

    assert colleague.faults == []


def test_the_log_leads_on_to_itself_whatever_is_asked(colleague: Attacker) -> None:
    page = colleague.client.get("/staff/audit?_scheme=javascript&_external=1&action=te").text

    assert "javascript:" not in page
    assert "action=te" in page
    assert "before=" in page


@pytest.mark.parametrize("fill", CHOKES)
def test_no_form_is_a_fault(
    app: Flask, known: Mapping[str, str], stranger: Attacker, colleague: Attacker, fill: Fill
) -> None:
    for turn, (path, attacker) in enumerate(posted(app, known, stranger, colleague)):
        typed = fill(field_names() - {"k"}, turn)
        body = urlencode({**typed, "csrf_token": attacker.token})
        attacker.sends("POST", path, data=body, content_type=URLENCODED)

    assert stranger.faults + colleague.faults == []


@ONCE
def test_no_file_is_a_fault(
    app: Flask, known: Mapping[str, str], stranger: Attacker, colleague: Attacker
) -> None:
    for path, attacker in posted(app, known, stranger, colleague):
        files = {name: (BytesIO(b"PK\x03\x04\x00"), '"\r\nX: \u202e../\x00.jpg') for name in FILES}
        more = {"kind": "photo", "key": "k", "words": "x", "csrf_token": attacker.token}
        attacker.sends("POST", path, data={**files, **more}, content_type="multipart/form-data")

    assert stranger.faults + colleague.faults == []


def posted(
    app: Flask, known: Mapping[str, str], stranger: Attacker, colleague: Attacker
) -> Iterator[tuple[str, Attacker]]:
    """Yield an address for everything that can be sent, and who sends it."""
    for rule in rules(app):
        if "POST" in methods(rule):
            path = f"{address(rule, known)}?k={known['k']}"
            yield path, colleague if path.startswith("/staff") else stranger


@pytest.mark.parametrize("headers", HEADERS)
def test_no_header_is_a_fault(
    headers: dict[str, str], known: Mapping[str, str], stranger: Attacker
) -> None:
    for path in (f"/S/{known['token']}", f"/r/{known['number']}/state", "/staff/sign-in"):
        stranger.sends("GET", path, headers=headers)
        stranger.sends("POST", path, headers=headers)
    stranger.sends("GET", "/static/live.js", headers=headers)
    stranger.sends("GET", "/staff/", headers=headers)

    assert stranger.faults == []


@ONCE
def test_no_method_is_a_fault(app: Flask, known: Mapping[str, str], stranger: Attacker) -> None:
    for rule in rules(app):
        for method in ("HEAD", "OPTIONS", "PUT", "TRACE"):
            stranger.sends(method, address(rule, known))

    assert stranger.faults == []


@ONCE
@pytest.mark.parametrize(
    "body", ['{"words":5}', "[1,2]", '"a"', "[" * 100_000, '{"login":"\\ud800"}']
)
def test_json_is_not_read_at_all(
    app: Flask, known: Mapping[str, str], stranger: Attacker, body: str
) -> None:
    for rule in rules(app):
        if "POST" in methods(rule):
            path = address(rule, known)
            answer = stranger.client.post(path, data=body, content_type="application/json")
            assert answer.status_code == 415, path
