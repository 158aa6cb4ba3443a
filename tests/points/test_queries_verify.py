"""Whoever changes a row by hand, past all triggers, is found, and the row is named."""

# ruff: noqa: E501 - a statement stays on one line

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from points import queries, service
from points.queries.guards import FROZEN
from points.rules import PostingKind
from tests.fakes import FixedClock
from tests.points.books import DAY, Books

# What is done by hand, and a piece of what must be said about it.  {a} and {b} are accounts of
# households, {award} ... postings; see ``busy``.
TAMPERED = {
    "the amount of a line": (
        "UPDATE points_transfer SET amount = 6 WHERE posting_id = {award}",
        "posting {award}",
    ),
    "whom a line takes from": (
        "UPDATE points_transfer SET debit_id = {b} WHERE posting_id = {award}",
        "posting {award}",
    ),
    "whom a line gives to": (
        "UPDATE points_transfer SET credit_id = {b} WHERE posting_id = {award}",
        "posting {award}",
    ),
    "who earned it": (
        "UPDATE points_transfer SET person_id = 1 WHERE posting_id = {award}",
        "posting {award}",
    ),
    "where it was earned": (
        "UPDATE points_transfer SET place_id = 1 WHERE posting_id = {award}",
        "posting {award}",
    ),
    "a hold made a spending": (
        "UPDATE points_transfer SET phase = 'posted' WHERE posting_id = {hold}",
        "posting {hold}",
    ),
    "a line taken out": (
        "DELETE FROM points_transfer WHERE posting_id = {spend} AND line = 2",
        "posting {spend}",
    ),
    "a line put in": (
        "INSERT INTO points_transfer (posting_id, line, debit_id, credit_id, amount, phase) VALUES ({award}, 2, {issuance}, {b}, 5, 'posted')",
        "posting {award}",
    ),
    "who signed": (
        "UPDATE points_posting SET actor_id = 999 WHERE id = {award}",
        "posting {award}",
    ),
    "who signed second": (
        "UPDATE points_posting SET second_actor_id = 999 WHERE id = {award}",
        "posting {award}",
    ),
    "by which rule": (
        "UPDATE points_posting SET rule_version = 2 WHERE id = {award}",
        "posting {award}",
    ),
    "what for": ("UPDATE points_posting SET source_id = '2' WHERE id = {award}", "posting {award}"),
    "on what evidence": (
        "UPDATE points_posting SET evidence = fingerprint WHERE id = {award}",
        "posting {award}",
    ),
    "for which day": (
        "UPDATE points_posting SET effective_on = '2026-01-01' WHERE id = {award}",
        "posting {award}",
    ),
    "under which key": (
        "UPDATE points_posting SET idem_key = 'other' WHERE id = {award}",
        "entry {a}/1",
    ),
    "when": (
        "UPDATE points_posting SET created_at = created_at - 1 WHERE id = {award}",
        "entry {a}/1",
    ),
    "what it undoes": (
        "UPDATE points_posting SET reverses_id = {spend} WHERE id = {undone}",
        "posting {undone}",
    ),
    "a posting gone with its lines": (
        "DELETE FROM points_transfer WHERE posting_id = {award}; DELETE FROM points_posting WHERE id = {award}",
        "entry {a}/1",
    ),
    "a posting gone without its lines": (
        "DELETE FROM points_posting WHERE id = {award}",
        "transfer {award}/1",
    ),
    "the amount of an entry": (
        "UPDATE points_entry SET amount = 6 WHERE account_id = {a} AND version = 1",
        "entry {a}/1",
    ),
    "a total": (
        "UPDATE points_entry SET in_total = in_total + 1 WHERE account_id = {a} AND version = 1",
        "entry {a}/1",
    ),
    "what was held": ("UPDATE points_entry SET held = 0 WHERE posting_id = {hold}", "entry {a}/"),
    "when it was posted": (
        "UPDATE points_entry SET posted_at = posted_at + 1 WHERE account_id = {a} AND version = 1",
        "entry {a}/1",
    ),
    "an entry's hash": (
        "UPDATE points_entry SET hash = {zeros} WHERE account_id = {a} AND version = 1",
        "entry {a}/1",
    ),
    "an entry in the middle gone": (
        "DELETE FROM points_entry WHERE account_id = {a} AND version = 2",
        "entry {a}/3",
    ),
    "the last entry gone, the account put back": (
        "DELETE FROM points_entry WHERE account_id = {b} AND version = 1; UPDATE points_account SET in_total = 0, version = 0, head_at = 0 WHERE id = {b}",
        "account {b}",
    ),
    "an entry under another account": (
        "UPDATE points_entry SET account_id = {c} WHERE account_id = {b}",
        "entry {c}/1",
    ),
    "a balance": (
        "UPDATE points_account SET in_total = in_total + 100 WHERE id = {a}",
        "account {a}",
    ),
    "a head": ("UPDATE points_account SET head_hash = {zeros} WHERE id = {a}", "account {a}"),
    "whose account it is": (
        "UPDATE points_account SET owner_ref = '77' WHERE id = {a}",
        "entry {a}/1",
    ),
    "an account of which nothing was posted": (
        "UPDATE points_account SET in_total = 5 WHERE id = {c}",
        "account {c}",
    ),
    "an account gone": ("DELETE FROM points_account WHERE id = {a}", "account {a}"),
    "a root": ("UPDATE points_seal SET root = {zeros} WHERE number = 1", "seal 1"),
    "a day of a seal": ("UPDATE points_seal SET day = '2020-01-01' WHERE number = 1", "seal 1"),
    "a seal gone": ("DELETE FROM points_seal WHERE number = 1", "seal 2"),
    "a leaf": (
        "UPDATE points_seal_leaf SET hash = {zeros} WHERE account_id = {a} AND number = 1",
        "seal_leaf {a}/1",
    ),
    "a leaf gone": ("DELETE FROM points_seal_leaf WHERE account_id = {a} AND number = 1", "seal 1"),
}


def busy(books: Books, clock: FixedClock) -> dict[str, object]:
    """Post one of each, seal twice, and return the numbers that ``TAMPERED`` speaks of."""
    known: dict[str, object] = {"award": books.award("a", 50).id}
    stock = books.request([books.move("supplied", "soap", 9)], kind=PostingKind.STOCK_IN)
    service.post(books.work, stock)
    both = [books.move("a", "redeemed", 2), books.move("soap", "handed_out", 1)]
    known["spend"] = service.post(books.work, books.request(both, kind=PostingKind.REDEMPTION)).id
    lines = [books.move("a", "redeemed", 6)]
    known["hold"] = service.hold(books.work, key="h", lines=lines, effective_on=DAY).id
    service.seal_day(books.work, date(2026, 3, 1))
    clock.advance(hours=1)
    service.capture(books.work, int(str(known["hold"])), effective_on=DAY, actor_id=1, amounts=[5])
    extra = books.award("a", 1).id
    known["undone"] = service.reverse(books.work, extra, effective_on=DAY, actor_id=1).id
    books.award("b", 3)
    service.seal_day(books.work, date(2026, 3, 1) + timedelta(days=1))
    zeros = "x'" + "00" * 32 + "'"
    if books.work.session.get_bind().dialect.name == "postgresql":
        zeros = f"'\\x{'00' * 32}'::bytea"
    return (
        known | {name: books.ids[name] for name in ("a", "b", "c", "issuance")} | {"zeros": zeros}
    )


@contextmanager
def past_the_guards(session: Session) -> Iterator[None]:
    """Let rows be changed, as somebody may who owns the database, and set the guards again."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield
        session.execute(text("SET LOCAL session_replication_role = origin"))
        return
    triggers = session.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'points_%'")
    ).all()
    for name, _ in triggers:
        session.execute(text(f"DROP TRIGGER {name}"))
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    yield
    for _, statement in triggers:
        session.execute(text(statement))


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_by_hand_is_found_and_named(
    books: Books, clock: FixedClock, what: str
) -> None:
    known = busy(books, clock)
    statements, said = (one.format(**known) for one in TAMPERED[what])
    session = books.work.session
    session.flush()
    assert not list(queries.verify(session))

    with past_the_guards(session):
        for statement in statements.split(";"):
            # The colons of a cast are no parameters.
            session.connection().exec_driver_sql(statement)
    session.expire_all()
    found = [str(fault) for fault in queries.verify(session)]

    assert any(fault.startswith(said) for fault in found), found
    session.rollback()


def test_a_table_that_lets_itself_be_changed_is_named(books: Books) -> None:
    session = books.work.session
    on = f" ON {FROZEN[0]}" if session.get_bind().dialect.name == "postgresql" else ""

    session.execute(text(f"DROP TRIGGER {FROZEN[0]}_no_update{on}"))

    assert [str(one) for one in queries.verify(session)] == [
        "points_posting: the trigger points_posting_no_update is not in force"
    ]


def test_one_edited_row_is_named_and_not_all_that_come_after_it(
    books: Books, clock: FixedClock
) -> None:
    known = busy(books, clock)
    for _ in range(20):
        books.award("a", 1)
    session = books.work.session

    with past_the_guards(session):
        session.execute(
            text("UPDATE points_transfer SET person_id = 5 WHERE posting_id = :id"),
            {"id": known["award"]},
        )
    found = [str(fault) for fault in queries.verify(session)]

    assert [fault.split(":")[0] for fault in found] == [f"posting {known['award']}"]
