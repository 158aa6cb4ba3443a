"""Named in public: only who agreed, only from then on, and no moment longer."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import Work, transaction
from people.errors import NoSuchHousehold
from people.models import Person
from points import jobs, queries, service
from points.errors import CannotClaim
from points.models import Close, NameConsent, Shows
from points.rules.months import cut_of
from tests.factories import NEXT_TOWN, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.pages import Desk, value
from tests.people.homes import make_home
from tests.points.claims import Village, make_village

MARCH = "2026-03"
NAME = "欧阳小三"


def head_of(village: Village) -> Person:
    return (
        village.work.session.query(Person)
        .filter_by(household_id=village.home.id, is_head=True)
        .one()
    )


def published(village: Village, clock: FixedClock, before: list[str]) -> None:
    """Publish a month with one good deed, after the *before* things happened in their order."""
    work = village.work
    village.fund()
    deed = village.approve(village.written("P13"), village.village)
    village.approve(deed, village.town)
    clock.moment = cut_of(MARCH)
    jobs.make_months(work)
    close = work.session.query(Close).one()
    for what in before:
        happen(village, close, what)
    clock.advance(minutes=1)
    service.sign_month(work, close.id, by=village.village)
    service.sign_month(work, close.id, by=village.town)
    service.publish_month(work, close.id, by=village.village)
    clock.advance(minutes=1)


def happen(village: Village, close: Close, what: str) -> None:
    work = village.work
    match what:
        case "chosen":
            service.choose_showing(
                work, close.id, shows=Shows.NAMES, named=True, by=village.village
            )
        case "doors":
            service.choose_showing(
                work, close.id, shows=Shows.DOORS, named=True, by=village.village
            )
        case "agreed" | "ended":
            service.record_naming(
                work, village.home.id, agrees=what == "agreed", by=village.village
            )
        case _:
            raise AssertionError(what)


@pytest.fixture
def there(village: Village) -> Village:
    head_of(village).name = NAME
    return village


def name_shown(village: Village) -> str:
    found = queries.public_month(
        village.work.session, VILLAGE, MARCH, today=cut_of(MARCH).date() + timedelta(days=1)
    )
    assert found is not None
    [line] = found.lines
    return line.name


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ([], [], "欧阳*三"),
        (["chosen"], [], "欧阳*三"),
        (["agreed"], [], "欧阳*三"),
        (["chosen", "agreed"], [], NAME),
        # What is published already stays as it was, however much comes later.
        (["chosen"], ["agreed"], "欧阳*三"),
        (["agreed"], ["chosen"], "欧阳*三"),
        # What is taken back is taken back at once; who agrees anew agrees for later months.
        (["chosen", "agreed"], ["ended"], "欧阳*三"),
        (["chosen", "agreed"], ["ended", "agreed"], "欧阳*三"),
        (["chosen", "agreed"], ["doors"], ""),
        (["chosen", "agreed"], ["doors", "chosen"], "欧阳*三"),
    ],
)
def test_a_name_is_whole_only_where_all_agreed_before_and_still_do(
    there: Village, clock: FixedClock, before: list[str], after: list[str], shown: str
) -> None:
    published(there, clock, before)
    close = there.work.session.query(Close).one()
    for what in after:
        clock.advance(minutes=1)
        happen(there, close, what)

    assert name_shown(there) == shown


def test_another_head_or_another_household_has_not_agreed(
    there: Village, clock: FixedClock
) -> None:
    published(there, clock, ["chosen", "agreed"])
    head, other = head_of(there), there.work.session.get_one(Person, there.resident.id)
    head.is_head = False
    there.work.session.flush()
    other.is_head, other.name = True, "张小四"
    there.work.session.flush()

    assert name_shown(there) == "张*四"


def test_whoever_heads_another_household_by_now_reads_that_they_have_not_agreed(
    there: Village,
) -> None:
    session, head = there.work.session, head_of(there)
    service.record_naming(there.work, there.home.id, agrees=True, by=there.village)
    first = queries.own_naming(session, head.id)
    home = make_home(session)
    session.query(Person).filter_by(household_id=home.id).update({"is_head": False})
    head.household_id = home.id
    session.flush()

    second = queries.own_naming(session, head.id)

    assert first is not None
    assert second is not None
    assert (first.given_at is None, second.given_at) == (False, None)


def test_it_is_written_down_once_by_whoever_may_and_never_for_oneself(
    there: Village, work: Work
) -> None:
    session, home = work.session, there.home.id
    away = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    for by in (away, there.next_village, there.resident, there.district):
        with pytest.raises(NoSuchHousehold):
            service.record_naming(work, home, agrees=True, by=by)
        assert queries.household_naming(session, home, by=by) is None
    neighbour = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    session.get_one(Person, neighbour.id).household_id = home
    session.flush()
    with pytest.raises(CannotClaim):
        service.record_naming(work, home, agrees=True, by=neighbour)
    with pytest.raises(CannotClaim):
        service.agree_to_naming(work, by=there.resident)

    for _ in range(2):
        service.record_naming(work, home, agrees=True, by=there.village)

    [row] = session.query(NameConsent).all()
    assert (row.given_to, row.withdrawn_at) == (there.village.id, None)
    found = queries.household_naming(session, home, by=there.village)
    assert found is not None
    assert found.recorder == "李师傅" + found.recorder[3:]
    assert session.query(AuditLine).filter_by(action="coin.naming-given").count() == 1


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


def test_a_head_agrees_and_takes_it_back_on_their_own_page(desk: Desk, session: Session) -> None:
    with transaction() as work:
        village = make_village(work)
        head = head_of(village)
        head.is_head = False
        session.flush()
        session.get_one(Person, village.resident.id).is_head = True
    desk.sits(village.resident)
    assert "我同意写全名" in desk.read("/me/coins")

    assert say(desk, "yes") == 303
    assert "收回，照样打星" in desk.read("/me/coins")
    assert "named_in_public" in desk.get("/me/data/copy").text
    assert say(desk, "") == 303

    assert "我同意写全名" in desk.read("/me/coins")
    [row] = session.query(NameConsent).all()
    assert row.given_to is row.withdrawn_to is None
    assert row.withdrawn_at is not None


def say(desk: Desk, agrees: str) -> int:
    """Return the status of one's own choice."""
    token = value(desk.read("/me/coins"), "csrf_token")
    fields = {"csrf_token": token, "agrees": agrees}
    return desk.client.post("/me/coins/naming", data=fields).status_code


def test_at_the_counter_the_page_says_who_wrote_it_down(desk: Desk, session: Session) -> None:
    with transaction() as work:
        village = make_village(work)
    desk.sits(village.village)
    there = f"/staff/households/{village.home.id}"
    assert "户主当面同意写全名" in desk.read(f"{there}/coins")

    assert desk.post(f"{there}/naming", agrees="yes").status_code == 303

    assert "记的" in desk.read(f"{there}/coins")
    desk.sits(village.district)
    assert "写全名" not in desk.read(f"{there}/coins")
