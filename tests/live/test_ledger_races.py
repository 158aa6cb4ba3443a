"""Two who post the same at once, on a database with real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from kernel.db import db
from kernel.work import transaction
from points import queries, service
from tests.points.books import DAY, open_books

TIMES = 40
HANDS = 3


def test_of_equal_reversals_at_the_same_moment_each_is_answered_with_the_one_posting(
    live: Flask,
) -> None:
    """Often, since a posting has two unique keys and only now and then is met between them."""
    with live.app_context():
        with transaction() as work:
            books = open_books(work)
            awards = [books.award("a", 1).id for _ in range(TIMES)]
        barrier = Barrier(HANDS, timeout=60)

        def undo_all(_hand: int) -> list[tuple[int, bool] | Exception]:
            with live.app_context():
                came = [undo(award) for award in awards]
                db.session.remove()
                return came

        def undo(award: int) -> tuple[int, bool] | Exception:
            barrier.wait()
            try:
                with transaction() as work:
                    posted = service.reverse(work, award, effective_on=DAY, actor_id=1)
            except Exception as error:  # noqa: BLE001 - none may come, whichever it is
                return error
            return posted.id, posted.replayed

        with ThreadPoolExecutor(HANDS) as pool:
            hands = list(pool.map(undo_all, range(HANDS)))

        for answers in zip(*hands, strict=True):
            assert not [one for one in answers if isinstance(one, Exception)]
            assert len({one[0] for one in answers}) == 1
            assert sorted(one[1] for one in answers) == [False, True, True]
        assert list(queries.verify(db.session())) == []
        db.session.remove()
