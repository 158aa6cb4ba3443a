"""Codes sent to a phone, and residents who sign in with one."""

import hmac
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from kernel import audit, sms
from kernel.access import Actor
from kernel.db import insert_once, keyring, take_turns
from kernel.outbound import send_sms
from kernel.work import Work
from people import rules
from people.errors import TooManyCodes
from people.models import Person, PhoneCode

SIGN_IN: Final = "sign-in"
DIGITS: Final = "0123456789"
CODE_LENGTH: Final = 6
KEEP: Final = timedelta(days=1)  # as long as the longest limit counts them


def send_code(work: Work, *, phone: str, purpose: str, counts_only: bool = False) -> None:
    """Send six digits to *phone*; those sent before for the same purpose open nothing any more.

    Args:
        work: the unit of work.
        phone: a mobile number, however it was typed.
        purpose: what the code opens: "sign-in", or what another feature names.
        counts_only: send nothing, but count it: where it must not show whose number it is.

    Raises:
        BadField: it is no mobile number.
        TooManyCodes: one was sent within a minute, 5 within an hour or 10 within a day.
    """
    number = rules.checked_phone(phone)
    index = keyring().index(number)
    take_turns(work.session, f"code:{index}")  # many asked at once would all find none sent
    earlier = select(PhoneCode.sent_at).where(
        PhoneCode.phone_index == index, PhoneCode.sent_at > work.now() - KEEP
    )
    wait = rules.wait_for_code(work.session.scalars(earlier).all(), work.now())
    if wait:
        sentence, n = _in_words(wait)
        raise TooManyCodes(sentence, n=n)
    code = work.parts.chance.letters(DIGITS, CODE_LENGTH)
    work.session.add(
        PhoneCode(
            phone_index=index,
            purpose=purpose,
            code_index=_fingerprint(index, purpose, code),
            sent_at=work.now(),
        )
    )
    if not counts_only:
        send_sms(work, phone=number, template="T01", text=sms.render("T01", code=code))


def check_code(work: Work, *, phone: str, purpose: str, code: str) -> bool:
    """Whether *code* is the last one sent to *phone* for *purpose*, within 5 minutes.

    It counts once, and a wrong one counts as one of five tries: so the unit of
    work must commit after a False, too.

    Raises:
        BadField: it is no mobile number.
    """
    index = keyring().index(rules.checked_phone(phone))
    sent = work.session.scalar(
        select(PhoneCode)
        .where(
            PhoneCode.phone_index == index,
            PhoneCode.purpose == purpose,
            PhoneCode.sent_at > work.now() - rules.CODE_LIFE,
        )
        .order_by(PhoneCode.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if sent is None or sent.used_at is not None or sent.tries >= rules.MOST_CODE_TRIES:
        return False
    sent.tries += 1
    right = hmac.compare_digest(sent.code_index, _fingerprint(index, purpose, code.strip()))
    if right:
        sent.used_at = work.now()
    return right


def sign_in_resident(work: Work, *, phone: str, code: str) -> int | None:
    """Return the number of the person whose phone this is, or None if the code is not right.

    Whoever is not known yet is written down with nothing but the phone.

    Raises:
        BadField: it is no mobile number.
    """
    if not check_code(work, phone=phone, purpose=SIGN_IN, code=code):
        return None
    number = rules.checked_phone(phone)
    index = keyring().index(number)
    insert_once(
        work.session,
        Person,
        unique="phone_index",
        name="",
        phone=number,
        phone_index=index,
        made_at=work.now(),
    )
    found = work.session.scalars(select(Person.id).where(Person.phone_index == index)).one()
    audit.note(work, by=Actor(found), action="resident.sign-in", subject=f"person:{found}")
    return found


def forget_codes(work: Work) -> None:
    """Delete the codes that neither open anything nor count any more."""
    work.session.execute(delete(PhoneCode).where(PhoneCode.sent_at < work.now() - KEEP))


def _fingerprint(phone_index: str, purpose: str, code: str) -> str:
    return keyring().index(f"{phone_index}:{purpose}:{code}")


def _in_words(wait: timedelta) -> tuple[str, int]:
    """Return the sentence and the number for a span as people say it, rounded up."""
    seconds = int(wait.total_seconds()) + 1
    if seconds <= 60:  # noqa: PLR2004 - a minute
        return "刚发过验证码，请过 %(n)s 秒再试。", seconds
    minutes = -(-seconds // 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return "刚发过验证码，请过 %(n)s 分钟再试。", minutes
    return "刚发过验证码，请过 %(n)s 小时再试。", -(-minutes // 60)
