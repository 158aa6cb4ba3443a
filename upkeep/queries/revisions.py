"""Which versions of tables this program knows."""

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory


def known_revisions() -> tuple[str, ...]:
    """Return the versions of tables that this program knows, the newest first."""
    return tuple(script.revision for script in _scripts().walk_revisions())


def newest_revision() -> str:
    """Return the version of tables that this program works with."""
    return _scripts().get_current_head() or ""


@cache
def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "migrations"))
    return ScriptDirectory.from_config(config)
