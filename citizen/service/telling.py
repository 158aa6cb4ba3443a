"""Who is told what by text message, and what lets somebody see all of a receipt."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Integer, bindparam, delete, select
from sqlalchemy.orm import Session

from citizen.models import Report, Told
from citizen.rules import Template, gets_texts, printed, step_of
from citizen.service.submitting import insert_if_new, lock
from grid import queries as grid
from grid.models import Case
from grid.queries import Progress
from grid.rules import PauseReason, State, Urgency, pause_ends
from kernel import sms
from kernel.calendar import calendar_of
from kernel.db import keyring
from kernel.moments import as_said
from kernel.outbound import drop_messages, send_sms
from kernel.work import Work
from kernel.workdays import WorkCalendar
from people import rules as people
from people import service as people_service

SECRET_LENGTH: Final = 24  # hex digits: 96 bits
# To build a statement costs more than to ask the database.
OF_CASE: Final = (
    select(Report.id)
    .where(Report.case_id == bindparam("case_id", type_=Integer))
    .order_by(Report.id)
)


def tell(work: Work, report_id: int, *, template: Template) -> None:
    """Send the resident a message, if they left a number.  Each step is told once.

    What has been overtaken is left out: nobody wants to read in the morning that
    somebody will come, when it was settled at night.
    """
    report = lock(work, report_id)
    case = None if report.case_id is None else work.session.get(Case, report.case_id)
    if case is None or case.caller_phone is None or not gets_texts(case.caller_phone):
        return
    progress = grid.progress(work.session, case.id)
    said = _facts(progress, now=work.now(), calendar=calendar_of(work.session)).get(template)
    if said is None:
        return
    step = step_of(template, of=said.of)
    if insert_if_new(work, Told, report_id=report.id, step=step, told_at=work.now()):
        send_sms(
            work,
            phone=case.caller_phone,
            template=template.value,
            text=sms.render(template.value, no=printed(report.number), **said.values),
            urgent=case.urgency is Urgency.URGENT,
            about=report.owner,
        )


def take_back(work: Work, case_id: int, *, only: Template | None = None) -> None:
    """Take back what was to be told of a case and has not gone: it is no longer true.

    *only* one message: then whoever has it now may be named instead.
    """
    for report_id in work.session.scalars(OF_CASE, {"case_id": case_id}).all():
        template = None if only is None else only.value
        about = f"citizen.report:{report_id}"
        if drop_messages(work, about=about, template=template) and only is not None:
            work.session.execute(
                delete(Told).where(Told.report_id == report_id, Told.step == step_of(only))
            )


def phone_of(session: Session, report: Report) -> str | None:
    """Return the number that was left, wherever it is kept by now.  Only to mask or to ring it."""
    case = None if report.case_id is None else session.get(Case, report.case_id)
    return report.phone if case is None else case.caller_phone


def secret_of(number: str) -> str:
    """Return what opens all of a receipt: not kept anywhere, made from the keys of the house."""
    return keyring().index(f"receipt:{number}")[:SECRET_LENGTH]


def send_code(work: Work, report: Report, *, phone: str) -> None:
    """Send a code to *phone* if it is the one that was left; otherwise only count it.

    Both are counted alike, or whoever asks twice, or asks to sign in with that number next, would
    learn whose receipt it is.

    Raises:
        BadField: it is no mobile number.
        TooManyCodes: enough were sent to it.
    """
    counts_only = not _is_callers(report, phone)
    people_service.send_code(work, phone=phone, purpose=_purpose(report), counts_only=counts_only)


def open_with_code(work: Work, report: Report, *, phone: str, code: str) -> bool:
    """Whether *code* opens the receipt.  Commit after a False, too: the try counts.

    Raises:
        BadField: it is no mobile number.
    """
    return _is_callers(report, phone) and people_service.check_code(
        work, phone=phone, purpose=_purpose(report), code=code
    )


def _is_callers(report: Report, phone: str) -> bool:
    index = keyring().index(people.checked_phone(phone))
    return hmac.compare_digest(index, report.phone_index or "")


def _purpose(report: Report) -> str:
    return f"receipt:{report.number}"


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says beside the number; told once, or once of each moment it is *of*."""

    values: Mapping[str, str] = field(default_factory=dict)
    of: datetime | None = None


def _facts(progress: Progress, *, now: datetime, calendar: WorkCalendar) -> dict[Template, Said]:
    """Return the messages that are true now."""
    if progress.closed_at is not None:
        return {Template.CLOSED: Said(of=progress.closed_at)}
    if progress.worked_state is State.REJECTED:
        return _refused(progress)
    if progress.worked_state.is_over:
        return {}
    found: dict[Template, Said] = {}
    if progress.owner_name:
        found[Template.DISPATCHED] = Said({"unit": progress.owner_name})
    if progress.objecting is not None and progress.objecting.upheld:
        found[Template.UPHELD] = Said()
    if progress.questions:
        # One that was answered meanwhile is not asked for; each is told of once.
        asked_at = max(step.at for step in progress.steps if step.note in progress.questions)
        answer_by = pause_ends(PauseReason.WAIT_RESIDENT, asked_at, calendar)
        found[Template.ASKED] = Said({"due": as_said(answer_by)}, of=asked_at)
    return found | _due(progress, now)


def _due(progress: Progress, now: datetime) -> dict[Template, Said]:
    """Return what is true of the day it was promised for."""
    due = progress.close_by
    if due is None:
        return {}
    said = {"due": as_said(due)}
    found = {Template.ACCEPTED: Said(said)}
    if progress.extended_why:
        found[Template.EXTENDED] = Said({**said, "reason": progress.extended_why}, of=None)
    if progress.broken_of == due:
        found[Template.LATE] = Said(said, of=due)
    elif progress.warned_of == due and now < due:
        found[Template.LATE_SOON] = Said(said, of=due)
    return found


def _refused(progress: Progress) -> dict[Template, Said]:
    reason = progress.refused_why or "见回执"
    channel = progress.responsible_channel or "服务电话"
    template = Template.REJECTED
    if progress.objecting is not None and progress.objecting.upheld is False:
        template = Template.DISMISSED
    return {template: Said({"reason": reason, "channel": channel})}
