"""The real worker, but it waits before the commit that would mark a row done.

What a handler did is then written and not yet committed: the worst moment to
be killed.  It goes on when the file named by ``STALL`` is gone.  Where
``STALL_AT`` is "counted" it waits earlier: the try is counted and committed,
and nothing else has happened.
"""

import os
import sys
import time
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

import worker
from kernel.outbox import Delivery

STALL = Path(os.environ["STALL"])
AT = os.environ.get("STALL_AT", "effect")


def wait_here() -> None:
    STALL.with_suffix(".reached").touch()
    while STALL.exists():
        time.sleep(0.02)


@event.listens_for(Session, "before_commit")
def before_commit(session: Session) -> None:
    rows = [row for row in session.identity_map.values() if isinstance(row, Delivery)]
    session.info["counted"] = any(row.tries > 0 and row.done_at is None for row in rows)
    if AT == "effect" and STALL.exists() and any(row.done_at is not None for row in rows):
        wait_here()


@event.listens_for(Session, "after_commit")
def after_commit(session: Session) -> None:
    if AT == "counted" and STALL.exists() and session.info.get("counted"):
        wait_here()


sys.exit(worker.main(sys.argv[1:]))
