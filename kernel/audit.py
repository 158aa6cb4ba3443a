"""Who did what to whom, written once and never changed (triggers in the database refuse it).

After three years a line may go; before, the database refuses that, too.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from flask import current_app
from sqlalchemy import ColumnElement, Index, Select, SelectBase, String, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from kernel.access import Actor
from kernel.db import Model
from kernel.inventory import logs_kept
from kernel.work import Work

KEEP: Final = logs_kept()  # the trigger in the database knows the same number of days
BATCH: Final = 500
# Of each feature: the statement for the subjects that a person is kept away from.
BarredSubjects = tuple[Callable[[int], SelectBase], ...]
# Of each kind of subject that people know by more than a row's number: the row, and what they know.
SubjectNames = Mapping[str, tuple[InstrumentedAttribute[int], InstrumentedAttribute[str]]]
MOST_DIGITS: Final = 18  # of a row's number


class AuditLine(Model):
    """One line of the log.  Its words never carry the data that was looked at."""

    __tablename__ = "kernel_audit"
    __table_args__ = (
        Index("ix_kernel_audit_action_at", "action", "at"),
        Index("ix_kernel_audit_subject", "subject"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]  # nobody is the program itself, or a stranger
    action: Mapped[str] = mapped_column(String(40))  # "staff.sign-in", "case.contact-read"
    subject: Mapped[str] = mapped_column(String(80))  # "person:7", "case:12", "area:330106"
    area: Mapped[str] = mapped_column(String(17), default="", index=True)
    detail: Mapped[str] = mapped_column(String(500), default="")


def hidden_from(subject: InstrumentedAttribute[str], person_id: int) -> list[ColumnElement[bool]]:
    """Return the conditions that leave out what *person_id* is kept away from, by its subject.

    What such a thing is called in a log, each feature knows: bootstrap.BARRED_SUBJECTS.
    """
    tables: BarredSubjects = current_app.extensions["barred_subjects"]
    return [subject.not_in(barred(person_id)) for barred in tables]


def names_of(session: Session, subjects: Iterable[str]) -> Mapping[str, str]:
    """Return what people call some subjects: ``{"qr_code:12": "菜场东门"}``.

    One statement for each kind that bootstrap.SUBJECT_NAMES knows; what is gone is left out.
    """
    tables: SubjectNames = current_app.extensions["subject_names"]
    numbers: dict[str, set[int]] = {}
    for subject in subjects:
        kind, _, number = subject.partition(":")
        if (
            kind in tables
            and number.isascii()
            and number.isdecimal()
            and len(number) <= MOST_DIGITS
        ):
            numbers.setdefault(kind, set()).add(int(number))
    found: dict[str, str] = {}
    for kind, wanted in numbers.items():
        row, name = tables[kind]
        rows = session.execute(select(row, name).where(row.in_(sorted(wanted))))
        found |= {f"{kind}:{number}": called for number, called in rows if called}
    return found


def note(
    work: Work, *, by: Actor | None, action: str, subject: str, detail: str = "", area: str = ""
) -> None:
    """Write one line, in the transaction of what it is about."""
    line = AuditLine(
        at=work.now(),
        actor_id=None if by is None else by.id,
        action=action,
        subject=subject,
        area=area,
        detail=detail[:500],
    )
    work.session.add(line)


def over(work: Work) -> Select[int]:
    """Return the statement for the numbers of the lines whose time is over."""
    return select(AuditLine.id).where(AuditLine.at < work.now() - KEEP)


def forget_lines(work: Work) -> int:
    """Delete the next few lines whose time is over; say how many went, and write that down."""
    chosen = work.session.scalars(over(work).order_by(AuditLine.id).limit(BATCH)).all()
    if not chosen:
        return 0
    work.session.execute(
        delete(AuditLine)
        .where(AuditLine.id.in_(chosen))
        .execution_options(synchronize_session=False)
    )
    note(work, by=None, action="retention.log", subject="audit", detail=str(len(chosen)))
    return len(chosen)
