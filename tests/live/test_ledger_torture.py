"""A few seconds of ``make torture``: nothing acknowledged is lost, and nothing is there twice."""

import pytest

from tests.torture.run import Outcome, tortured

# It brings a PostgreSQL of its own, whose commits are on the disk.
pytestmark = pytest.mark.once(beside="sqlite")

KILLS = ("backend", "writer", "backend", "postmaster", "writer", "backend, hard")


def test_whatever_is_killed_each_posting_is_there_once_and_the_books_agree() -> None:
    with tortured() as torture:
        outcome = torture.run(4, KILLS)

        assert outcome.faults == []
        assert outcome.kills["postmaster"] == 1
        assert outcome.postings > len(KILLS)

        # And it is not blind: of what was posted one is gone, and one is there that nobody wished.
        with torture.cluster.connect() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(
                "UPDATE points_posting SET id = 0 WHERE id = (SELECT min(id) FROM points_posting)"
            )
        torture.judge(after := Outcome())

    assert any("which is not there" in fault for fault in after.faults)
    assert "posting 0: nobody was told of it" in after.faults
