"""Whom a thing is against, and their kin, meet it behind no address, in no list and no file."""

import pytest

from tests.matrix.barred import BARRED_ROLES, CASES, things_here
from tests.matrix.canaries import Canary
from tests.matrix.domain import holds
from tests.matrix.gate import Gate, methods, path_of
from tests.matrix.lists import lists
from tests.matrix.routes import DOORS

# Who may is settled in Python and by reads that tests/architecture tries on both databases.
pytestmark = pytest.mark.once(beside="sqlite")

KIN = ("grid_full", "town_admin", "dept_handler", "auditor")  # one table bars them like the rest
HIDDEN = {*CASES, "complaint"}


def against(gate: Gate) -> list[Canary]:
    """Return every word of what is against them."""
    things = things_here(gate.district, HIDDEN)
    return [one for one in gate.district.canaries if any(one.thing is thing for thing in things)]


@pytest.mark.parametrize(
    "who", [*(f"accused {role}" for role in BARRED_ROLES), *(f"kin of {role}" for role in KIN)]
)
def test_no_list_and_no_file_shows_it(gate: Gate, who: str) -> None:
    hidden, wrong = against(gate), []

    for method, path, fields in lists(gate, who.rpartition(" ")[2], "here"):
        answer = gate.ask(who, method, path, fields)
        # What somebody typed themselves stands in the field again.
        typed = path + " ".join(fields.values())
        leaked = gate.leaks(answer, [one for one in hidden if one.text not in typed])
        wrong += [f"{method} {path}: {leaked[:4]}"] if leaked else []

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", BARRED_ROLES)
def test_no_door_opens_to_it(gate: Gate, role: str) -> None:
    wrong = []

    for door in DOORS.values():
        if door.thing not in HIDDEN or not holds(role, door.permission):
            continue
        thing = things_here(gate.district, [door.thing])[0]
        for rule in gate.rules()[door.endpoint]:
            path = path_of(rule, thing.names)
            for method in methods(rule):
                fields = {"state": thing.state, "turn": "0"}
                answer = gate.ask(f"accused {role}", method, path, fields, briefly=True)
                leaked = gate.leaks(answer, [one for one in against(gate) if one.kind != "number"])
                if answer.status not in {403, 404} or answer.written or leaked:
                    wrong.append(f"{method} {path}: {answer.status} {answer.written[:1]} {leaked}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ["accused town_admin", "kin of town_admin"])
def test_nothing_is_joined_to_it(gate: Gate, role: str) -> None:
    other = gate.district.of("handling", "beside").names["number"]
    hidden = gate.district.of("handling", "here").names["number"]
    fields = {"state": "handling", "turn": "0", "main": hidden}

    answer = gate.ask(role, "POST", f"/staff/case/{other}/merge", fields)
    allowed = gate.ask("town_admin", "POST", f"/staff/case/{other}/merge", fields)

    assert answer.status == 404
    assert answer.written == ()
    assert allowed.status == 303
