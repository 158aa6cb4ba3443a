"""The resident is told by text message that there is an answer, if they left a number."""

from complaints.models import BARRED_AS, Complaint
from complaints.rules import State, printed
from kernel.outbound import send_sms
from kernel.sms import render
from kernel.work import Work

ANSWERED = "T06"


def tell(work: Work, complaint_id: int) -> None:
    """Send the message; the words say nothing about what it is, anybody may hold the phone."""
    complaint = work.session.get(Complaint, complaint_id)
    if complaint is None or complaint.phone is None or complaint.state is not State.ANSWERED:
        return
    text = render(ANSWERED, no=printed(complaint.number))
    about = f"{BARRED_AS}:{complaint.id}"
    send_sms(work, phone=complaint.phone, template=ANSWERED, text=text, about=about)
