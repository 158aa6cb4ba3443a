"""How the house is doing, which backups there are, what was forgotten."""

from collections.abc import Mapping

from flask import Blueprint, render_template
from flask_babel import gettext as _
from redis.exceptions import RedisError

from kernel.access import require
from kernel.db import db
from kernel.jobs import RqDispatch
from kernel.outbox import Queue
from kernel.permissions import Permission
from kernel.web import current_actor
from kernel.work import parts
from upkeep import queries
from upkeep.rules.findings import Finding, Level, findings

pages = Blueprint("upkeep", __name__, url_prefix="/staff/operator")
LABELS = {Level.GREEN: "正常", Level.YELLOW: "要留意", Level.RED: "要处理"}


@pages.get("/state")
@require(Permission.SYSTEM_PARKED_READ)
def state() -> str:
    """Show everything that is looked at, the worst first, each with what to do."""
    redis, workers = _queue()
    measured = queries.state(db.session(), parts(), redis=redis, workers=workers)
    shown = [_in_words(finding) for finding in findings(measured)]
    return render_template(
        "upkeep/state.html", findings=shown, run=queries.last_retention(db.session())
    )


@pages.get("/backups")
@require(Permission.SYSTEM_BACKUP)
def backups() -> str:
    """List the backups that lie in the folder for them; making and restoring is for the machine."""
    folder = parts().settings.backup_dir
    return render_template(
        "upkeep/backups.html",
        folder=folder,
        backups=queries.backups(folder),
        may_restore=current_actor().may(Permission.SYSTEM_RESTORE),
    )


def _queue() -> tuple[bool, Mapping[str, int]]:
    """Return whether Redis answers, and how many workers each queue has."""
    dispatch, alive = parts().dispatch, dict.fromkeys((queue.value for queue in Queue), 0)
    if not isinstance(dispatch, RqDispatch):
        return dispatch.is_up(), alive
    try:
        return True, {**alive, **dispatch.workers()}
    except RedisError:
        return False, alive


def _in_words(finding: Finding) -> dict[str, object]:
    values = finding.values or {}
    return {
        "level": {"code": finding.level.value, "label": _(LABELS[finding.level])},
        "title": _(finding.title),
        "said": _(finding.said, **values) if values else _(finding.said),
        "todo": _(finding.todo) if finding.todo else "",
    }
