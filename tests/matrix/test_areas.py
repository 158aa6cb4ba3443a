"""Every address, by every role, from the right and the wrong area; by nobody's and by strangers."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from werkzeug.routing import Rule

from tests.matrix.canaries import Canary, foreign
from tests.matrix.domain import AT_LENGTH, CSV, DEPARTMENT, Thing, holds, reaches
from tests.matrix.gate import Answer, Gate, methods, path_of
from tests.matrix.own_routes import BY_SECRET, FOR_ALL, OWN
from tests.matrix.routes import DOORS, Door

# Who may is settled in Python and by reads that tests/architecture tries on both databases.
pytestmark = pytest.mark.once(beside="sqlite")

ROLES = (*AT_LENGTH, "nobody")
REFUSED = {403, 404}
# Where somebody tries things of others: here, the nearest place that is not theirs, one far off.
TRIED = {
    15: ("here", "next", "away"),
    12: ("here", "beside", "away"),
    9: ("here", "away", "abroad"),
    6: ("here", "abroad"),
}
# How else a door says no; nothing is written all the same.
OTHER_WAYS = {"choice": 422, "moment": 409, "gone": 303, "led": 303}
GROUPS = {"departments": tuple(DEPARTMENT), "desks": ("town_admin", "district_cmd")}
# What each form needs beside what all are filled in with.
MORE = {"grid.pause": {"reason": "weather"}, "people.change_hat": {"do": "add"}}


@dataclass(frozen=True, slots=True)
class Try:
    """One knock at one door."""

    door: Door
    method: str
    path: str
    thing: Thing | None


def test_every_address_is_in_the_matrix_once(gate: Gate) -> None:
    lists = [set(DOORS), OWN, BY_SECRET, FOR_ALL]

    assert set(gate.rules()) == set().union(*lists)
    assert sum(map(len, lists)) == len(set().union(*lists))


@pytest.mark.parametrize("role", ROLES)
def test_nobody_passes_but_whom_the_table_lets_in(gate: Gate, role: str) -> None:
    closed = foreign(gate.district.canaries, role)
    wrong = []
    for one in tries(gate, role):
        briefly = not passes(role, one.door, one.thing)
        answer = gate.ask(role, one.method, one.path, fields(gate, one), briefly=briefly)
        wrong += [
            f"{one.method} {one.path}: {said}"
            for said in complaints(gate, role, one, answer, closed)
        ]

    assert not wrong, "\n".join(wrong)


def complaints(
    gate: Gate, role: str, one: Try, answer: Answer, closed: list[Canary]
) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    about = [word for word in closed if word.kind != "number" or word.text not in one.path]
    if one.door.has("rings") and passes(role, one.door, one.thing):
        # Whoever has to ring the resident reads what they said, and their number once, logged.
        about = [word for word in about if word.thing is not one.thing]
    leaked = gate.leaks(answer, about)
    if leaked:
        yield f"{answer.status} shows {leaked[:4]}"
    if passes(role, one.door, one.thing):
        shut = {401, 403, 404, 500}
        shut -= {403} if one.door.has("state") else set()
        shut -= {404} if one.door.has("part") else set()
        if answer.status in shut:
            yield f"{answer.status}, though it is theirs ({place_of(one.thing)})"
    else:
        ways = REFUSED | {status for word, status in OTHER_WAYS.items() if one.door.has(word)}
        if answer.status not in ways and not goes_home(one, answer):
            yield f"{answer.status}, though it is not theirs ({place_of(one.thing)})"
        if answer.written:
            yield f"wrote {answer.written[:2]}, though it is not theirs"


def place_of(thing: Thing | None) -> str:
    return "-" if thing is None else f"{thing.place} {thing.owner} {thing.state}"


def goes_home(one: Try, answer: Answer) -> bool:
    """Whether somebody without a queue was led to where they begin: that is where they sign in."""
    homes = {"/staff/account", "/staff/desk"}
    return one.door.endpoint == "grid.queue" and answer.location in homes


def passes(role: str, door: Door, thing: Thing | None) -> bool:
    """Whether the matrix lets *role* through."""
    if not holds(role, door.permission):
        return False
    if thing is None or door.has("any"):
        return True
    if all(is_of(role, group) for group in door.word("only")) and reaches(
        role, door.permission, thing
    ):
        return True
    also = [words.rpartition(":") for words in door.word("also")]
    return any(is_of(role, group) and reaches(role, other, thing) for other, _, group in also)


def is_of(role: str, group: str) -> bool:
    """Whether *role* is meant by a word of the table."""
    return group in {"*", role} or role in GROUPS.get(group, ())


def tries(gate: Gate, role: str) -> Iterator[Try]:
    """Yield every knock of *role*: what is theirs, what lies here, what lies elsewhere."""
    rules = gate.rules()
    for door in DOORS.values():
        for rule in rules[door.endpoint]:
            for thing in things(gate, role, door):
                path = path_of(rule, {} if thing is None else thing.names)
                for method in methods(rule):
                    if method == "GET" or not only_read(role, thing):
                        yield Try(door, method, path, thing)


def only_read(role: str, thing: Thing | None) -> bool:
    """Whether a thing is only looked for: what is far off, or for the police, in time's favour."""
    if thing is None:
        return False
    far = TRIED[AT_LENGTH.get(role, 6)][2:]
    return thing.place in far or (thing.police and thing.owner != role)


def things(gate: Gate, role: str, door: Door) -> list[Thing | None]:
    """Return of which things *role* tries a door; of one where none of that kind opens."""
    if door.thing == "-":
        return [None]
    planted = gate.district.things[door.thing]
    if not holds(role, door.permission):
        return [planted[0]]
    places = TRIED[AT_LENGTH[role]]
    if CSV[door.permission].cells[role] == "all":
        # One instance is one district; nobody has decided what "all" means in a second one.
        places = ("here", "beside")
    found: list[Thing | None] = [one for one in planted if one.place in places]
    if door.thing == "handling":
        found += gate.district.things["police"][:1]
        found += [one for one in gate.district.things["own"] if one.owner == role]
    return found


def fields(gate: Gate, one: Try) -> dict[str, str]:
    """Return what only this form needs."""
    if one.thing is None:
        return {}
    known = {"state": one.thing.state, "turn": "0", "area": one.thing.area}
    known |= {"row": one.thing.names.get("row", ""), **MORE.get(one.door.endpoint, {})}
    if one.door.endpoint == "grid.join":
        known["main"] = gate.district.of("to_verify", one.thing.place).names["number"]
    return known


def rule_named(gate: Gate, endpoint: str) -> Rule:
    return gate.rules()[endpoint][0]


def test_a_stranger_is_asked_to_sign_in_everywhere(gate: Gate) -> None:
    wrong = []
    for door in DOORS.values():
        for rule in gate.rules()[door.endpoint]:
            for method in methods(rule):
                answer = gate.ask("", method, path_of(rule, {}), briefly=method == "POST")
                asked = answer.status == (303 if method == "GET" else 401)
                if not asked or answer.written:
                    wrong.append(f"{method} {door.endpoint}: {answer.status} {answer.written}")

    assert not wrong, "\n".join(wrong)
