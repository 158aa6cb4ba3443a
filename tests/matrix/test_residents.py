"""What opens by a number, a secret or a sign-in: to whoever has it, and to nobody beside."""

from collections.abc import Mapping

import pytest

from citizen import service as citizen
from complaints import service as complaints
from tests.matrix.canaries import Canary
from tests.matrix.domain import Thing
from tests.matrix.gate import Gate, methods, path_of
from tests.matrix.own_routes import BY_SECRET, FOR_ALL

# Who may is settled in Python and by reads that tests/architecture tries on both databases.
pytestmark = pytest.mark.once(beside="sqlite")

RECEIPTS = sorted(one for one in BY_SECRET if one.startswith("citizen."))
COMPLAINTS = sorted(one for one in BY_SECRET if one.startswith("complaints."))
# What a number alone tells: that it is there, and how far it has come.
BY_NUMBER = frozenset({"citizen.receipt", "citizen.state", "complaints.receipt"})
# Whoever comes: from another phone, signed in as somebody else, or as staff of the very place.
VISITORS = ("", "outsider", "head", "grid_full", "town_admin", "sysadmin")
GIVEN: Mapping[str, Mapping[str, str]] = {
    "citizen.attachment": {"r": ""},
    "citizen.callback": {"dialect": "", "hours": "晚上"},
    "citizen.take_file": {"kind": "photo"},
}


def words_of(gate: Gate, thing: Thing) -> list[Canary]:
    """Return every word in what *thing* came of, but its number."""
    number = thing.names["number"]
    return [
        one
        for one in gate.district.canaries
        if one.thing.names.get("number") == number and one.kind != "number"
    ]


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("endpoint", RECEIPTS)
def test_a_number_alone_tells_how_far_it_is(gate: Gate, endpoint: str, visitor: str) -> None:
    receipt = gate.district.of("receipt", "here")

    for rule in gate.rules()[endpoint]:
        path = path_of(rule, {**receipt.names, "attachment_id": "1"})
        for method in methods(rule):
            query = f"?r={receipt.names['number']}" if endpoint == "citizen.attachment" else ""
            answer = gate.ask(visitor, method, path + query, GIVEN.get(endpoint, {}))
            assert answer.status == (200 if endpoint in BY_NUMBER else 404), path
            assert gate.leaks(answer, words_of(gate, receipt)) == []
            assert answer.written == ()


@pytest.mark.parametrize("endpoint", RECEIPTS)
def test_its_secret_opens_all_of_it(gate: Gate, endpoint: str) -> None:
    receipt = gate.district.of("receipt", "here")
    number = receipt.names["number"]
    case = gate.district.of("handling", "here")

    for rule in gate.rules()[endpoint]:
        path = path_of(rule, {**receipt.names, "attachment_id": case.names["attachment_id"]})
        for method in methods(rule):
            secret = citizen.secret_of(number)
            answer = gate.ask("", method, f"{path}?k={secret}&r={number}", GIVEN.get(endpoint, {}))
            assert answer.status not in {401, 403, 500}, path
            if endpoint == "citizen.receipt":
                assert "CanaryWordsHandlingHere" in answer.text
            other = f"{path}?k={secret[:-1]}x&r={number}"
            assert gate.ask("", method, other).status == (200 if endpoint in BY_NUMBER else 404)


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("endpoint", COMPLAINTS)
def test_a_complaint_opens_to_its_own_secret(gate: Gate, endpoint: str, visitor: str) -> None:
    complaint = gate.district.of("complaint", "here")
    right = complaints.secret_of(complaint.names["number"])

    for rule in gate.rules()[endpoint]:
        path = path_of(rule, {**complaint.names, "attachment_id": "1"})
        for method in methods(rule):
            for secret in ("", right[:-1] + "x"):
                answer = gate.ask(visitor, method, f"{path}?k={secret}")
                assert answer.status == (200 if endpoint in BY_NUMBER else 404), path
                assert gate.leaks(answer, words_of(gate, complaint)) == []
                assert answer.written == ()
    if endpoint == "complaints.receipt":
        assert "CanaryComplaintHere" in gate.ask("", "GET", f"{path}?k={right}").text


def test_a_unit_sees_its_one_case_and_what_was_written_for_it(gate: Gate) -> None:
    case, other = (gate.district.of("handling", place) for place in ("here", "beside"))
    path = f"/u/{case.names['secret']}"

    answer = gate.ask("", "GET", path)
    picture = gate.ask("", "GET", f"{path}/photo/{case.names['attachment_id']}")
    foreign = gate.ask("", "GET", f"{path}/photo/{other.names['attachment_id']}")

    seen = gate.leaks(answer, gate.district.canaries)
    assert "CanaryNotesHandlingHereWhat" in answer.text
    assert set(seen) == {"notes of here"}
    for hidden in ("Help", "Handover", "Time", "Said", "External"):
        assert f"CanaryNotesHandlingHere{hidden}" not in answer.text
    assert picture.status == 200
    assert foreign.status == 404


@pytest.mark.parametrize("secret", ["secret-0", "x", "secret-1 ", "%00"])
def test_a_guessed_link_opens_nothing(gate: Gate, secret: str) -> None:
    for method in ("GET", "POST"):
        answer = gate.ask("", method, f"/u/{secret}")
        assert answer.status == 404
        assert gate.leaks(answer, gate.district.canaries) == []


@pytest.mark.parametrize("kind", ["police", "spot"])
def test_a_link_of_what_is_over_or_for_the_police_opens_nothing(gate: Gate, kind: str) -> None:
    case = gate.district.of(kind, "here")

    answer = gate.ask("", "GET", f"/u/{case.names['secret']}")
    said = gate.ask("", "POST", f"/u/{case.names['secret']}")

    assert (answer.status, said.status) == (410, 410)
    assert gate.leaks(answer, gate.district.canaries) == []
    assert said.written == ()


@pytest.mark.parametrize("visitor", ["", "outsider", "nobody", "grid_full"])
@pytest.mark.parametrize("endpoint", sorted(FOR_ALL - {"static", "qr.scan"}))
def test_what_is_for_all_holds_nothing_of_anybody(gate: Gate, endpoint: str, visitor: str) -> None:
    for rule in gate.rules()[endpoint]:
        for method in methods(rule):
            answer = gate.ask(visitor, method, path_of(rule, {}))
            assert answer.status < 500
            assert gate.leaks(answer, gate.district.canaries) == []


@pytest.mark.parametrize("place", ["here", "away"])
def test_a_scanned_code_shows_its_place_and_nothing_else(gate: Gate, place: str) -> None:
    code = gate.district.of("code", place)

    answer = gate.ask("", "GET", f"/S/{code.names['token']}")

    assert f"CanarySpot{place.title()}" in answer.text
    others = [word for word in gate.district.canaries if word.thing is not code]
    assert gate.leaks(answer, others) == []
