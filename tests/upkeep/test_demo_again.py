"""The demo is the same one whenever it is loaded."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from kernel.db import Base, db
from tests.demo.conftest import load, make_app
from tests.upkeep.conftest import DAY, inside

pytestmark = pytest.mark.once(beside="sqlite")


def dump(app: Flask) -> list[tuple[object, ...]]:
    """Return every column of every table that is neither sealed nor made from what is."""
    rows: list[tuple[object, ...]] = []
    with inside(app):
        for table in Base.metadata.sorted_tables:
            columns = [
                column
                for column in table.columns
                if type(column.type).__name__ != "Sealed" and table.name != "kernel_fact"
            ]
            if columns:
                found = db.session.execute(select(*columns).order_by(*table.primary_key.columns))
                rows += [(table.name, *map(str, row)) for row in found]
    return rows


def test_the_same_seed_and_day_are_the_same_demo(town: Flask, tmp_path: Path) -> None:
    again = make_app(f"sqlite:///{tmp_path}/again.db", tmp_path)
    load(again, "--small", "--today", DAY)

    first = [row for row in dump(town) if "backup.made" not in row]  # by other tests

    assert len(first) > 500
    assert dump(again) == first
