"""The migrations lead to the tables the models describe, and back.

Coming back is proven before every run: the ``app`` fixture starts from base.
"""

from enum import StrEnum

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy.orm import Session

from grid.models import Act, Case, Step
from kernel.db import db
from tests.fakes import NOON
from tests.grid.factories import make_case

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


def test_the_way_down_keeps_every_step_of_a_case(live: Flask) -> None:
    """An older program does not know the newer acts; that something was noted it does."""
    with live.app_context():
        make_case(db.session()).last_step = 1
        case_id = db.session.scalars(sa.select(Case.id)).one()
        db.session.add(Step(case_id=case_id, number=1, at=NOON, act=Act.HANDOVER, why="转办"))
        db.session.commit()
        db.session.remove()

        downgrade(revision="0005-1")
        with db.engine.connect() as connection:
            kept = connection.exec_driver_sql("SELECT act, why FROM grid_step").all()
        with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE grid_step SET why = 'x'")
        with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO grid_step (case_id, number, at, by_reporter, act, why)"
                " SELECT id, 2, submitted_at, false, 'handover', '' FROM grid_case"
            )
        upgrade()
        db.session.add(Step(case_id=case_id, number=2, at=NOON, act=Act.HANDOVER, why="再转"))
        db.session.commit()

    assert [tuple(row) for row in kept] == [("note", "转办")]
