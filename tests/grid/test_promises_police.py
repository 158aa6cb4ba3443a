"""What the police do about promises: the clock may stand still, more time nobody here gives."""

import pytest
from sqlalchemy.orm import Session

from grid.models import Case
from grid.rules import Privacy, State
from kernel.access import Actor
from tests.fakes import NOON
from tests.grid.factories import make_case, make_station
from tests.grid.pages import Desk, plain, seen, url

SENTENCE = "涉警的事不在这里延期，请按公安的规定办。"


@pytest.fixture
def station(session: Session) -> Actor:
    return make_station(session)


@pytest.fixture
def case(session: Session, station: Actor) -> Case:
    """A case for the police, in hand, with four days to go."""
    return make_case(
        session,
        owner_id=station.id,
        state=State.HANDLING,
        privacy=Privacy.POLICE,
        category="0602",
        close_by=NOON.replace(day=6),
        taken_at=NOON,
    )


def test_more_time_is_refused_in_a_sentence_that_stands_on_the_page_too(
    desk: Desk, station: Actor, case: Case
) -> None:
    desk.sits(station)
    page = desk.read(url(case))

    answer = desk.post(url(case, "extend"), words="要再等等", **seen(case))

    assert SENTENCE in plain(page)
    assert 'id="extend"' not in page
    assert answer.status_code in {409, 422}
    assert SENTENCE in plain(answer.text)
    assert not case.extension_open


def test_the_clock_may_stand_still_and_go_on(
    session: Session, desk: Desk, station: Actor, case: Case
) -> None:
    desk.sits(station)

    stopped = desk.post(url(case, "pause"), reason="weather", words="下大雨", **seen(case))
    session.refresh(case)
    stood = case.paused_until
    gone_on = desk.post(url(case, "resume"), **seen(case))

    session.refresh(case)
    assert (stopped.status_code, gone_on.status_code) == (303, 303)
    assert stood is not None
    assert case.paused_until is None
