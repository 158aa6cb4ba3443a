"""The table over the whole product of states, moves and people, against the file itself."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import product
from typing import Any

import pytest
import yaml

from grid.errors import NotYours, WrongMoment
from grid.rules import (
    ENDS,
    SAMPLE_PERCENT,
    SYSTEM,
    TABLE,
    CaseFacts,
    Finding,
    Given,
    Guard,
    Level,
    Move,
    Mover,
    State,
    Urgency,
    decide,
    may,
    next_state,
    transition,
)
from kernel.grants import Role

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DATA: dict[str, Any] = yaml.safe_load(
    files("grid").joinpath("data", "case_states.yaml").read_text("utf-8")
)
ROWS = [row for row in DATA["transitions"] if "since" not in row]
VERIFIERS = next(actor["roles"] for actor in DATA["actors"] if actor["code"] == "verifier")
OWNERS = next(actor["roles"] for actor in DATA["actors"] if actor["code"] == "owner")
OWNER, SOMEBODY, NEXT_OWNER = 1, 2, 3

EVERYTHING = Given(
    owner=NEXT_OWNER,
    owner_level=Level.GRID_LEADER,
    reason="原因",
    result_text="已经清走",
    finding=Finding.TRUE,
    proposed_finding=Finding.TRUE,
    main_case=99,
    responsible_channel="供电 95598",
)
PEOPLE = {
    "system": SYSTEM,
    "reporter": Mover(is_reporter=True),
    "nobody": Mover(),
    **{f"owner {role}": Mover(person_id=OWNER, roles=frozenset({role})) for role in Role},
    **{f"other {role}": Mover(person_id=SOMEBODY, roles=frozenset({role})) for role in Role},
}


def rows(state: State, move: Move) -> list[dict[str, Any]]:
    return [row for row in ROWS if row["move"] == move and state in row["from"]]


def facts_in(state: State) -> CaseFacts:
    return CaseFacts(
        state=state,
        case_id=1,
        owner_id=OWNER,
        owner_level=Level.GRID,
        proposed_finding=Finding.TRUE,
        closed_at=NOW - timedelta(days=1),
        rejected_at=NOW - timedelta(days=1),
        rejected_by=98,
    )


def listed(who: str, by: list[str]) -> bool:
    if who in {"system", "reporter", "nobody"}:
        return {"system": "system", "reporter": "resident"}.get(who) in by
    kind, role = who.split()
    as_owner = kind == "owner" and "owner" in by and role in OWNERS
    as_verifier = "verifier" in by and role in VERIFIERS
    return (role in by and role != "resident") or as_owner or as_verifier


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_only_the_moves_in_the_table_are_there(state: State, move: Move) -> None:
    found = rows(state, move)

    if not found:
        with pytest.raises(WrongMoment, match="刷新"):
            next_state(state, move)
        assert (state, move) not in TABLE
        return
    [row] = found
    assert next_state(state, move) == (state if row["to"] == "same" else row["to"])
    assert (state, move) in TABLE


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_only_the_people_in_the_table_make_them(state: State, move: Move) -> None:
    facts = facts_in(state)

    for who, mover in PEOPLE.items():
        allowed = any(listed(who, row["by"]) for row in rows(state, move))
        assert may(facts, move, mover=mover) is allowed, who
        if not allowed:
            with pytest.raises((WrongMoment, NotYours)):
                decide(facts, move, mover=mover, given=EVERYTHING, now=NOW)
        elif not is_about_the_handler(who, move):
            end = decide(facts, move, mover=mover, given=EVERYTHING, now=NOW)
            assert end is next_state(state, move), who


def is_about_the_handler(who: str, move: Move) -> bool:
    """Whether the table lets them, and G3 does not: the handler verifies nothing."""
    return move in {Move.VERIFY, Move.SEND_BACK} and who.startswith("owner")


@pytest.mark.parametrize(("state", "move"), list(TABLE))
def test_a_row_says_what_the_file_says(state: State, move: Move) -> None:
    [row] = rows(state, move)
    ours = transition(state, move)

    assert ours.name == row["name"]
    assert ours.permission == row["permission"]
    assert {str(one) for one in ours.by} == set(row["by"])
    assert [str(need) for need in ours.needs] == row.get("need", [])
    assert [str(guard) for guard in ours.guards] == row.get("guard", [])
    assert ours.limit == row.get("limit")
    assert ours.within == (timedelta(days=7) if "within" in row else None)
    assert ours.sampled is row.get("sampled", False)


def test_every_name_in_the_file_has_one_here_and_the_other_way_round() -> None:
    def codes(rows: list[dict[str, Any]], key: str = "code") -> set[str]:
        return {row[key] for row in rows if "since" not in row}

    assert codes(DATA["states"]) == set(State)
    assert codes(ROWS, "move") == set(Move)
    assert codes(DATA["guards"]) == set(Guard)
    assert codes(DATA["attributes"]["finding"]) == set(Finding)
    assert DATA["sample_pct"] == SAMPLE_PERCENT


@pytest.mark.parametrize("later", ["whistle", "hanging"])
def test_what_is_still_to_come_has_no_name(later: str) -> None:
    with pytest.raises(ValueError, match=later):
        State(later)


def test_every_state_is_reached_from_the_first() -> None:
    reached, before = {State.SUBMITTED}, set[State]()
    while reached != before:
        before = set(reached)
        reached |= {next_state(*pair) for pair in TABLE if pair[0] in before}

    assert reached == set(State)


def test_only_a_resident_asking_again_leads_out_of_an_end() -> None:
    out = {pair for pair in TABLE if pair[0] in ENDS}

    assert out == {(State.CLOSED, Move.REOPEN), (State.REJECTED, Move.OBJECT)}
    assert all(state.is_over for state in ENDS)


def test_everything_a_person_reads_is_chinese() -> None:
    words = [
        *(text for state in State for text in (state.label, state.citizen)),
        *(move.label for move in Move),
        *(finding.label for finding in Finding),
        *(urgency.label for urgency in Urgency),
        *(guard.text for guard in Guard),
        *(level.label for level in Level),
    ]

    assert all(word and not word.isascii() for word in words)
    assert Move.ASSIGN.label == "派遣"
    assert transition(State.RETURNED, Move.ASSIGN).name == "重派"
