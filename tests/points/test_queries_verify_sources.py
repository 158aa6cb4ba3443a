"""What claims and decisions say of their coins is held against the books."""

from sqlalchemy import text

from points import queries, service
from points.rules.adjustments import AdjustmentWhy as W
from points.rules.deductions import AppealState
from tests.fakes import FixedClock
from tests.points.claims import Village
from tests.points.courts import Court
from tests.points.moves import Move
from tests.points.test_queries_verify import past_the_guards

# What is done by hand, and the row that must be named.  {claim} was paid; {taken} took three coins,
# {undone} took two, which an upheld appeal gave back.
TAMPERED = {
    "more is said to have been granted": (
        "UPDATE points_claim SET granted = granted + 1, coins = coins + 1 WHERE id = {claim}",
        "claim {claim}",
    ),
    "somebody else is said to have earned it": (
        "UPDATE points_claim SET person_id = {town} WHERE id = {claim}",
        "claim {claim}",
    ),
    "by another rule": (
        "UPDATE points_claim SET rule_code = 'P04' WHERE id = {claim}",
        "claim {claim}",
    ),
    "paid by another posting": (
        "UPDATE points_claim SET posting_id = {quota} WHERE id = {claim}",
        "claim {claim}",
    ),
    "by a posting that is not there": (
        "UPDATE points_claim SET posting_id = 999999 WHERE id = {claim}",
        "claim {claim}",
    ),
    "never paid at all": (
        "UPDATE points_claim SET posting_id = NULL, state = 'waiting_quota' WHERE id = {claim}",
        "posting {award}",
    ),
    "less is said to have been taken": (
        "UPDATE points_deduction SET taken = taken - 1 WHERE id = {taken}",
        "deduction {taken}",
    ),
    "in fewer parts": (
        "UPDATE points_deduction SET parts = 0 WHERE id = {taken}",
        "deduction {taken}",
    ),
    "what was given back is said to be still gone": (
        "UPDATE points_deduction SET taken = 2 WHERE id = {undone}",
        "deduction {undone}",
    ),
    "more is said to have been given back": (
        "UPDATE points_appeal SET restored = restored + 1",
        "deduction {undone}",
    ),
    "more is said to have followed a household": (
        "UPDATE points_adjustment SET coins = coins + 1 WHERE id = {moved}",
        "adjustment {moved}",
    ),
    "to somebody else": (
        "UPDATE points_adjustment SET to_household_id = {stranger} WHERE id = {moved}",
        "adjustment {moved}",
    ),
    "to the village": (
        "UPDATE points_adjustment SET village = area_code, to_household_id = NULL WHERE coins = 2",
        "adjustment {moved}",
    ),
    "from somebody else": (
        "UPDATE points_adjustment SET from_household_id = {stranger} WHERE id = {moved}",
        "adjustment {moved}",
    ),
    "somebody else is said to have proposed it": (
        "UPDATE points_adjustment SET proposed_by = {district} WHERE id = {moved}",
        "adjustment {moved}",
    ),
    "somebody else is said to have signed it": (
        "UPDATE points_adjustment SET decided_by = {district} WHERE id = {moved}",
        "adjustment {moved}",
    ),
    "for another reason": (
        "UPDATE points_adjustment SET reason = 'x' WHERE id = {moved}",
        "adjustment {moved}",
    ),
    "somebody else is said to have agreed": (
        "UPDATE points_adjustment SET taker = NULL WHERE id = {moved}",
        "adjustment {moved}",
    ),
    "its coins end later": (
        "UPDATE points_adjustment SET carried = carried + 1 WHERE id = {moved}",
        "adjustment {moved}",
    ),
    "never posted at all": (
        "UPDATE points_adjustment SET state = 'refused', posting_id = NULL WHERE id = {moved}",
        "posting {adjust}",
    ),
    "the proposal is gone": (
        "DELETE FROM points_adjustment WHERE id = {moved}",
        "posting {adjust}",
    ),
    "somebody else is said to have upheld it": (
        "UPDATE points_appeal SET decided_by = {town}",
        "deduction {undone}",
    ),
    "somebody else is said to have confirmed it": (
        "UPDATE points_appeal SET confirmed_by = {town}",
        "deduction {undone}",
    ),
    "nobody is said to have confirmed it": (
        "UPDATE points_appeal SET confirmed_by = NULL",
        "deduction {undone}",
    ),
    "the decision is gone": (
        "DELETE FROM points_deduction WHERE id = {taken}",
        "posting {deduct}",
    ),
}


def test_what_was_edited_in_claims_and_decisions_is_named(
    village: Village, clock: FixedClock
) -> None:
    court = Court(village, clock)
    taken, undone = court.taken("N03"), court.taken("N04")
    words = "箱子当天就搬了。"
    appeal = service.appeal_deduction(court.work, undone.id, words=words, by=village.resident)
    service.decide_appeal(court.work, appeal.id, uphold=True, reason="属实", by=village.district)
    court.confirm(appeal)
    assert (appeal.state, appeal.restored) == (AppealState.UPHELD, 2)
    move = Move(village)
    moved = move.sign(move.propose(move.split(), W.SPLIT, coins=2, taker="李小明"))
    session = court.work.session
    first = session.execute(text("SELECT kind, min(id) FROM points_posting GROUP BY kind"))
    postings = {kind: number for kind, number in first}  # noqa: C416 - a row is no pair to mypy
    known = {
        "claim": session.execute(text("SELECT min(id) FROM points_claim")).scalar_one(),
        "town": village.town.id,
        "taken": taken.id,
        "undone": undone.id,
        "award": postings["award_system"],
        "quota": postings["quota"],
        "deduct": postings["deduct"],
        "adjust": postings["adjust"],
        "moved": moved.id,
        "stranger": move.other.id,
        "district": village.district.id,
    }
    assert court.whole()

    for what, (statement, named) in TAMPERED.items():
        nested = session.begin_nested()
        with past_the_guards(session):
            session.execute(text(statement.format(**known)))
        found = [str(fault) for fault in queries.verify(session)]
        nested.rollback()
        assert any(one.startswith(named.format(**known) + ":") for one in found), (what, found)
    assert court.whole()
