"""Measures the month end: ``DATABASE_URL=postgresql://… python -m bench.month_end``.

The database must be new and empty.  10,000 households in twenty villages and 10^6 entries: first
all of them in the one month that is closed, then a month of a twelfth of that after it.  What the
books prove is not measured here, so the hashes of the entries are no chain, and lines are left out:
the month end reads accounts, entries and postings.
"""

import logging
import os
import time
from typing import Final

from flask_migrate import upgrade
from sqlalchemy import func, select, text

from bench.house import ROOT
from bootstrap import create_app
from kernel.db import db
from kernel.settings import Settings
from kernel.work import transaction
from people.models import Area
from people.rules import LEVELS
from points import service
from points.models import Close, Statement
from points.queries.verify_months import months
from points.rules import microseconds
from points.rules.months import cut_of

HOUSEHOLDS: Final = 10_000
VILLAGES: Final = 20
EACH: Final = 100  # entries of a household in the first month
AFTER: Final = 8  # and in the next
DISTRICT: Final = "330106"
TOWN: Final = "330106001"

_HOMES: Final = """
INSERT INTO people_household (id, number, area_code, address, opened_at)
SELECT n, 'B' || lpad(n::text, 6, '0'), :town || lpad((n % :villages + 1)::text, 3, '0'), '', now()
  FROM generate_series(1, :homes) n
"""
_ACCOUNTS: Final = """
INSERT INTO points_account (id, kind, unit, owner_ref, opened_on, in_total, out_total, held,
                            version, head_hash, head_at)
SELECT n, 'household', 'coin', n::text, '2026-01-01', 0, 0, 0, 1, sha256('a'), 0
  FROM generate_series(1, :homes) n
"""
# Every fourth takes one coin away again; each household has its turn in each round.
_POSTINGS: Final = """
INSERT INTO points_posting (id, idem_key, fingerprint, kind, actor_id, second_actor_id, rule_code,
                            rule_version, effective_on, created_at)
SELECT :offset + (v - 1) * :homes + n, 'bench:' || :offset || ':' || v || ':' || n, sha256('f'),
       CASE WHEN v % 4 = 0 THEN 'redemption' ELSE 'award_reviewed' END, 1, 2,
       CASE WHEN v % 4 = 0 THEN NULL ELSE (ARRAY['P01', 'P04', 'P07', 'P18'])[1 + n % 4] END,
       CASE WHEN v % 4 = 0 THEN NULL ELSE 1 END, '2026-03-01', :start + v
  FROM generate_series(1, :each) v, generate_series(1, :homes) n
"""
_ENTRIES: Final = """
INSERT INTO points_entry (account_id, version, posting_id, amount, in_total, out_total, held,
                          posted_at, hash)
SELECT n, :before + v, :offset + (v - 1) * :homes + n, CASE WHEN v % 4 = 0 THEN -1 ELSE 1 END,
       (:before + v) - (:before + v) / 4, (:before + v) / 4, 0, :start + v, sha256('e')
  FROM generate_series(1, :each) v, generate_series(1, :homes) n
"""


def main() -> None:
    """Fill the books, close two months, read a village's table."""
    logging.getLogger("kernel.jobs").setLevel(logging.ERROR)  # that the queue is away is known
    settings = Settings.from_env(
        {
            "DATABASE_URL": os.environ["DATABASE_URL"],
            "VAR": "/nonexistent",
            "REDIS_URL": "redis://127.0.0.1:1",  # nobody answers there
            "SECRET_KEY": "bench",
            "SEAL_KEYS": "x8xXV6v9mYxHBoyoHkmKDRQ0zPSDDW4QdbZHSBPUKQI=",
            "INDEX_KEY": "bench",
        }
    )
    app = create_app(settings)
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        _places()
        _fill("2026-03", EACH, before=0)
        _close(f"{HOUSEHOLDS:,} households, {HOUSEHOLDS * EACH:,} entries in the month")
        _fill("2026-04", AFTER, before=EACH)
        _close(f"the month after it, {HOUSEHOLDS * AFTER:,} entries")
        begun = time.monotonic()
        faults = list(months(db.session()))
        _say("verify, both months", begun, f"{len(faults)} faults")


def _places() -> None:
    with transaction() as work:
        for code in (DISTRICT, TOWN, *(f"{TOWN}{n:03}" for n in range(1, VILLAGES + 1))):
            work.session.add(Area(code=code, name=code, level=LEVELS[len(code)]))
            work.session.flush()
        homes = {"homes": HOUSEHOLDS}
        work.session.execute(text(_HOMES), {**homes, "town": TOWN, "villages": VILLAGES})
        work.session.execute(text(_ACCOUNTS), homes)


def _fill(period: str, each: int, *, before: int) -> None:
    start = microseconds(cut_of(period).replace(day=2))
    values = {
        "each": each,
        "homes": HOUSEHOLDS,
        "offset": before * HOUSEHOLDS,
        "before": before,
        "start": start,
    }
    with transaction() as work:
        work.session.execute(text("SET LOCAL statement_timeout = 0"))
        work.session.execute(text(_POSTINGS), values)
        work.session.execute(text(_ENTRIES), values)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("points_posting", "points_entry", "points_account", "people_household"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def _close(what: str) -> None:
    begun = time.monotonic()
    with transaction() as work:
        period = service.make_due_month(work)
    session = db.session()
    lines = session.scalar(
        select(func.count()).select_from(Statement).where(Statement.period == period)
    )
    tables = session.scalar(select(func.count()).select_from(Close).where(Close.period == period))
    _say(what, begun, f"{lines} statements, {tables} tables")


def _say(what: str, begun: float, more: str) -> None:
    print(f"{what}: {time.monotonic() - begun:.2f} s ({more})", flush=True)  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()
