"""One planted district for all of these tests; each request is taken back."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from kernel.db import db
from kernel.web import limiter
from tests.fakes import FixedClock, ListDispatch, PostBox
from tests.matrix.district import plant
from tests.matrix.gate import Gate


@pytest.fixture(scope="package")
def gate(app: Flask, clock: FixedClock, dispatch: ListDispatch, postbox: PostBox) -> Iterator[Gate]:
    """The application, with everything planted, inside one transaction that is never kept.

    Nobody here asks for ``session``: there is one connection, and it is this one.
    """
    with app.app_context(), db.engine.connect() as connection:
        engine, outer = db.engine, connection.begin()
        db.engines[None] = connection  # type: ignore[index]
        db.session.configure(join_transaction_mode="create_savepoint")
        limiter.reset()
        limiter.enabled = False
        found = Gate(app, connection, plant(db.session()))
        sa.event.listen(sa.Engine, "before_cursor_execute", found.note)
        try:
            yield found
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", found.note)
            limiter.enabled = True
            db.session.remove()
            outer.rollback()
            db.engines[None] = engine  # type: ignore[index]
            app.extensions.pop("is_demo", None)
            dispatch.sent.clear()
            postbox.posted.clear()
