"""Originals that nobody knows: a process was killed between storing one and its commit."""

from datetime import timedelta
from itertools import islice
from typing import Final

from sqlalchemy import select

from kernel import audit
from kernel.media.jobs import INCOMING, drop_files
from kernel.media.models import Attachment
from kernel.outbox import Errand, Queue, on
from kernel.work import Work

# Far longer than any upload takes between its file and its commit.
LEFT_ALONE: Final = timedelta(days=1)
BATCH: Final = 500


@on(Queue.BULK)
def sweep_incoming(work: Work) -> Errand:
    """Delete what has lain in the incoming folder for a day without a row; owed once a day.

    The store is listed outside any transaction; then the database says which of the names it
    knows.  An original whose opening was given up is still known, and stays.
    """
    store, before = work.parts.store, work.now() - LEFT_ALONE

    def run(_number: str) -> list[str]:
        return list(islice(store.older(INCOMING, before), BATCH))

    return Errand(run, _drop_unknown)


def _drop_unknown(work: Work, names: list[str]) -> None:
    known = set(work.session.scalars(select(Attachment.stored).where(Attachment.stored.in_(names))))
    left = [name for name in names if name not in known]
    if not left:
        return
    work.later(drop_files, names="\n".join(left))
    audit.note(work, by=None, action="media.swept", subject="media:incoming", detail=str(len(left)))
    if len(names) == BATCH:
        work.later(sweep_incoming)
