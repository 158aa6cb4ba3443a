"""The triggers that refuse any change of what was posted: are they all in force?"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from points.queries.faults import Fault

FROZEN: Final = (
    "points_posting",
    "points_transfer",
    "points_entry",
    "points_seal",
    "points_seal_leaf",
    "points_seal_signature",
    "points_month",
    "points_statement",
    "points_close",
    "points_signature",
    "points_publication",
)
_VERBS: Final = {"sqlite": ("update", "delete"), "postgresql": ("update", "delete", "truncate")}
_INSTALLED: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    # Also the search path's own tables only, and none that was switched off.
    "postgresql": (
        "SELECT tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
        " WHERE tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid)"
    ),
}


def guards(session: Session) -> Iterator[Fault]:
    """Yield each table of the ledger that lets itself be changed."""
    dialect = session.get_bind().dialect.name
    installed = set(session.scalars(text(_INSTALLED[dialect])))
    wanted = {f"{table}_no_{verb}": table for table in FROZEN for verb in _VERBS[dialect]}
    wanted["points_account_no_delete"] = "points_account"
    wanted["points_account_only_forward"] = "points_account"
    wanted["points_adjustment_only_decided"] = "points_adjustment"
    wanted["points_opening_only_decided"] = "points_opening"
    wanted["points_undo_only_decided"] = "points_undo"
    wanted["points_opening_row_no_update"] = "points_opening_row"
    wanted["points_opening_row_only_refused"] = "points_opening_row"
    for verb in _VERBS[dialect][1:]:
        for table in ("points_adjustment", "points_opening", "points_undo"):
            wanted[f"{table}_no_{verb}"] = table
    for trigger, table in wanted.items():
        if trigger not in installed:
            yield Fault(table, f"the trigger {trigger} is not in force")
