"""How a code fares on its wall: what is said to be wrong, how often it is scanned, its picture."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.media import Attachment
from kernel.permissions import Permission
from people.queries import scoped
from qr import rules
from qr.models import Code, ScanWeek, Trouble
from qr.rules import Wrong

TROUBLE_PAGE: Final = 50


def troubles_page(
    session: Session, *, by: Actor, wrong: Wrong | None = None, after: int = 0
) -> Sequence[tuple[Trouble, Code]]:
    """Return what is said to be wrong with codes that *by* may read and is not settled."""
    statement = (
        select(Trouble, Code)
        .join(Code, Code.id == Trouble.code_id)
        .where(Trouble.settled_at.is_(None), Trouble.id > after)
    )
    if wrong is not None:
        statement = statement.where(Trouble.wrong == wrong)
    statement = scoped(statement, by, Permission.QR_READ)
    rows = session.execute(statement.order_by(Trouble.id).limit(TROUBLE_PAGE))
    return [(trouble, code) for trouble, code in rows]


def open_troubles(session: Session, code_ids: Collection[int]) -> Mapping[int, Sequence[Trouble]]:
    """Return what is said to be wrong with each of some codes that their reader was let in to."""
    found: dict[int, list[Trouble]] = defaultdict(list)
    statement = select(Trouble).where(Trouble.code_id.in_(code_ids), Trouble.settled_at.is_(None))
    for trouble in session.scalars(statement.order_by(Trouble.id)):
        found[trouble.code_id].append(trouble)
    return found


def scans_of(
    session: Session, code_ids: Collection[int], *, today: date
) -> Mapping[int, Sequence[int]]:
    """Return how often each code was scanned in each of the last eight weeks, the oldest first."""
    weeks = rules.weeks_before(today)
    found = {one: dict.fromkeys(weeks, 0) for one in code_ids}
    statement = select(ScanWeek).where(ScanWeek.code_id.in_(code_ids), ScanWeek.week >= weeks[0])
    for row in session.scalars(statement):
        if row.week in found[row.code_id]:
            found[row.code_id][row.week] = row.scans
    return {one: tuple(by_week.values()) for one, by_week in found.items()}


def photo_owner(code_id: int) -> str:
    """Return the word under which the picture of a code that hangs is kept."""
    return f"qr.code:{code_id}"


def photo_of(session: Session, code_id: int) -> Attachment | None:
    """Return the picture of a code that its reader was let in to."""
    statement = select(Attachment).where(Attachment.owner == photo_owner(code_id))
    return session.scalar(statement.order_by(Attachment.id.desc()).limit(1))


def successor_of(session: Session, code: Code) -> Code:
    """Return the code that the label of *code* leads on to; itself where there is none."""
    for _ in range(rules.MOST_HOPS):
        if code.replaced_by_id is None:
            break
        code = session.get_one(Code, code.replaced_by_id)
    return code
