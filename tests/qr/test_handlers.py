"""A household's card follows the household."""

from sqlalchemy import select

from kernel.grants import Role
from kernel.work import Work
from people import service as people
from people.events import HouseholdClosed, HouseholdMoved, HouseholdsMerged
from people.models import Household
from qr import handlers, service
from qr.models import Code
from qr.rules import CodeKind, CodeState
from qr.service import Particulars
from tests.factories import GRID, NEXT_GRID, VILLAGE, make_area, make_staff
from tests.people.homes import make_home


def card(work: Work, home: Household) -> Code:
    more = Particulars(household_id=home.id)
    return service.issue(work, kind=CodeKind.HOUSEHOLD, area_code=GRID, more=more, by=None).code


def test_a_closed_household_has_no_card_and_twice_is_once(work: Work) -> None:
    home = make_home(work.session)
    code = card(work, home)
    event = HouseholdClosed(household_id=home.id)

    handlers.end_card_of_closed(work, event)
    handlers.end_card_of_closed(work, event)

    assert code.state is CodeState.REVOKED


def test_of_two_merged_the_card_of_the_one_that_stays_works(work: Work) -> None:
    home, other = make_home(work.session), make_home(work.session)
    kept, ended = card(work, home), card(work, other)

    handlers.end_card_of_merged(
        work, HouseholdsMerged(household_id=home.id, closed_household_id=other.id)
    )

    assert (kept.state, ended.state) == (CodeState.ORDERED, CodeState.REVOKED)


def test_a_card_moves_along(work: Work) -> None:
    make_area(work.session, NEXT_GRID)
    clerk = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
    home = make_home(work.session)
    code = card(work, home)
    people.move_household(work, home.id, area_code=NEXT_GRID, address="", reason="搬家", by=clerk)
    event = HouseholdMoved(household_id=home.id, old_area_code=GRID, area_code=NEXT_GRID)

    handlers.move_card(work, event)
    handlers.move_card(work, event)

    assert code.area_code == NEXT_GRID


def test_a_household_without_a_card_is_no_matter(work: Work) -> None:
    home = make_home(work.session)

    handlers.end_card_of_closed(work, HouseholdClosed(household_id=home.id))
    handlers.move_card(
        work, HouseholdMoved(household_id=home.id, old_area_code=GRID, area_code=NEXT_GRID)
    )

    assert work.session.scalars(select(Code)).all() == []
