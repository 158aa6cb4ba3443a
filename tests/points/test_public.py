"""公开查询: what everybody reads of a month, and what nobody does; objections and their answer."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grid.rules import Privacy
from kernel.work import Work, transaction
from people.models import Person
from people.rules import publish_name
from points import jobs, queries, service
from points.errors import NoSuchMonth, NotYoursToSign, Unsaid, WrongMoment
from points.models import Close, Objection, Shows
from points.queries.public import narrower
from points.rules.months import cut_of
from tests.factories import VILLAGE
from tests.fakes import FixedClock
from tests.grid.pages import Desk, plain, value
from tests.points.claims import Village, make_village

MARCH = "2026-03"
LAST = cut_of(MARCH).date() + timedelta(days=5)


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def there(session: Session, clock: FixedClock) -> Village:
    """A village that has published a month: two hazards, one sensitive, one good deed."""
    with transaction() as work:
        found = make_village(work)
        found.home.address = "3幢502室"
        head = work.session.query(Person).filter_by(household_id=found.home.id, is_head=True).one()
        head.name = "欧阳小三"
        found.fund()
        found.approve(found.claimed(), found.town)
        found.approve(found.claimed(category="0501", privacy=Privacy.SENSITIVE), found.town)
        deed = found.written("P13")
        found.approve(deed, found.village)
        found.approve(deed, found.town)
        clock.moment = cut_of(MARCH)
        jobs.make_months(work)
        close = work.session.query(Close).one()
        service.sign_month(work, close.id, by=found.village)
        service.sign_month(work, close.id, by=found.town)
        service.publish_month(work, close.id, by=found.village)
    return found


def close_of(session: Session) -> int:
    return session.query(Close).one().id


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张小三", "张*三"), ("张三", "张*"), ("欧阳小三", "欧阳*三"), ("欧阳三", "欧阳*"), ("", "")],
)
def test_a_name_on_the_board_is_half_a_name(name: str, shown: str) -> None:
    assert publish_name(name) == shown


def test_open_deeds_are_shown_by_house_and_reports_only_as_sums(
    client: FlaskClient, there: Village, statements: list[str]
) -> None:
    assert "区域001" in client.get("/coins/public").text
    statements.clear()
    answer = client.get(f"/coins/public/{VILLAGE}")
    assert len(statements) <= 12, len(statements)
    page = plain(answer.text)

    table = page[page.index("一户一户") : page.index("有不同意见")]
    assert ("3幢502室" in table, "欧阳*三" in table) == (True, True)
    assert "志愿助老或探访" in table
    assert "隐患" not in table
    assert "2 次，10 币" in page or "1 次，5 币" in page
    assert "欧阳小三" not in page
    assert answer.headers["X-Robots-Tag"].startswith("noindex")


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [(Shows.NAMES, (True, True)), (Shows.DOORS, (True, False)), (Shows.SUMS, (False, False))],
)
def test_a_village_shows_no_more_than_it_chose(
    client: FlaskClient,
    desk: Desk,
    there: Village,
    session: Session,
    chosen: Shows,
    shown: tuple[bool, bool],
) -> None:
    desk.sits(there.village)
    path = f"/staff/months/{close_of(session)}/showing"
    assert desk.post(path, shows="all").status_code == 422
    assert desk.post(path, shows=chosen.value).status_code == 303

    page = client.get(f"/coins/public/{VILLAGE}?month={MARCH}").text

    assert ("3幢502室" in page, "欧阳*三" in page) == shown
    assert "志愿助老或探访" in page


def test_what_was_narrowed_once_is_not_widened_for_an_old_month() -> None:
    assert narrower(Shows.DOORS, Shows.NAMES) is Shows.DOORS
    assert narrower(Shows.NAMES, Shows.SUMS) is Shows.SUMS
    assert narrower(Shows.NAMES, None) is Shows.NAMES


def test_after_five_days_only_sums_are_left_and_nobody_objects_any_more(
    client: FlaskClient, there: Village, session: Session, clock: FixedClock
) -> None:
    found = queries.public_month(session, VILLAGE, "", today=LAST)
    assert found is not None
    assert (found.is_open, len(found.lines)) == (True, 1)
    clock.advance(days=6)

    page = client.get(f"/coins/public/{VILLAGE}").text
    assert ("3幢502室" in page, "志愿助老或探访" in page) == (False, True)
    late = client.post(f"/coins/public/{VILLAGE}?month={MARCH}", data={"words": "我没来得及"})
    assert late.status_code == 409
    assert "我没来得及" in late.text


@pytest.mark.parametrize(
    "path",
    ["1", "330106001002", f"{VILLAGE}?month=2026-02", f"{VILLAGE}?month=%00", "²", "33010600100１"],
)
def test_what_was_not_published_is_not_there(
    client: FlaskClient, there: Village, path: str
) -> None:
    assert client.get(f"/coins/public/{path}").status_code == 404
    assert client.post(f"/coins/public/{path}", data={"words": "x1"}).status_code == 404


def test_an_objection_is_answered_by_the_town_and_found_by_its_number(
    client: FlaskClient, desk: Desk, there: Village, session: Session
) -> None:
    path = f"/coins/public/{VILLAGE}?month={MARCH}"
    empty = client.post(path, data={"words": " 。"})
    assert empty.status_code == 422
    form = {"words": "3幢那天没有来。", "key": value(client.get(path).text, "key")}
    places = {client.post(path, data=form).headers["Location"] for _ in range(2)}
    (place,) = places
    assert session.query(Objection).count() == 1
    waiting = client.get(place).text
    assert ("等镇里答复" in waiting, "3幢那天" in waiting) == (True, False)
    assert client.get("/coins/objections/1").status_code == 404
    said = session.query(Objection).one()
    answer = f"/staff/months/objections/{said.id}"

    desk.sits(there.next_village)
    assert desk.post(answer, answer="不对").status_code == 404
    desk.sits(there.village)
    assert "3幢那天没有来" in desk.read(f"/staff/months/{close_of(session)}")
    refused = desk.post(answer, answer="我们自己看过了")
    assert refused.status_code == 403
    desk.sits(there.town)
    assert desk.post(answer, answer=" ").status_code == 422
    assert desk.post(answer, answer="查了签到，确实来了。").status_code == 303
    assert desk.post(answer, answer="再答一次").status_code == 409
    assert "查了签到" in client.get(place).text


def test_what_people_wrote_is_forgotten_a_year_after_its_answer(
    there: Village, session: Session, clock: FixedClock
) -> None:
    def forget() -> int:
        with transaction() as work:
            return service.forget_objections(work)

    with transaction() as work:
        said = service.object_to(work, VILLAGE, MARCH, words="那天没有来。", key="1")
        other = service.object_to(work, VILLAGE, MARCH, words="也没有答复。", key="2")
        service.answer_objection(work, said.id, words="来了。", by=there.town)
        assert said.id != other.id
    clock.advance(days=365)
    assert forget() == 0
    clock.advance(days=1)

    assert [forget(), forget()] == [1, 0]
    session.expire_all()
    assert [one.words for one in session.query(Objection).order_by(Objection.id)] == [
        "",
        "也没有答复。",
    ]


@pytest.fixture
def public(work: Work) -> tuple[Village, int]:
    """A village with a month that waits for being published, and its number."""
    village = make_village(work)
    village.fund()
    deed = village.written("P13")
    village.approve(deed, village.village)
    village.approve(deed, village.town)
    work.parts.clock.moment = cut_of(MARCH)  # type: ignore[attr-defined]
    jobs.make_months(work)
    close_id = work.session.query(Close).one().id
    service.sign_month(work, close_id, by=village.village)
    service.sign_month(work, close_id, by=village.town)
    return village, close_id


def test_nobody_objects_to_what_is_not_public(public: tuple[Village, int]) -> None:
    village, close_id = public
    work = village.work

    with pytest.raises(NoSuchMonth):
        service.object_to(work, VILLAGE, MARCH, words="还没公示", key="1")
    service.publish_month(work, close_id, by=village.town)
    with pytest.raises(Unsaid):
        service.object_to(work, VILLAGE, MARCH, words="字" * 501, key="1")


def test_nobody_of_elsewhere_answers_or_chooses(public: tuple[Village, int]) -> None:
    village, close_id = public
    work = village.work
    service.publish_month(work, close_id, by=village.town)
    said = service.object_to(work, VILLAGE, MARCH, words="不对。", key="1")

    for by in (village.next_village, village.resident, village.district):
        with pytest.raises(NoSuchMonth):
            service.choose_showing(work, close_id, shows=Shows.SUMS, by=by)
        with pytest.raises(NoSuchMonth):
            service.answer_objection(work, said.id, words="没错。", by=by)
        with pytest.raises(NoSuchMonth):
            queries.close_of(work.session, said.id, by=by)
    with pytest.raises(NotYoursToSign):
        service.answer_objection(work, said.id, words="没错。", by=village.village)
    service.answer_objection(work, said.id, words="没错。", by=village.town)
    with pytest.raises(WrongMoment):
        service.answer_objection(work, said.id, words="没错。", by=village.town)
