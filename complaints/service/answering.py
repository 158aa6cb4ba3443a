"""What a desk does: answer, hand it up, write down whom it is about, look at the number."""

from dataclasses import dataclass

from complaints import queries
from complaints.errors import NoSuchComplaint, Unsaid
from complaints.events import ComplaintAnswered
from complaints.models import BARRED_AS
from complaints.rules import ONE_UP, Event, State, checked_answer
from complaints.service.record import Entry, locked_for_desk, move_up, place, write
from kernel import audit
from kernel.access import Actor
from kernel.errors import Conflict
from kernel.work import Work
from people.service.bars import bar


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach whoever complained; None where they did not say."""

    phone: str | None


def answer(work: Work, complaint_id: int, *, words: str, by: Actor) -> None:
    """Answer; the resident reads it, may rate it, and may once say that it will not do.

    Raises:
        NoSuchComplaint, AlreadyDone: there is none that *by* may answer; it is not open here.
        Unsaid, TooLong: the words.
    """
    complaint = locked_for_desk(work, complaint_id, by=by)
    words = checked_answer(words)
    in_time = work.now() <= complaint.due_by
    complaint.state, complaint.answered_at = State.ANSWERED, work.now()
    write(work, complaint, Event.ANSWERED, Entry(who=by.id, words=words, in_time=in_time))
    work.announce(ComplaintAnswered(complaint_id=complaint.id))


def pass_up(work: Work, complaint_id: int, *, reason: str, by: Actor) -> None:
    """Hand it one level up, where this desk cannot answer it.

    Raises:
        NoSuchComplaint, AlreadyDone: there is none that *by* may answer; it is not open here.
        Unsaid, TooLong: the reason.
        Conflict: there is no level above.
    """
    complaint = locked_for_desk(work, complaint_id, by=by)
    reason = checked_answer(reason)
    if not move_up(work, complaint):
        raise Conflict("已经是最上一级，请在这里答复。")
    write(work, complaint, Event.PASSED_UP, Entry(who=by.id, words=reason))


def name(work: Work, complaint_id: int, *, person_id: int | None, by: Actor) -> None:
    """Write down who of the staff it is about: they and their kin neither see nor answer it.

    Where nobody is left to answer at this desk, it goes up at once.

    Raises:
        NoSuchComplaint, AlreadyDone: there is none that *by* may answer; it is not open here.
        Unsaid: it is nobody of the staff there.
    """
    complaint = locked_for_desk(work, complaint_id, by=by)
    known = {one for one, _ in queries.colleagues(work.session, complaint.number, by=by)}
    if person_id is None or person_id not in known:
        raise Unsaid("请选是哪一位")
    bar(work, BARRED_AS, [complaint.id], accused={person_id})
    write(work, complaint, Event.NAMED, Entry(who=by.id))
    audit.note(
        work,
        by=by,
        action="complaint.named",
        subject=f"{BARRED_AS}:{complaint.id}",
        area=complaint.area_code,
    )
    left = queries.answerers(work.session, complaint, complaint.desk)
    sits_here = person_id in queries.sitters(work.session, complaint, complaint.desk)
    above = ONE_UP.get(complaint.desk)
    if above is not None and (sits_here or not left):
        place(work, complaint, above)
        write(work, complaint, Event.PASSED_UP)


def read_contact(work: Work, number: str, *, by: Actor) -> Contact:
    """Return the number that was left; every look is written down.

    Raises:
        NoSuchComplaint: there is none that *by* may answer.
    """
    found = queries.detail(work.session, number, by=by)
    if not found.may_answer or found.complaint.state is not State.OPEN:
        raise NoSuchComplaint(queries.GONE)
    complaint = found.complaint
    audit.note(
        work,
        by=by,
        action="complaint.contact-read",
        subject=f"{BARRED_AS}:{complaint.id}",
        area=complaint.area_code,
    )
    return Contact(complaint.phone)
