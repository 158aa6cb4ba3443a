"""An installation in use goes to the newest version and back, and loses nothing on the way."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from kernel.db import db
from tests.upkeep.conftest import House, everything, inside, run
from upkeep.queries import tables
from upkeep.queries.revisions import known_revisions, newest_revision
from upkeep.service.restoring import restore
from upkeep.service.writing import Backup

Shape = dict[str, Sequence[str]]


def shape(app: Flask) -> Shape:
    """Return the tables and their columns."""
    with inside(app), tables.snapshot(db.engine) as connection:
        found = tables.known(connection).tables
        return {name: sorted(table.columns.keys()) for name, table in found.items()}


def rows(app: Flask, wanted: Shape) -> dict[str, list[tuple[str, ...]]]:
    """Return what stands in those columns."""
    with inside(app), tables.snapshot(db.engine) as connection:
        found = tables.known(connection).tables
        return {
            name: sorted(
                tuple(map(str, row))
                for row in connection.execute(
                    sa.select(*(found[name].columns[column] for column in columns))
                )
            )
            for name, columns in wanted.items()
        }


def test_up_and_down_and_up_again_keeps_every_row(made: Backup, house: House) -> None:
    app, first = house(), known_revisions()[-1]
    with inside(app):
        restore(made.path)
        downgrade(revision=first)
    old = shape(app)
    before = rows(app, old)
    assert len(before["grid_case"]) > 30

    for step in reversed(known_revisions()[:-1]):  # one version at a time, as a district would
        with inside(app):
            upgrade(revision=step)
    after_up = rows(app, old)
    with inside(app):
        downgrade(revision=first)
    after_down = rows(app, old)

    assert after_up == before
    assert after_down == before
    assert shape(app) == old
    with inside(app):
        upgrade()
        version = db.session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    assert version == newest_revision()
    assert rows(app, old) == before


def test_the_upgraded_house_is_whole(made: Backup, house: House) -> None:
    app = house()
    with inside(app):
        restore(made.path)
        before = tables_guarded()
        downgrade(revision=known_revisions()[-1])
        upgrade()

        assert tables_guarded() == before
    assert app.test_client().get("/readyz").status_code == 200
    code, said = run(app, "backup", str(app.extensions["parts"].settings.var.parent / "x.tar"))
    assert code == 0, said


def tables_guarded() -> tuple[str, ...]:
    with tables.snapshot(db.engine) as connection:
        return tables.guards(connection)


def test_rolling_back_is_restoring_the_backup_into_an_empty_database(
    town: Flask, made: Backup, house: House
) -> None:
    """What docs/deploy.md says to do when a new version turns out to be no good."""
    spoilt, fresh = house(), house()
    with inside(spoilt):
        restore(made.path)
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()

    code, said = run(spoilt, "restore", "--replace", str(made.path))
    assert (code, "另建一个空库" in said) == (1, True)
    code, said = run(fresh, "restore", str(made.path))

    assert code == 0, said
    assert everything(fresh)["grid_case"] == everything(town)["grid_case"]
