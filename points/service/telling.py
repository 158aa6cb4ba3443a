"""Telling people by text that something about their coins waits for them to look at it.

What it is stands on their page and at the counter, never in the text: a phone lies about.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, select

from kernel.outbound import send_sms
from kernel.sms import render
from kernel.work import Work
from people.models import Person

TEMPLATE: Final = "T55"


class News(StrEnum):
    """What the text calls it."""

    NOTICE = "有一条告知"
    DEDUCTED = "扣了一笔"
    RESTORED = "还了一笔"
    APPEAL = "申诉有答复"
    SENT_BACK = "申报要补充"
    REFUSED = "申报没通过"


def tell(work: Work, news: News, *, person_id: int, household_id: int | None, about: str) -> None:
    """Tell whom it concerns, and the head of the household if they have another number.

    *about* is what the message is about, as messages name it.  Whoever left no number is told at
    the village's counter.
    """
    concerned = Person.id == person_id
    if household_id is not None:
        concerned |= (Person.household_id == household_id) & Person.is_head
    text_to(work, concerned, TEMPLATE, render(TEMPLATE, result=news.value), about=about)


def text_to(
    work: Work, people: ColumnElement[bool], template: str, text: str, *, about: str
) -> None:
    """Send a text to those of *people* who left a number, once to each number."""
    found = work.session.scalars(select(Person).where(people).order_by(Person.id)).all()
    for phone in dict.fromkeys(one.phone for one in found if one.phone):
        send_sms(work, phone=phone, template=template, text=text, about=about)
