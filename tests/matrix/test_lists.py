"""Lists, searches and files: whatever is asked of them, they show what lies in one's area only."""

import pytest

from tests.matrix.canaries import foreign
from tests.matrix.domain import AT_LENGTH, HANDS
from tests.matrix.gate import Gate
from tests.matrix.lists import narrowed_for

# Who may is settled in Python and by reads that tests/architecture tries on both databases.
pytestmark = pytest.mark.once(beside="sqlite")

NEAREST = {15: "next", 12: "beside", 9: "away", 6: "abroad"}


@pytest.mark.parametrize("role", [*HANDS, "auditor", "sysadmin"])
def test_no_search_leads_elsewhere(gate: Gate, role: str) -> None:
    closed, wrong = foreign(gate.district.canaries, role), []

    for method, path, fields in narrowed_for(gate, role, NEAREST[AT_LENGTH[role]]):
        answer = gate.ask(role, method, path, fields)
        typed = path + " ".join(fields.values())
        leaked = gate.leaks(answer, [one for one in closed if one.text not in typed])
        if leaked or answer.status not in {200, 303, 403, 404, 422}:
            wrong.append(f"{method} {path}: {answer.status} {leaked[:4]}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", HANDS)
def test_what_is_theirs_is_there(gate: Gate, role: str) -> None:
    """Or all of this would pass on empty pages."""
    own = next(one for one in gate.district.things["own"] if one.owner == role)
    words = {one.kind: one.text for one in gate.district.canaries if one.thing is own}

    page = gate.ask(role, "GET", f"/staff/case/{own.names['number']}").text
    queue = gate.ask(role, "GET", "/staff/").text

    assert words["words"] in page
    assert words["place"] in queue
    assert words["caller"] not in page + queue
