"""The pages on which rules change, and the public page that always equals them."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.grants import Role
from kernel.work import transaction
from points.models import RuleDraft
from tests.factories import DISTRICT, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.grid.pages import Desk, plain
from tests.points.claims import Village, make_village

FIELD = re.compile(r'name="([a-z_]+-?[A-Z0-9]*)"[^>]*value="([^"]*)"( checked)?')


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def there(session: Session) -> Village:
    with transaction() as work:
        return make_village(work)


def filled(page: str) -> dict[str, str]:
    """Return what a browser would send of the form as it was opened."""
    found = FIELD.findall(page)
    return {n: v for n, v, checked in found if checked or not n.startswith("on-")}


def test_a_version_is_written_seen_as_a_difference_and_agreed_to_by_another(  # noqa: PLR0915
    desk: Desk, there: Village, session: Session, clock: FixedClock
) -> None:
    desk.sits(there.district)
    fields = filled(desk.read("/staff/rules/new"))
    same = desk.post("/staff/rules/new", **fields | {"why": "就是想改"})
    assert same.status_code == 422
    assert "没有改动" in same.text
    changed = fields | {"coins-P04": "8", "on-P17": "1", "why": "太少了"}
    odd = desk.post("/staff/rules/new", **changed | {"coins-P04": "八"})
    assert odd.status_code == 422
    assert 'value="八"' in odd.text
    assert desk.post("/staff/rules/new", **changed).status_code == 303
    draft = session.query(RuleDraft).one()
    path = f"/staff/rules/drafts/{draft.id}"
    assert desk.post(path, agree="yes").status_code == 403
    other = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
    desk.sits(other)
    page = plain(desk.read("/staff/rules"))
    assert "P04 参加平安宣传或反诈宣讲 绿币 5 8" in page
    assert "P17 垃圾分类、美丽庭院评为优良 启用 停用 启用" in page
    assert desk.post(path, agree="no").status_code == 422
    assert desk.post(path, agree="yes").status_code == 303
    assert desk.post(path, agree="yes").status_code == 409
    assert desk.post("/staff/rules/drafts/99", agree="yes").status_code == 404

    assert "垃圾分类" not in plain(desk.client.get("/coins/rules").text)
    clock.advance(days=1)
    public = plain(desk.client.get("/coins/rules").text)
    assert "参加平安宣传或反诈宣讲 · 8 币" in public
    assert "垃圾分类" in public
    assert "第 2 版" in public


def test_what_a_town_narrows_stands_on_the_public_page_from_its_day(
    desk: Desk, there: Village, clock: FixedClock
) -> None:
    desk.sits(there.town)
    path = "/staff/rules/P04/narrow"
    wide = desk.post(path, town=TOWN, coins="6")
    assert wide.status_code == 422
    assert 'value="6"' in wide.text
    assert desk.post(path, town="330106002", coins="3").status_code == 422
    assert desk.post(path, town=TOWN, coins="3", month="2").status_code == 303
    assert desk.get("/staff/rules/P99/narrow").status_code == 404
    assert desk.get("/staff/rules/new").status_code == 403
    assert "有的镇少一些" not in desk.client.get("/coins/rules").text

    desk.sits(there.resident)
    assert "参加平安宣传或反诈宣讲（5 币）" in desk.read("/me/claims/new")

    clock.advance(days=1)

    assert "参加平安宣传或反诈宣讲（3 币）" in desk.read("/me/claims/new")
    assert "区域001 · 参加平安宣传或反诈宣讲：3 币 · 每月最多 2 次" in plain(
        desk.client.get("/coins/rules").text
    )


def test_what_a_town_switched_off_is_no_choice_in_any_form(
    desk: Desk, there: Village, session: Session, clock: FixedClock
) -> None:
    leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
    forms = (
        (there.resident, "/me/claims/new"),
        (there.village, "/staff/claims/new"),
        (leader, "/staff/volunteer/new"),
    )
    desk.sits(there.town)
    assert desk.post("/staff/rules/P04/narrow", town=TOWN, off="1").status_code == 303
    clock.advance(days=1)

    for by, path in forms:
        desk.sits(by)
        page = desk.read(path)

        assert "反诈宣讲" not in page, path
        assert "平安巡防" in page, path
    assert "老娘舅" not in page
