"""What the state machine is worth: each of these faults, put into the ledger, is found by it.

On PostgreSQL the stored functions are rewritten, on SQLite the module of portable statements.
"""

import inspect
import os
import types
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import DBAPIError

from kernel.db import db
from points.service import portable, posting
from tests.points.test_state_machine import Databases, Ledger
from tests.points.test_state_machine import databases as databases  # noqa: PLC0414 - a fixture

# What is replaced by what: of which function, and of the module.
FUNCTIONS = {
    "a replay posts again": (
        "points_insert",
        "ON CONFLICT DO NOTHING RETURNING id",
        "ON CONFLICT (idem_key) DO UPDATE SET idem_key = excluded.idem_key RETURNING id",
    ),
    "a key may be used for something else": (
        "points_insert",
        "IF kept IS DISTINCT FROM p_fingerprint",
        "IF kept IS NULL",
    ),
    "what is held may be spent": (
        "points_apply",
        "b.in_total + i - b.out_total - o - b.held - h >= 0",
        "b.in_total + i - b.out_total - o >= 0",
    ),
    "a capture leaves the hold": (
        "points_steps",
        "WHEN 'pending' THEN t.amount",
        "WHEN 'pending' THEN t.amount WHEN 'captured' THEN 0",
    ),
    "a release moves coins": (
        "points_steps",
        "CASE WHEN t.phase IN ('posted', 'captured') THEN t.amount ELSE 0 END, 0, 0",
        "CASE WHEN t.phase <> 'pending' THEN t.amount ELSE 0 END, 0, 0",
    ),
    "only the first line counts": (
        "points_steps",
        "GROUP BY side.id",
        "WHERE t.debit = p_debits[1] GROUP BY side.id",
    ),
    "the clock is believed when it steps back": (
        "points_apply",
        "greatest(p_now, b.head_at)",
        "p_now",
    ),
    "a version is written over": (
        "points_apply",
        "version = b.version + 1, head_at",
        "version = b.version, head_at",
    ),
    "a posting of one line pays the wrong side": (
        "points_apply",
        "CASE WHEN ids[1] = p_debits[1]",
        "CASE WHEN ids[1] = p_credits[1]",
    ),
    "of many only the first is posted": (
        "points_post_many",
        "IF NOT replayed THEN",
        "IF NOT replayed AND place = 1 THEN",
    ),
}
MODULE = {
    "a key may be used for something else": (
        ' or found.fingerprint != written.posting["fingerprint"]',
        "",
    ),
    "what is held may be spent": (
        "if in_total - out_total - held < 0",
        "if in_total - out_total < 0",
    ),
    "a hold is forgotten": ("held = account.held + change.held", "held = account.held"),
    "only the first line counts": (
        "lines = written.request.lines\n    accounts",
        "lines = written.request.lines[:1]\n    accounts",
    ),
    "the clock is believed when it steps back": ("max(chain.at, account.head_at)", "chain.at"),
    "what goes out comes in": ("account.out_total + change.out_total", "account.out_total"),
    "a replay moves coins again": (
        "    if not replayed:\n        _apply",
        "    if True:\n        _apply",
    ),
    "of many only the first is posted": (
        "for place in new:\n        _apply",
        "for place in new[:1]:\n        _apply",
    ),
}
IS_NATIVE = os.environ.get("TEST_DATABASE_URL", "").startswith("postgresql")
FEW = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@pytest.mark.parametrize("what", FUNCTIONS if IS_NATIVE else MODULE)
def test_a_fault_in_the_ledger_is_found(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    # The model is enough to find it by: the other database has no fault.
    name = "postgresql" if IS_NATIVE else "sqlite"
    alone = Databases({name: databases.apps[name]}, databases.clock)
    machine = type("Ledger", (Ledger,), {"databases": alone})

    with rewritten(databases, monkeypatch, what), pytest.raises((AssertionError, DBAPIError)):
        run_state_machine_as_test(machine, settings=FEW)


@contextmanager
def rewritten(databases: Databases, monkeypatch: pytest.MonkeyPatch, what: str) -> Iterator[None]:
    """Let the ledger have one fault for as long as it takes to find it."""
    if not IS_NATIVE:
        old, new = MODULE[what]
        source = inspect.getsource(portable)
        assert old in source
        mutant = types.ModuleType("mutant")
        exec(compile(source.replace(old, new), "mutant", "exec"), vars(mutant))  # noqa: S102
        monkeypatch.setattr(posting, "portable", mutant)
        yield
        return
    name, old, new = FUNCTIONS[what]
    with databases.apps["postgresql"].app_context():
        engine = db.engine
    read = sa.text("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = :name")
    with engine.begin() as connection:
        kept = connection.scalar(read, {"name": name})
        assert old in kept
        connection.exec_driver_sql(kept.replace(old, new).replace("%", "%%"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(kept.replace("%", "%%"))
