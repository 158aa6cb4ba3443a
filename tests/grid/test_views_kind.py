"""A result is of something whose kind is settled; whoever reports it says so where nobody has."""

import pytest
from sqlalchemy.orm import Session

from grid.models import Act, Case
from grid.rules import CATALOGUE, Move, Privacy, State
from grid.service import Values, move
from kernel.access import Actor
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.work import Work
from tests.factories import TOWN, make_staff
from tests.grid.factories import acts_of, make_case
from tests.grid.pages import Desk, seen, url

WORDS = "换了新的灯泡"
POLICE = next(one.code for one in CATALOGUE.categories.values() if one.privacy is Privacy.POLICE)
ABOUT_US = next(one.code for one in CATALOGUE.categories.values() if one.skip_level)


@pytest.fixture
def case(session: Session, worker: Actor) -> Case:
    """Return a case in hand of which nobody knows what kind it is."""
    return make_case(session, state=State.HANDLING, owner_id=worker.id)


def test_the_form_asks_for_it_only_where_nobody_has_said(
    session: Session, desk: Desk, worker: Actor, case: Case
) -> None:
    known = make_case(session, state=State.HANDLING, owner_id=worker.id, category="0503")
    desk.sits(worker)

    assert 'id="result-category"' in desk.read(url(case))
    assert 'id="result-category"' not in desk.read(url(known))


@pytest.mark.parametrize("kind", [{"category": ""}, {"category": "0000"}, {}])
def test_without_it_nothing_is_reported_and_no_word_is_lost(
    session: Session, desk: Desk, worker: Actor, case: Case, kind: dict[str, str]
) -> None:
    desk.sits(worker)

    answer = desk.post(
        url(case, "result"), result_text=WORDS, finding="partly", **kind, **seen(case)
    )

    assert answer.status_code == 422
    assert WORDS in answer.text
    assert "类目" in answer.text
    session.refresh(case)
    assert (case.state, case.category) == (State.HANDLING, None)


def test_with_it_both_are_written_down(
    session: Session, desk: Desk, worker: Actor, case: Case
) -> None:
    desk.sits(worker)

    answer = desk.post(
        url(case, "result"), result_text=WORDS, finding="true", category="0503", **seen(case)
    )

    session.refresh(case)
    assert (answer.status_code, case.state, case.category) == (303, State.TO_VERIFY, "0503")
    assert acts_of(session, case) == [Act.CLASSIFY, Move.REPORT_RESULT]


@pytest.mark.parametrize("kind", [POLICE, ABOUT_US])
def test_what_others_have_to_handle_is_not_closed_on_the_way(
    session: Session, desk: Desk, worker: Actor, case: Case, kind: str
) -> None:
    desk.sits(worker)

    answer = desk.post(
        url(case, "result"), result_text=WORDS, finding="true", category=kind, **seen(case)
    )

    session.refresh(case)
    assert (answer.status_code, case.state, case.category) == (422, State.HANDLING, None)
    assert WORDS in answer.text
    assert "转给别人办" in answer.text


def test_what_was_settled_stays_whatever_an_old_page_sends(
    session: Session, desk: Desk, worker: Actor
) -> None:
    case = make_case(session, state=State.HANDLING, owner_id=worker.id, category="0503")
    desk.sits(worker)

    desk.post(url(case, "result"), result_text=WORDS, finding="true", category=POLICE, **seen(case))

    session.refresh(case)
    assert (case.state, case.category) == (State.TO_VERIFY, "0503")


def test_no_other_way_leads_around_it_but_what_is_not_ours_needs_none(
    work: Work, worker: Actor, case: Case
) -> None:
    town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
    result = Values(result_text=WORDS)
    refusal = Values(reason="不归镇里管", responsible_channel="供电所 95598")

    with pytest.raises(Refusal):
        move(work, case.id, Move.REPORT_RESULT, by=worker, expected=State.HANDLING, values=result)
    move(work, case.id, Move.REJECT, by=town, expected=State.HANDLING, values=refusal)

    assert (case.state, case.category) == (State.REJECTED, None)
