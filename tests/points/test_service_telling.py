"""Who hears by text that something about their coins waits: shortly, and not what it is."""

import pytest
from sqlalchemy import func, select, update

from kernel.outbound import Message
from kernel.sms import render
from people.models import Person
from points.service.telling import TEMPLATE, News, tell
from tests.people.homes import make_resident
from tests.points.claims import Village

MOST = 10  # characters of {result}, as the table of templates promises the gateway


@pytest.mark.parametrize("news", News)
def test_a_text_names_no_person_no_coins_and_no_reason(news: News) -> None:
    assert len(news.value) <= MOST
    text = render(TEMPLATE, result=news.value)
    assert news.value in text
    assert "柜台" in text


def test_whom_it_concerns_and_the_head_hear_it_once_each(village: Village) -> None:
    session = village.work.session
    head = session.get_one(Person, village.resident.id)
    session.execute(
        update(Person).where(Person.household_id == head.household_id).values(is_head=False)
    )
    head.is_head = True
    son, daughter = (session.get_one(Person, make_resident(session).id) for _ in range(2))
    son.household_id = daughter.household_id = head.household_id

    def told(person: Person) -> list[str]:
        last = session.scalar(select(func.max(Message.id))) or 0
        home = village.home.id
        tell(village.work, News.NOTICE, person_id=person.id, household_id=home, about="x:1")
        session.flush()
        rows = session.scalars(select(Message).where(Message.id > last).order_by(Message.id))
        return [one.recipient for one in rows if one.template == TEMPLATE]

    assert told(son) == [head.phone, son.phone]
    assert told(head) == [head.phone]
    head.phone = head.phone_index = None
    assert told(head) == []
