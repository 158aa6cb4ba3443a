"""The page on which a household's card is given out, printed, blocked and given out anew."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import transaction
from people.models import Household
from qr import queries, rules, service
from qr.models import Code
from qr.rules import CodeState
from tests.factories import GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import NOON
from tests.people.homes import make_home
from tests.people.views.doors import SignIn, post


@pytest.fixture
def home(session: Session) -> Household:
    make_area(session, GRID).desk_phone = "0571-8765432"
    found = make_home(session, "欧阳小红", "王小明")
    session.commit()
    return found


@pytest.fixture
def clerk(session: Session, sign_in: SignIn, home: Household) -> Actor:
    actor = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    sign_in(actor)
    return actor


def at(home: Household, verb: str = "") -> str:
    return f"/staff/households/{home.id}/card{verb and '/'}{verb}"


def tokens(answer: TestResponse) -> str:
    found = re.findall(r'<b class="nb">([0-9A-Z]{4,5})</b>', answer.text)
    return "".join(found[:4])


def test_a_card_is_given_out_and_can_be_printed_once(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    assert "现在没有在用的户码" in client.get(at(home)).text

    answer = post(client, at(home, "issue"))
    again = post(client, at(home, "issue"))

    token = tokens(answer)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert queries.resolve(session, token).household_id == home.id
    assert "<svg " in answer.text
    assert again.status_code == 409
    assert "已有户码" in again.text
    assert token not in client.get(at(home)).text.replace("-", "")


def test_the_card_tells_a_finder_no_whole_name(
    client: FlaskClient, home: Household, clerk: Actor
) -> None:
    page = post(client, at(home, "issue")).text

    assert "欧阳*" in page
    assert "小红" not in page
    assert "王小明" not in page


def test_a_new_card_kills_the_old_one_which_says_so(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    old = tokens(post(client, at(home, "issue")))

    answer = post(client, at(home, "reissue"), reason="卡丢了")

    new = tokens(answer)
    assert new != old
    assert queries.resolve(session, old).revoked
    assert not queries.resolve(session, new).revoked
    assert "已经作废" in client.get(f"/S/{old}").text
    assert "加入这一户" in client.get(f"/S/{new}").text
    assert "换过了：卡丢了" in client.get(at(home)).text


def test_a_lost_card_is_blocked_at_once_and_the_log_says_who_and_why(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    token = tokens(post(client, at(home, "issue")))

    answer = post(client, at(home, "block"), reason="买菜时丢了")
    twice = post(client, at(home, "block"), reason="买菜时丢了")

    assert (answer.status_code, twice.status_code) == (303, 409)
    assert "已经作废" in client.get(f"/S/{token}").text
    lines = session.scalars(select(AuditLine).where(AuditLine.action.startswith("qr.")))
    said = [(line.action, line.actor_id, line.detail) for line in lines]
    assert said == [("qr.order", clerk.id, ""), ("qr.revoke", clerk.id, "买菜时丢了")]
    assert post(client, at(home, "issue")).status_code == 200


def test_without_a_reason_nothing_happens_and_the_page_asks_for_one(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    post(client, at(home, "issue"))

    answers = [post(client, at(home, verb), reason="") for verb in ("reissue", "block")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "请写一句原因" in answers[0].text
    assert rules.ENDED.isdisjoint(session.scalars(select(Code.state)))


def test_a_card_of_the_final_address_is_written_down_as_printed(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    page = post(client, at(home, "issue")).text

    is_sample = "样张" in page
    state = session.scalars(select(Code.state)).one()
    assert state is (CodeState.ORDERED if is_sample else CodeState.PRINTED)


@pytest.mark.parametrize("verb", ["issue", "reissue", "block"])
def test_the_next_village_can_do_nothing(
    client: FlaskClient, session: Session, home: Household, sign_in: SignIn, verb: str
) -> None:
    stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
    sign_in(stranger)

    assert client.get(at(home)).status_code == 404
    assert post(client, at(home, verb), reason="卡丢了").status_code == 404
    assert session.scalars(select(Code)).all() == []


def test_the_next_village_reads_no_card(session: Session, home: Household, clerk: Actor) -> None:
    with transaction() as work:
        service.issue_card(work, home.id, by=clerk)
    stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)

    assert len(queries.cards_of(session, home.id, by=clerk)) == 1
    assert queries.cards_of(session, home.id, by=stranger) == []


def test_a_closed_household_gets_no_card(
    client: FlaskClient, session: Session, home: Household, clerk: Actor
) -> None:
    home.closed_at = NOON
    session.commit()

    answer = post(client, at(home, "issue"))

    assert answer.status_code == 404
    assert "已经注销" in client.get(at(home)).text


def test_a_grid_worker_reads_and_a_town_replaces_but_blocks_nothing(
    client: FlaskClient, session: Session, home: Household, clerk: Actor, sign_in: SignIn
) -> None:
    post(client, at(home, "issue"))

    sign_in(make_staff(session, Role.GRID_FULL, area=GRID))
    page = client.get(at(home))
    worker = [post(client, at(home, verb), reason="卡丢了") for verb in ("reissue", "block")]
    sign_in(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
    town = [post(client, at(home, verb), reason="卡丢了") for verb in ("block", "reissue")]

    assert "有一张户码在用" in page.text
    assert "<form" not in page.text[page.text.index("<main") :]
    assert [answer.status_code for answer in worker] == [403, 403]
    assert [answer.status_code for answer in town] == [403, 200]


@pytest.mark.parametrize("verb", ["replace", "revoke"])
def test_as_if_it_hung_on_a_wall_it_is_not_ended(
    client: FlaskClient, session: Session, home: Household, clerk: Actor, verb: str
) -> None:
    with transaction() as work:
        card = service.issue_card(work, home.id, by=clerk)
        code_id = card.code.id

    answer = post(client, f"/staff/codes/{code_id}/{verb}", reason="试试看")

    assert answer.status_code == 409
    assert "到这一户的页面" in answer.text
    session.expire_all()
    assert session.get_one(Code, code_id).state is CodeState.ORDERED
