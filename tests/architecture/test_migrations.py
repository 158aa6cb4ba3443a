"""The migrations lead to the tables the models describe, and back.

Coming back is proven before every run: the ``app`` fixture starts from base.
"""

from enum import StrEnum

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy.orm import Session

from kernel.db import db

ENUMS = [
    pytest.param(table, column, id=f"{table}.{column.name}")
    for table in db.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, sa.Enum)
]


def test_the_models_need_no_further_migration(app: Flask) -> None:
    with app.app_context():
        check()


def test_the_way_down_leaves_no_table(live: Flask) -> None:
    with live.app_context():
        downgrade(revision="base")

        left = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
        upgrade()

    assert left == set()


@pytest.mark.parametrize(("table", "column"), ENUMS)
def test_the_database_knows_every_member(
    session: Session, table: sa.Table, column: sa.Column[StrEnum]
) -> None:
    assert isinstance(column.type, sa.Enum)
    checks = sa.inspect(session.connection()).get_check_constraints(table.name)
    assert any(
        column.name in check["sqltext"]
        and all(f"'{member}'" in check["sqltext"] for member in column.type.enums)
        for check in checks
    )
