"""What whoever complained can still do.  That it is theirs, the caller has seen to."""

from complaints.errors import AlreadyDone
from complaints.rules import ONE_UP, Event, Satisfied, State, checked_answer
from complaints.service.record import Entry, happened, locked, move_up, write
from kernel.errors import Conflict
from kernel.work import Work


def rate(work: Work, complaint_id: int, *, satisfied: Satisfied, note: str = "") -> None:
    """Say how content one is with the answer; once, and it costs nobody anything.

    Raises:
        NoSuchComplaint: there is none.
        Conflict: there is no answer yet.
        AlreadyDone: it was rated.
    """
    complaint = locked(work, complaint_id)
    if complaint.state is not State.ANSWERED:
        raise Conflict("还没有答复，答复以后再评价。")
    if happened(work, complaint, Event.RATED):
        raise AlreadyDone("您已经评价过了，谢谢。")
    write(work, complaint, Event.RATED, Entry(words=note[:500], satisfied=satisfied))


def not_satisfied(work: Work, complaint_id: int, *, reason: str) -> None:
    """Say that the answer will not do: it goes one level up, once.

    Raises:
        NoSuchComplaint: there is none.
        Conflict: there is no answer yet, or no level above.
        AlreadyDone: it was said once.
        Unsaid, TooLong: the reason.
    """
    complaint = locked(work, complaint_id)
    if happened(work, complaint, Event.NOT_SATISFIED):
        raise AlreadyDone("您已经要求过一次上一级答复。")
    if complaint.state is not State.ANSWERED:
        raise Conflict("还没有答复，答复以后才能要求上一级再看。")
    reason = checked_answer(reason)
    if ONE_UP.get(complaint.desk) is None:
        raise Conflict("已经是最上一级答复的。还不满意，可以打 12345。")
    move_up(work, complaint)
    write(work, complaint, Event.NOT_SATISFIED, Entry(words=reason))
