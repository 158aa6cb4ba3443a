"""How a phone is rung because of a case: a registered text, and at night a call that reads it."""

from typing import Final

from grid.models import Case
from grid.models.cases import ALARM
from grid.rules import is_night
from kernel.outbound import send_sms, send_voice
from kernel.sms import render
from kernel.work import Work
from people.models import Area, Person

MOBILE_DIGITS: Final = 11


def ring_phone(work: Work, case: Case, phone: str, template: str) -> None:
    """Send a text to *phone*, where it is a mobile; at night it is called as well."""
    words = render(template, no=spoken(case), place=place_of(work, case))
    about = alarm_of(case)
    if phone.startswith("1") and len(phone) == MOBILE_DIGITS:
        send_sms(work, phone=phone, template=template, text=words, urgent=True, about=about)
    if is_night(work.now()):
        send_voice(work, phone=phone, template=template, text=words, about=about)


def alarm_of(case: Case) -> str:
    """Return what the log calls the alarms of a case, so that an answer takes them back."""
    return f"{ALARM}{case.id}"


def spoken(case: Case) -> str:
    """Return the number in groups of four."""
    return "-".join(case.number[start : start + 4] for start in (0, 4, 8))


def place_of(work: Work, case: Case) -> str:
    """Return where it is, in a few words."""
    area = work.session.get(Area, case.area_code)
    return case.place_name or (area.name if area else "") or "见系统"


def phone_of(person: Person) -> str | None:
    """Return where somebody of the staff is reached."""
    return person.phone or person.work_phone or None
