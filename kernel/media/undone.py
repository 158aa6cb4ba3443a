"""Takes files back when the transaction that wrote their rows comes to nothing."""

import logging
from typing import Final

from sqlalchemy import event
from sqlalchemy.orm import Session

from kernel.stores import Store
from kernel.work import Work

KEPT: Final = "kernel.media.kept"
log = logging.getLogger(__name__)


def delete_if_undone(work: Work, name: str) -> None:
    """Delete *name* from the store if the transaction is rolled back.

    An original that no row knows would lie there for ever, place and all.  One that
    a process killed before its commit has left is swept up after a day.
    """
    session = work.session
    if KEPT not in session.info:
        session.info[KEPT] = []
        event.listen(session, "after_commit", _forget_names)
        event.listen(session, "after_rollback", _delete_files)
    session.info[KEPT].append((work.parts.store, name))


def _forget_names(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info[KEPT].clear()


def _delete_files(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint that may not be ours; the row may well be committed
    kept: list[tuple[Store, str]] = session.info[KEPT]
    while kept:
        store, name = kept.pop()
        try:
            store.delete(name)
        except OSError:
            log.warning("an original was left behind", extra={"stored": name})
