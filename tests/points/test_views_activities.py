"""The pages of activities: posted, signed up for, confirmed, judged; and from the wrong village."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.work import transaction
from points import queries
from points.errors import NoSuchActivity
from points.models import Activity, Claim
from points.rules.claims import ClaimState
from tests.fakes import NOON, FixedClock
from tests.grid.pages import Desk, plain, value
from tests.points.claims import make_village
from tests.points.patrols import Patrol
from tests.qr.activities import carried, moving

FORM = {
    "name": "周三夜间巡防",
    "rule": "P05",
    "area": "330106001001001",
    "place": "村口",
    "day": "2026-03-04",
    "starts": "19:00",
    "ends": "21:00",
    "weeks": "2",
    "capacity": "12",
    "least": "60",
    "words": "带手电",
}


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def patrol(session: Session, clock: FixedClock) -> Patrol:
    with transaction() as work:
        return Patrol(make_village(work), clock)


def only(session: Session) -> Activity:
    session.expire_all()
    return session.scalars(select(Activity)).one()


def test_a_patrol_is_posted_found_signed_up_for_and_left(
    desk: Desk, patrol: Patrol, session: Session
) -> None:
    desk.sits(patrol.leader)
    wrong = desk.post("/staff/volunteer/new", **(FORM | {"day": "明天", "words": "带手电和水"}))
    assert wrong.status_code == 422
    assert "带手电和水" in wrong.text
    answer = desk.post("/staff/volunteer/new", **FORM)
    assert answer.status_code == 303
    one = answer.headers["Location"].rpartition("/")[2]
    assert "周三夜间巡防" in desk.read("/staff/volunteer")

    desk.client.get("/sign-out")
    with desk.client.session_transaction() as cookie:
        cookie.clear()
    assert plain(desk.client.get("/volunteer").text).count("周三夜间巡防") == 2
    assert "登录后报名" in desk.client.get(f"/volunteer/{one}").text

    desk.sits(patrol.village.resident)
    page = desk.read(f"/volunteer/{one}")
    token = {"csrf_token": value(page, "csrf_token")}
    for _ in range(2):
        assert desk.client.post(f"/volunteer/{one}/join", data=token).status_code == 303
    assert "报了 1 人" in desk.read(f"/volunteer/{one}")
    assert "周三夜间巡防" in desk.read("/me/volunteer")
    assert desk.client.post(f"/volunteer/{one}/leave", data=token).status_code == 303
    assert "您现在没有报名" in plain(desk.read("/me/volunteer"))


def test_a_full_one_says_so_and_one_that_is_none_is_not_found(
    desk: Desk, patrol: Patrol, session: Session
) -> None:
    with transaction() as work:
        patrol.work = work
        activity, other = patrol.post(capacity=1), patrol.neighbour()
        number = activity.id
    desk.sits(other)
    token = {"csrf_token": value(desk.read(f"/volunteer/{number}"), "csrf_token")}
    desk.client.post(f"/volunteer/{number}/join", data=token)
    desk.sits(patrol.village.resident)
    page = desk.read("/me/claims/new")
    token = {"csrf_token": value(page, "csrf_token")}

    full = desk.client.post(f"/volunteer/{number}/join", data=token)

    assert full.status_code == 409
    assert "人满了" in full.text
    assert desk.client.post("/volunteer/999/join", data=token).status_code == 404
    assert desk.client.get("/volunteer/999").status_code == 404


def test_the_leader_confirms_and_both_levels_decide_on_pages(  # noqa: PLR0915 - a journey
    desk: Desk, patrol: Patrol, session: Session
) -> None:
    with transaction() as work:
        patrol.work, patrol.village.work = work, work
        patrol.village.fund()
        patrol.attended(patrol.village.resident, patrol.neighbour("赵六"))
    number = only(session).id
    path = f"/staff/volunteer/{number}"
    desk.sits(patrol.leader)
    assert "李明" not in desk.read(path)
    again = desk.client.get(f"{path}/roll")  # read anew, or come back to
    assert (again.status_code, again.location) == (303, path)
    roll = desk.post(f"{path}/roll").text
    assert "李明" in roll
    shown = dict.fromkeys(re.findall(r'name="((?:shown|on)-\d+)"', roll), "1")
    times = dict.fromkeys(re.findall(r'name="(min-\d+)"', roll), "120")
    long = desk.post(
        f"{path}/roll", yes="1", remark="很认真", **shown, **(times | {min(times): "x"})
    )
    assert long.status_code == 422
    assert "很认真" in long.text
    forgotten = {
        name: one for name, one in shown.items() if name != f"on-{patrol.village.resident.id}"
    }
    silent = desk.post(f"{path}/roll", yes="1", remark="很认真", **forgotten, **times)
    assert silent.status_code == 422
    assert "李明签到了，您没有打勾" in plain(silent.text)
    assert desk.post(f"{path}/roll", yes="1", **shown, **times).status_code == 303
    assert desk.post(f"{path}/roll", yes="1", **shown, **times).status_code == 409

    judged = f"/staff/claims/lists/{number}"
    claims = session.scalars(select(Claim).order_by(Claim.id)).all()
    for by, most in ((patrol.village.village, "等审核"), (patrol.village.town, "村里通过")):
        desk.sits(by)
        assert judged in desk.read("/staff/claims")
        page = desk.read(judged)
        assert most in page
        turns = value(page, "turns")
        fields = {"turns": turns, "reason": ""}
        assert desk.post(f"{judged}/review", **fields).status_code == 422
        no = desk.post(f"{judged}/review", decision="refuse", **fields)
        assert no.status_code == 422
        except_one = {f"no-{claims[1].id}": "1"} if by is patrol.village.village else {}
        why = {f"why-{claims[1].id}": "当晚没来"} if except_one else {}
        done = desk.post(f"{judged}/review", decision="approve", **fields, **except_one, **why)
        assert done.status_code == 303
        assert desk.post(f"{judged}/review", decision="approve", **fields).status_code == 409
    session.expire_all()
    assert [one.state for one in claims] == [ClaimState.PAID, ClaimState.REFUSED]
    desk.sits(patrol.village.resident)
    assert "已发币" in desk.read("/me/volunteer")
    assert "平安巡防" in desk.read("/me/coins")


def test_from_the_next_village_nothing_is_there(
    desk: Desk, patrol: Patrol, session: Session
) -> None:
    with transaction() as work:
        patrol.work = work
        patrol.attended(patrol.village.resident)
        service_id = work.session.scalars(select(Activity.id)).one()
    desk.sits(patrol.leader)
    path, judged = f"/staff/volunteer/{service_id}", f"/staff/claims/lists/{service_id}"
    desk.post(f"{path}/roll", yes="1")
    by = patrol.village.next_village
    desk.sits(by)

    assert "夜间巡防" not in desk.read("/staff/volunteer")
    assert judged not in desk.read("/staff/claims")
    assert queries.rolls_waiting(session, by=by, today=NOON.date()) == []
    assert queries.activities_led(session, by=by) == ([], False)
    assert queries.wishes_of(session, service_id, by=by) == []
    assert queries.standings_of(session, service_id, by=by) == []
    for get in (path, judged, f"{path}/edit"):
        assert desk.get(get).status_code == 404
    for post in ("roll", "sign-in", "sign-up", "again", "edit"):
        assert desk.post(f"{path}/{post}", number="1", name="x", reason="x").status_code == 404
    assert desk.post(f"{path}/call-off", reason="x").status_code == 404
    assert desk.post(f"{judged}/review", decision="approve", turns="").status_code == 404
    with pytest.raises(NoSuchActivity):
        queries.activity_led(session, service_id, by=by)
    with pytest.raises(NoSuchActivity):
        queries.roll_detail(session, service_id, by=by)


def test_scanned_once_more_the_screen_signs_out(
    desk: Desk, patrol: Patrol, session: Session
) -> None:
    with transaction() as work:
        patrol.work = work
        activity = patrol.post()
        patrol.at(minutes=0)
        patrol.scan(activity, patrol.village.resident, "in")
        token = queries.activity_card(work.session, activity.id).token
        code = activity.code_id or 0
    patrol.at(minutes=70)
    desk.sits(patrol.village.resident)
    path = f"/S/{token}/{moving(code)}"
    assert "签退，我要走了" in desk.read(path)
    fields = carried(desk.client, path)
    left = desk.client.post(path, data={**fields, "out": "1"}).text
    again = desk.client.post(path, data={**fields, "out": "1"}).text

    assert "签退好了" in left
    assert "签退好了" in again


def test_pages_ask_little_of_the_database(
    desk: Desk, patrol: Patrol, session: Session, statements: list[str]
) -> None:
    with transaction() as work:
        patrol.work = work
        patrol.attended(patrol.village.resident, *[patrol.neighbour() for _ in range(5)])
        number = work.session.scalars(select(Activity.id)).one()
    desk.sits(patrol.leader)
    desk.post(f"/staff/volunteer/{number}/roll", yes="1")
    for by, path, most in (
        (patrol.leader, f"/staff/volunteer/{number}", 12),
        (patrol.leader, "/staff/volunteer", 10),
        (patrol.village.village, f"/staff/claims/lists/{number}", 12),
        (patrol.village.village, "/staff/claims", 12),
        (patrol.village.resident, "/volunteer", 8),
        (patrol.village.resident, "/me/volunteer", 8),
    ):
        desk.sits(by)
        statements.clear()
        desk.read(path)
        assert len(statements) <= most, (path, len(statements))
