"""Flask-Migrate, loaded by whoever migrates: Alembic is a tenth of all there is to import."""

from typing import TYPE_CHECKING, Any, Final

import click
from flask import Flask

from kernel.db import db
from kernel.late import late

if TYPE_CHECKING:
    import flask_migrate
    from flask_migrate import cli
else:
    flask_migrate = late("flask_migrate")
    cli = late("flask_migrate.cli")

NAME: Final = "migrate"  # under which Flask-Migrate looks for itself


class _Late:
    """Stands where Flask-Migrate looks for itself, until it does."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> object:
        app = self._app
        flask_migrate.Migrate(app, db, directory=f"{app.root_path}/migrations")
        return getattr(app.extensions[NAME], name)


class _Command(click.Command):
    """``flask db …``, which Flask-Migrate takes over as soon as it is called."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> click.Context:
        context: click.Context = cli.db.make_context(info_name, args, parent, **extra)
        return context


def install_migrations(app: Flask) -> None:
    """Let Flask-Migrate work on *app*, and ``flask db`` call it."""
    app.extensions[NAME] = _Late(app)
    app.cli.add_command(_Command("db", help="Perform database migrations."))
