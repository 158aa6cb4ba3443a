"""The month end: cut once, whatever runs when; looked through by two people; never changed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from kernel.clock import SHANGHAI
from kernel.grants import Role
from people.models import Household
from points import jobs, queries, service
from points.errors import NoSuchMonth, NotYoursToSign, WrongMoment
from points.models import Claim, Close, Month, Publication, Signature, Statement
from points.rules import Line, PostingKind, Request, System
from points.rules.months import canonical, cut_of, fingerprint_of_table, is_late, period_of
from points.service import Owner
from tests.factories import NEXT_TOWN, NEXT_VILLAGE, TOWN, VILLAGE, make_area, make_staff
from tests.points.claims import DAY, Village

MARCH, APRIL = "2026-03", "2026-04"


def at(village: Village, moment: datetime) -> None:
    village.work.parts.clock.moment = moment  # type: ignore[attr-defined]


def earn(village: Village, coins: int, **more: Any) -> int:  # noqa: ANN401
    """Post something that the resident has earned, by P04; return its number."""
    budget, home = Owner.budget(VILLAGE), Owner.household(more.pop("home", village.home.id))
    ids = service.account_ids(village.work, [budget, home])
    known: dict[str, Any] = {
        "key": f"test:{coins}:{village.work.now()}",
        "kind": PostingKind.AWARD_REVIEWED,
        "lines": [Line(debit=ids[budget], credit=ids[home], amount=coins, person_id=1)],
        "effective_on": DAY,
        "source": ("deed", "1"),
        "actor_id": village.village.id,
        "second_actor_id": village.town.id,
        "rule": ("P04", 1),
    }
    return service.post(village.work, Request(**(known | more))).id


def spend(village: Village, coins: int, system: System, kind: PostingKind) -> None:
    far, home = Owner.system(system), Owner.household(village.home.id)
    ids = service.account_ids(village.work, [far, home])
    line = Line(debit=ids[home], credit=ids[far], amount=coins)
    by = None if kind is PostingKind.EXPIRY else village.village.id
    request = Request(key=f"s:{kind}", kind=kind, lines=[line], effective_on=DAY, actor_id=by)
    service.post(village.work, request)


def closes(village: Village) -> dict[str, Close]:
    return {one.period: one for one in village.work.session.scalars(select(Close))}


def rows(village: Village, period: str) -> list[dict[str, int]]:
    found = village.work.session.scalars(
        select(Statement).where(Statement.period == period).order_by(Statement.number)
    )
    names = ("opening", "hazards", "volunteering", "other", "spent", "expired", "adjusted")
    more = ("closing", "late")
    return [
        {name: getattr(one, name) for name in (*names, *more) if getattr(one, name)}
        for one in found
    ]


def test_a_month_ends_ten_minutes_before_midnight_in_shanghai() -> None:
    cut = datetime(2026, 3, 31, 23, 50, tzinfo=SHANGHAI)

    assert cut_of(MARCH) == cut
    assert period_of(cut - timedelta(microseconds=1)) == MARCH
    assert period_of(cut) == APRIL
    assert period_of(datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI)) == "2027-01"
    assert cut_of("2028-02") == datetime(2028, 2, 29, 23, 50, tzinfo=SHANGHAI)
    assert is_late("2026-03-31", cut)
    assert not is_late("2026-03-31", cut - timedelta(seconds=1))


def test_the_table_says_what_came_by_what_and_what_went(village: Village) -> None:
    village.fund()
    village.approve(village.claimed(), village.town)
    village.approve(village.claimed(category="0501"), village.town)
    hidden = village.claimed(category="0201")
    hidden.sensitive = True  # who reported it is not for the village
    village.work.session.flush()
    village.approve(hidden, village.town)
    earn(village, 6)
    mistaken = earn(village, 4)
    actors = {"actor_id": village.village.id, "second_actor_id": village.town.id}
    service.reverse(village.work, mistaken, effective_on=DAY, **actors)
    spend(village, 3, System.REDEEMED, PostingKind.REDEMPTION)
    spend(village, 2, System.EXPIRED, PostingKind.EXPIRY)
    paid = sum(one.granted for one in village.work.session.scalars(select(Claim)))
    at(village, cut_of(MARCH) - timedelta(seconds=1))
    assert service.make_due_month(village.work) is None
    at(village, cut_of(MARCH))

    assert service.make_due_month(village.work) == MARCH

    assert rows(village, MARCH) == [
        {
            "hazards": paid - hidden.granted,
            "volunteering": 10,
            "other": hidden.granted,
            "spent": 3,
            "expired": 2,
            "adjusted": -4,
            "closing": paid + 1,
        }
    ]
    assert list(queries.verify(village.work.session)) == []


def test_late_or_twice_it_is_the_same_table(village: Village) -> None:
    session = village.work.session
    village.fund()
    earn(village, 7)
    at(village, cut_of(MARCH))
    savepoint = session.begin_nested()
    jobs.make_months(village.work)
    first = closes(village)[MARCH].digest
    jobs.make_months(village.work)
    assert [one.digest for one in session.scalars(select(Close))] == [first]
    savepoint.rollback()

    earn(village, 9)
    at(village, cut_of(MARCH) + timedelta(days=40))
    earn(village, 11)
    jobs.make_months(village.work)
    jobs.make_months(village.work)

    assert closes(village)[MARCH].digest == first
    assert rows(village, APRIL) == [
        {"opening": 7, "volunteering": 9, "late": 9, "closing": 16},
    ]
    assert closes(village)[APRIL].previous == first
    assert list(session.scalars(select(Month.period).order_by(Month.period))) == [MARCH, APRIL]


def test_what_was_committed_after_the_cut_was_made_is_in_the_next_month_and_in_one_only(
    village: Village,
) -> None:
    village.fund()
    earn(village, 7)
    at(village, cut_of(MARCH) + timedelta(minutes=1))
    jobs.make_months(village.work)
    at(village, cut_of(MARCH) - timedelta(seconds=1))  # a worker that was slow, or its clock
    earn(village, 5)
    at(village, cut_of(APRIL))
    jobs.make_months(village.work)

    assert rows(village, MARCH) == [{"volunteering": 7, "closing": 7}]
    assert rows(village, APRIL) == [
        {"opening": 7, "volunteering": 5, "late": 5, "closing": 12},
    ]
    assert list(queries.verify(village.work.session)) == []


def test_a_village_has_its_own_households_and_whoever_has_nothing_is_left_out(
    village: Village,
) -> None:
    session = village.work.session
    make_area(session, NEXT_VILLAGE)
    other = Household(number="H-next", area_code=NEXT_VILLAGE, opened_at=village.work.now())
    idle = Household(number="H-idle", area_code=VILLAGE, opened_at=village.work.now())
    session.add_all([other, idle])
    session.flush()
    village.fund()
    earn(village, 7)
    earn(village, 3, home=other.id, key="o")
    service.account_id(village.work, Owner.household(idle.id))
    at(village, cut_of(MARCH))
    jobs.make_months(village.work)

    found = {one.area_code: one for one in session.scalars(select(Close))}

    assert {code: (one.households, one.closing) for code, one in found.items()} == {
        VILLAGE: (1, 7),
        NEXT_VILLAGE: (1, 3),
    }
    close, sheet = queries.month_sheet(session, found[VILLAGE].id, by=village.village)
    assert fingerprint_of_table(canonical(sheet)) == close.digest
    assert sheet[0][0] == village.home.number


@pytest.fixture
def close(village: Village) -> Close:
    village.fund()
    earn(village, 7)
    at(village, cut_of(MARCH))
    jobs.make_months(village.work)
    return closes(village)[MARCH]


def test_village_then_town_sign_and_only_then_it_is_public(village: Village, close: Close) -> None:
    work = village.work
    both = make_staff(work.session, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, area=VILLAGE)
    district = village.district

    for by in (village.town, district):
        with pytest.raises(NotYoursToSign):
            service.sign_month(work, close.id, by=by)
    with pytest.raises(WrongMoment):
        service.publish_month(work, close.id, by=village.village)
    service.sign_month(work, close.id, by=both)
    with pytest.raises(NotYoursToSign, match="前一级"):
        service.sign_month(work, close.id, by=both)
    with pytest.raises(NotYoursToSign):
        service.sign_month(work, close.id, by=village.village)
    service.sign_month(work, close.id, remark="和本子对过", by=village.town)
    with pytest.raises(WrongMoment):
        service.sign_month(work, close.id, by=village.town)
    for _ in range(2):
        service.publish_month(work, close.id, by=village.village)

    found = queries.month_detail(work.session, close.id, by=village.village)
    assert [one.level.value for one in found.signed] == ["village", "town"]
    assert found.publication is not None
    assert found.publication.until == cut_of(MARCH).date() + timedelta(days=5)
    assert work.session.query(Publication).count() == 1


def test_elsewhere_nobody_meets_it(village: Village, close: Close) -> None:
    work = village.work
    session = work.session
    elsewhere = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    worker = make_staff(session, Role.GRID_FULL)

    for by in (village.next_village, elsewhere, worker, village.resident):
        assert queries.months_listed(session, by=by) == ([], False)
        for ask in (queries.month_detail, queries.month_homes, queries.month_sheet):
            with pytest.raises(NoSuchMonth):
                ask(session, close.id, by=by)
        for act in (service.sign_month, service.publish_month):
            with pytest.raises(NoSuchMonth):
                act(work, close.id, by=by)
    town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    assert [one.close.id for one in queries.months_listed(session, by=town)[0]] == [close.id]
    assert [one.coins["closing"] for one in queries.month_homes(session, close.id, by=town)[0]] == [
        7
    ]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE points_statement SET number = 'x'",
        "DELETE FROM points_statement",
        "UPDATE points_close SET digest = previous",
        "DELETE FROM points_close",
        "UPDATE points_month SET cut_at = 0",
        "UPDATE points_signature SET person_id = 1",
        "DELETE FROM points_signature",
    ],
)
def test_a_table_is_never_changed(village: Village, close: Close, change: str) -> None:
    service.sign_month(village.work, close.id, by=village.village)

    with pytest.raises(DBAPIError), village.work.session.begin_nested():
        village.work.session.execute(text(change))
    assert village.work.session.query(Signature).count() == 1


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("UPDATE points_statement SET number = 'x'", "close 2026-03"),
        ("UPDATE points_statement SET opening = 1, closing = 8", "statement 2026-03"),
        ("UPDATE points_statement SET volunteering = 6, other = 1", "statement 2026-03"),
        ("UPDATE points_statement SET late = 2", "statement 2026-03"),
        ("UPDATE points_statement SET last_version = 9", "statement 2026-03"),
        ("UPDATE points_close SET digest = repeat('0', 64)", "close 2026-03"),
        ("UPDATE points_close SET closing = 6", "close 2026-03"),
        ("DELETE FROM points_close", "close 2026-03"),
    ],
)
def test_verify_names_what_somebody_edited_all_the_same(
    village: Village, close: Close, change: str, row: str
) -> None:
    session = village.work.session
    assert close.closing == 7
    verb = change.split(maxsplit=1)[0].lower()
    table = change.split()[1 if verb == "update" else 2]
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        change = change.replace("repeat('0', 64)", f"'{'0' * 64}'")
    else:
        session.execute(text(f"DROP TRIGGER {table}_no_{verb} ON {table}"))
    session.execute(text(change))

    faults = [str(one) for one in queries.verify(session)]

    assert any(one.startswith(row) for one in faults), faults
