"""What asks only who is signed in shows nothing but their own, and changes nobody else's."""

import pytest

from tests.matrix.gate import Gate, methods, path_of
from tests.matrix.own_routes import OWN

# Who may is settled in Python and by reads that tests/architecture tries on both databases.
pytestmark = pytest.mark.once(beside="sqlite")

# They end the session, or the account.
ENDS = frozenset({"people.sign_out", "citizen.delete_account"})
# What takes place is everybody's to come to, and their own name all they put down.
FOR_ALL_WHO_ARE_KNOWN = frozenset(
    {"points.volunteer_join", "points.volunteer_leave", "points.volunteer_wait"}
)
MEMBERS = ("head", "member", "left", "outsider")
STAFF = ("grid_full", "town_admin", "sysadmin", "nobody", "accused town_admin")


@pytest.mark.parametrize("who", [*MEMBERS, *STAFF])
@pytest.mark.parametrize("endpoint", sorted(OWN - ENDS))
def test_they_meet_nobody_elses(gate: Gate, endpoint: str, who: str) -> None:
    home = gate.district.of("household", "here")
    theirs = {"address", "member"} if who in {"head", "member"} else set()
    theirs |= {"nobody", "claim"} if who == "head" else set()  # their own number, what they claim
    asked, claimed = (gate.district.of(kind, "here") for kind in ("request", "claim"))
    hidden = [
        one
        for one in gate.district.canaries
        if not (one.kind in theirs and any(one.thing is thing for thing in (home, asked, claimed)))
    ]
    away = gate.district.of("household", "away").names
    names = {**gate.district.of("claim", "away").names, **gate.district.of("request", "away").names}
    names |= gate.district.of("deduction", "away").names
    names["person_id"] = away["person_id"]

    for rule in gate.rules()[endpoint]:
        for method in methods(rule):
            answer = gate.ask(who, method, path_of(rule, names), MORE)
            assert answer.status < 500
            assert gate.leaks(answer, hidden) == []
            if rule.arguments and endpoint not in FOR_ALL_WHO_ARE_KNOWN:
                assert answer.status in {403, 404}
                assert answer.written == ()


# What would join, open or take over a household if the form were believed.
MORE = {"number": "H3CANARY", "name": "某人", "code": "000000", "do": "approve"}


@pytest.mark.parametrize("endpoint", sorted(OWN))
def test_a_stranger_is_asked_to_sign_in(gate: Gate, endpoint: str) -> None:
    for rule in gate.rules()[endpoint]:
        for method in methods(rule):
            answer = gate.ask("", method, path_of(rule, {}))
            assert answer.status == (303 if method == "GET" else 401)
            assert answer.written == ()


@pytest.mark.parametrize(("who", "sees"), [("head", True), ("member", True), ("left", False)])
def test_a_household_is_its_members(gate: Gate, who: str, *, sees: bool) -> None:
    paths = ("/me/home", "/me/data/copy")
    pages = {path: gate.ask(who, "GET", path).text for path in paths}

    assert {path: "CanaryAddressHere" in page for path, page in pages.items()} == dict.fromkeys(
        paths, sees
    )


@pytest.mark.parametrize("who", ["member", "left", "outsider"])
def test_only_its_head_decides_who_joins(gate: Gate, who: str) -> None:
    request = gate.district.of("request", "here").names["request_id"]
    fields = {"do": "approve"}

    answer = gate.ask(who, "POST", f"/me/home/requests/{request}", fields)

    assert answer.status in {403, 404}
    assert answer.written == ()
