"""Which versions of tables this program knows."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kernel.late import late

if TYPE_CHECKING:
    import alembic.config as alembic_config
    import alembic.script as alembic_script
else:
    alembic_config = late("alembic.config")
    alembic_script = late("alembic.script")


def known_revisions() -> tuple[str, ...]:
    """Return the versions of tables that this program knows, the newest first."""
    return tuple(script.revision for script in _scripts().walk_revisions())


def newest_revision() -> str:
    """Return the version of tables that this program works with."""
    return _scripts().get_current_head() or ""


@cache
def _scripts() -> "alembic_script.ScriptDirectory":
    config = alembic_config.Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "migrations"))
    return alembic_script.ScriptDirectory.from_config(config)
