"""The application's login adds to the ledger and moves accounts on; nothing else.

On PostgreSQL by its rights, with the statements that the migration runs; SQLite has no logins, and
there the triggers alone stand in the way.
"""

import runpy
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from points import queries, service
from points.models import Close
from points.rules.months import cut_of
from tests.points.books import Books
from tests.points.claims import Village

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
MIGRATION, MONTHS = VERSIONS / "0014_ledger.py", VERSIONS / "0018_months.py"
GRANTS = (
    "CREATE ROLE ledger_clerk",
    "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO ledger_clerk",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ledger_clerk",
)
FORBIDDEN = (
    "UPDATE points_posting SET actor_id = 5",
    "UPDATE points_transfer SET amount = 6",
    "UPDATE points_entry SET amount = 6",
    "UPDATE points_seal SET root = hash",
    "DELETE FROM points_posting",
    "DELETE FROM points_transfer",
    "DELETE FROM points_entry",
    "DELETE FROM points_account",
    "UPDATE points_account SET owner_ref = '9'",
    "UPDATE points_account SET kind = 'system'",
)


@pytest.fixture
def clerk(books: Books) -> Session:
    """Books that are written with the application's login from here on."""
    session = books.work.session
    books.award("a", 5)
    if session.get_bind().dialect.name == "postgresql":
        for statement in (*GRANTS, runpy.run_path(str(MIGRATION))["NARROW"]):
            session.execute(text(statement))
        session.execute(text("SET LOCAL ROLE ledger_clerk"))
    return session


def test_the_login_of_the_application_posts(clerk: Session, books: Books) -> None:
    books.award("a", 7)

    assert queries.balance(clerk, books.ids["a"]).free == 12


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_login_of_the_application_changes_nothing(clerk: Session, statement: str) -> None:
    if statement == "UPDATE points_seal SET root = hash":
        clerk.execute(
            text(
                "INSERT INTO points_seal (number, day, sealed_at, leaves, root, previous, hash)"
                " SELECT 1, '2026-03-01', 0, 0, hash, hash, hash FROM points_entry"
            )
        )

    with (
        pytest.raises(DBAPIError, match=r"permission denied|only ever added"),
        clerk.begin_nested(),
    ):
        clerk.execute(text(statement))


def test_the_login_of_the_application_makes_months_and_changes_none(village: Village) -> None:
    session = village.work.session
    village.fund()
    village.approve(village.claimed(), village.town)
    village.work.parts.clock.moment = cut_of("2026-03")  # type: ignore[attr-defined]
    if session.get_bind().dialect.name == "postgresql":
        narrow = [runpy.run_path(str(one))["NARROW"] for one in (MIGRATION, MONTHS)]
        for statement in (*GRANTS, *narrow):
            session.execute(text(statement))
        session.execute(text("SET LOCAL ROLE ledger_clerk"))

    service.make_due_month(village.work)
    close = session.scalars(select(Close)).one()
    service.sign_month(village.work, close.id, by=village.village)
    service.sign_month(village.work, close.id, by=village.town)
    service.publish_month(village.work, close.id, by=village.town)

    for table in ("month", "statement", "close", "signature", "publication"):
        refused = pytest.raises(DBAPIError, match=r"permission denied|only ever added")
        with refused, session.begin_nested():
            session.execute(text(f"DELETE FROM points_{table}"))  # noqa: S608 - from the list above
