"""Who is told what by text message, and what lets somebody see all of a receipt."""

import hmac
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from citizen.models import Report, Told
from citizen.rules import Template, printed, step_of
from citizen.service.submitting import insert_if_new, lock
from grid import queries as grid
from grid.models import Case
from grid.queries import Progress
from grid.rules import State, Urgency
from kernel import sms
from kernel.clock import SHANGHAI
from kernel.db import keyring
from kernel.outbound import drop_messages, send_sms
from kernel.work import Work
from people import rules as people
from people import service as people_service

SECRET_LENGTH: Final = 24  # hex digits: 96 bits


def tell(work: Work, report_id: int, *, template: Template) -> None:
    """Send the resident a message, if they left a number.  Each step is told once.

    What has been overtaken is left out: nobody wants to read in the morning that
    somebody will come, when it was settled at night.
    """
    report = lock(work, report_id)
    case = None if report.case_id is None else work.session.get(Case, report.case_id)
    if case is None or case.caller_phone is None:
        return
    progress = grid.progress(work.session, case.id)
    values = _values(report, progress, template)
    if values is None:
        return
    step = step_of(template, closed_at=progress.closed_at)
    if insert_if_new(work, Told, report_id=report.id, step=step, told_at=work.now()):
        send_sms(
            work,
            phone=case.caller_phone,
            template=template.value,
            text=sms.render(template.value, **values),
            urgent=case.urgency is Urgency.URGENT,
            about=report.owner,
        )


def take_back(work: Work, case_id: int, *, only: Template | None = None) -> None:
    """Take back what was to be told of a case and has not gone: it is no longer true.

    *only* one message: then whoever has it now may be named instead.
    """
    told = select(Report.id).where(Report.case_id == case_id).order_by(Report.id)
    for report_id in work.session.scalars(told).all():
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
    """Send a code to *phone* if it is the one that was left; otherwise do nothing.

    Raises:
        BadField: it is no mobile number.
        TooManyCodes: enough were sent to it.
    """
    if _is_callers(report, phone):
        people_service.send_code(work, phone=phone, purpose=_purpose(report))


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


def _values(report: Report, progress: Progress, template: Template) -> dict[str, str] | None:
    """Return what the message says, or None if it has nothing to say (any more)."""
    values = _facts(progress).get(template)
    return None if values is None else {"no": printed(report.number), **values}


def _facts(progress: Progress) -> dict[Template, dict[str, str]]:
    """Return the messages that are true now, each with what it needs beside the number."""
    if progress.closed_at is not None:
        return {Template.CLOSED: {}}
    if progress.state is State.REJECTED:
        notes = [step.note for step in progress.steps if step.note]
        reason = notes[-1] if notes else "见回执"
        channel = progress.responsible_channel or "服务电话"
        return {Template.REJECTED: {"reason": reason, "channel": channel}}
    if progress.state.is_over:
        return {}
    found: dict[Template, dict[str, str]] = {}
    if progress.close_by is not None:
        due = progress.close_by.astimezone(SHANGHAI)
        found[Template.ACCEPTED] = {"due": f"{due.month}月{due.day}日{due.hour}时"}
    if progress.owner_name:
        found[Template.DISPATCHED] = {"unit": progress.owner_name}
    return found
