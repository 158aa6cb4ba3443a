"""Originals that a killed process has left behind."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel import media
from kernel.audit import AuditLine
from kernel.media.sweeping import sweep_incoming
from kernel.work import transaction
from tests.fakes import NOON
from tests.kernel.conftest import Rows
from tests.kernel.media.conftest import Shelf, deliver_all
from tests.kernel.media.samples import drawing, encoded


def age(shelf: Shelf, name: str, **span: float) -> None:
    moment = (NOON - timedelta(**span)).timestamp()
    os.utime(shelf.folder / name, (moment, moment))


def sweep(rows: Rows) -> None:
    with transaction() as work:
        work.later(sweep_incoming)
    deliver_all(rows)


def test_one_without_a_row_goes_after_a_day(shelf: Shelf, rows: Rows, session: Session) -> None:
    shelf.put("incoming/orphan", b"x")
    shelf.put("incoming/fresh", b"x")
    age(shelf, "incoming/orphan", hours=25)
    age(shelf, "incoming/fresh", hours=23)

    sweep(rows)

    assert shelf.names() == {"incoming/fresh"}
    line = session.scalars(select(AuditLine)).one()
    assert (line.action, line.detail) == ("media.swept", "1")


def test_one_that_a_row_still_names_stays(shelf: Shelf, rows: Rows, session: Session) -> None:
    with transaction() as work:
        content = encoded(drawing(), "JPEG")
        name = media.receive(work, content, kind=media.Kind.PICTURE, key="k", owner="o").stored
    assert name is not None
    age(shelf, name, days=9)

    with transaction() as work:
        errand = sweep_incoming(work)
    found = errand.run("1")
    with transaction() as work:
        errand.after(work, found)

    assert found == [name]
    assert shelf.names() == {name}


@pytest.mark.usefixtures("session")
def test_what_was_finished_is_never_touched(shelf: Shelf, rows: Rows) -> None:
    shelf.put("pictures/old.jpg", b"x")
    age(shelf, "pictures/old.jpg", days=900)

    sweep(rows)

    assert shelf.names() == {"pictures/old.jpg"}


def test_more_than_one_batch_is_swept_in_the_end(
    shelf: Shelf, rows: Rows, session: Session
) -> None:
    for number in range(501):
        name = f"incoming/{number}"
        (shelf.folder / "incoming").mkdir(parents=True, exist_ok=True)
        (shelf.folder / name).write_bytes(b"x")
        age(shelf, name, days=2)

    sweep(rows)

    assert shelf.names() == set()
