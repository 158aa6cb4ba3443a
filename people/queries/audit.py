"""Reads of the audit log."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine, hidden_from
from kernel.clock import SHANGHAI
from kernel.permissions import Permission
from people import rules
from people.models import Account, Person
from people.rules.actions import ACTIONS, persons_in

PAGE: Final = 50
EXPORTED: Final = 500
S = TypeVar("S", bound=Select[*tuple[Any, ...]])
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Fifty lines, the newest first, whom they name, and where the next fifty begin."""

    lines: Sequence[AuditLine]
    staff: Mapping[int, str]  # of those it names
    before: int | None  # for the next page; None on the last


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line as it is exported."""

    line: AuditLine
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What part of the log is wanted.  Days are Shanghai's, both included."""

    action: str = ""  # one of the known, or what it begins with
    area: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None


def audit_page(session: Session, wanted: AuditFilter, *, by: Actor) -> AuditPage:
    """Return a page of the log; it is read whole or not at all (audit:log-read is for all).

    Raises:
        NoSuchArea: if the area asked for is no code.
    """
    if not by.may(Permission.AUDIT_LOG_READ):
        return AuditPage((), {}, None)
    statement = _filtered(select(AuditLine), wanted, by).order_by(AuditLine.id.desc())
    found = session.scalars(statement.limit(PAGE + 1)).all()
    lines = found[:PAGE]
    ids = {line.actor_id for line in lines if line.actor_id is not None}
    ids |= {one for line in lines for one in persons_in(f"{line.subject} {line.detail}")}
    rows = session.execute(
        select(Account.person_id, Account.login, Person.public_name)
        .join(Person, Person.id == Account.person_id)
        .where(Account.person_id.in_(sorted(ids)))
    )
    return AuditPage(
        lines,
        {number: f"{name}（{login}）" if name else login for number, login, name in rows},
        lines[-1].id if len(found) > PAGE else None,
    )


def audit_rows(session: Session, wanted: AuditFilter, *, by: Actor) -> Iterator[AuditRow]:
    """Yield the log in the order it was written, with logins, a few hundred lines at a time.

    Each part is a statement of its own, so that no transaction is held open by a slow reader.
    """
    after = 0
    while by.may(Permission.AUDIT_LOG_READ):
        statement = (
            _filtered(select(AuditLine, Account.login), wanted, by)
            .outerjoin(Account, Account.person_id == AuditLine.actor_id)
            .where(AuditLine.id > after)
        )
        found = session.execute(statement.order_by(AuditLine.id).limit(EXPORTED)).all()
        for line, login in found:
            yield AuditRow(line, login or "")
        session.expunge_all()
        if len(found) < EXPORTED:
            return
        after = found[-1][0].id


def _filtered(statement: S, wanted: AuditFilter, by: Actor) -> S:
    # Whoever a thing is against does not learn from the log who is at it.
    statement = statement.where(*hidden_from(AuditLine.subject, by.id))
    if wanted.action in ACTIONS:
        statement = statement.where(AuditLine.action == wanted.action)
    elif wanted.action:
        statement = statement.where(AuditLine.action.startswith(wanted.action, autoescape=True))
    if wanted.area:
        rules.level_of(wanted.area)
        statement = statement.where(
            AuditLine.area >= wanted.area, AuditLine.area < rules.after(wanted.area)
        )
    if wanted.first is not None:
        statement = statement.where(AuditLine.at >= _midnight(wanted.first))
    if wanted.last is not None:
        statement = statement.where(AuditLine.at < _midnight(wanted.last) + timedelta(days=1))
    if wanted.before is not None:
        statement = statement.where(AuditLine.id < wanted.before)
    return statement


def _midnight(day: date) -> datetime:
    within = min(max(day, FIRST_DAY), LAST_DAY)  # beyond, the day has no moment in UTC
    return datetime.combine(within, time(), tzinfo=SHANGHAI)
