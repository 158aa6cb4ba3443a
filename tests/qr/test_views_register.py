"""The register of codes: staff see their own area's, order, replace, revoke and print them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from qr import queries, service
from qr.errors import NoSuchCode
from qr.models import Code, PrintOrder
from qr.rules import CodeState, Meaning
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_household, make_staff
from tests.people.views.doors import SignIn, post
from tests.qr.test_service_orders import hang

REGISTER = "/staff/codes"


@pytest.fixture
def codes(session: Session) -> list[int]:
    hang(session, 1, area=f"{NEXT_VILLAGE}001")
    return hang(session, 3)


@pytest.fixture
def clerk(session: Session, sign_in: SignIn, codes: list[int]) -> Actor:
    actor = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    sign_in(actor)
    return actor


def state(session: Session, code_id: int) -> CodeState:
    session.expire_all()
    return session.get_one(Code, code_id).state


def test_what_hangs_in_ones_own_area_is_listed_and_nothing_else(
    client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
) -> None:
    page = client.get(REGISTER).text

    others = session.scalars(select(Code.id).where(Code.id.not_in(codes))).all()
    assert all(f'"{REGISTER}/{one}"' in page for one in codes)
    assert not any(f'"{REGISTER}/{one}"' in page for one in others)
    assert client.get(f"{REGISTER}/{others[0]}").status_code == 404


def test_whoever_works_next_door_reads_nothing_of_it(session: Session, codes: list[int]) -> None:
    stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)

    found = queries.register_page(session, queries.RegisterFilter(), by=stranger)

    assert not {one.id for one in found} & set(codes)
    with pytest.raises(NoSuchCode):
        queries.register_entry(session, codes[0], by=stranger)


def test_the_list_costs_the_same_for_one_and_for_many(
    client: FlaskClient, session: Session, clerk: Actor, statements: list[str]
) -> None:
    client.get(REGISTER)
    statements.clear()
    client.get(REGISTER)
    few = len(statements)
    hang(session, 40)
    statements.clear()

    client.get(REGISTER)

    assert len(statements) == few


@pytest.mark.parametrize(
    ("asked", "found"),
    [("name=1号", [1]), ("number=1003", [1]), ("number=点位1003", [1]), ("kind=desk", []),
     ("state=hung", []), ("number=nonsense", []), ("name=%25", []), ("state=ordered", [0, 1, 2])],
)  # fmt: skip
def test_it_can_be_searched(
    client: FlaskClient, clerk: Actor, codes: list[int], asked: str, found: list[int]
) -> None:
    page = client.get(f"{REGISTER}?{asked}").text

    assert [at for at, one in enumerate(codes) if f'"{REGISTER}/{one}"' in page] == found


def test_a_code_is_ordered_and_can_be_scanned(
    client: FlaskClient, session: Session, clerk: Actor
) -> None:
    answer = post(client, f"{REGISTER}/new", area=GRID, kind="place", name="张记小吃")

    assert answer.status_code == 303
    new = session.scalars(select(Code).order_by(Code.id.desc())).first()
    assert new is not None
    assert queries.resolve(session, new.token or "").place_name == "张记小吃"
    assert new.check_word in client.get(answer.location).text


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"area": GRID, "kind": "spot", "name": ""}, 422),
        ({"area": GRID, "kind": "household", "name": "王家"}, 422),
        ({"area": "", "kind": "spot", "name": "张记小吃"}, 422),
        ({"area": "330106009", "kind": "spot", "name": "张记小吃"}, 404),
        ({"area": f"{NEXT_VILLAGE}001", "kind": "spot", "name": "张记小吃"}, 403),
        ({"area": GRID, "kind": "spot", "name": "长" * 61}, 422),
    ],
)
def test_what_cannot_be_ordered_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, session: Session, clerk: Actor, typed: dict[str, str], status: int
) -> None:
    before = len(session.scalars(select(Code)).all())

    answer = post(client, f"{REGISTER}/new", **typed)

    assert answer.status_code == status
    assert typed["name"] in answer.text
    assert len(session.scalars(select(Code)).all()) == before


def test_a_replaced_code_leads_on_and_the_page_shows_the_new_one(
    client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
) -> None:
    old = session.get_one(Code, codes[0])
    token, number = old.token or "", old.spot_number

    answer = post(client, f"{REGISTER}/{codes[0]}/replace", reason="被雨淋坏了")

    assert answer.status_code == 303
    session.expire_all()
    found = queries.resolve(session, token)
    assert (found.meaning, found.replaced, found.spot_number) == (Meaning.LIVE, True, number)
    assert answer.location == f"{REGISTER}/{found.code_id}"
    assert "被雨淋坏了" in client.get(f"{REGISTER}/{codes[0]}").text


def test_a_revoked_code_offers_nothing_more(
    client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
) -> None:
    where = f"{REGISTER}/{codes[1]}"

    assert post(client, f"{where}/revoke", reason="灯杆拆了").status_code == 303

    page = client.get(where).text
    assert "灯杆拆了" in page
    assert "换一张" not in page
    again = post(client, f"{where}/replace", reason="灯杆又装了")
    assert again.status_code == 409
    assert "灯杆又装了" in again.text or "已经不是刚才的状态" in again.text


@pytest.mark.parametrize("verb", ["replace", "revoke"])
def test_a_reason_is_asked_for(
    client: FlaskClient, session: Session, clerk: Actor, codes: list[int], verb: str
) -> None:
    answer = post(client, f"{REGISTER}/{codes[0]}/{verb}", reason=" ")

    assert answer.status_code == 422
    assert state(session, codes[0]) is CodeState.ORDERED


def test_one_code_is_printed(
    client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
) -> None:
    answer = post(client, f"{REGISTER}/{codes[0]}/print", form="plate")

    assert answer.status_code == 303
    assert session.scalars(select(PrintOrder.pieces)).all() == [1]
    assert post(client, f"{REGISTER}/{codes[0]}/print", form="cards").status_code == 422


def test_another_village_can_do_nothing_to_a_code_of_mine(
    client: FlaskClient, session: Session, sign_in: SignIn, codes: list[int]
) -> None:
    make_area(session, NEXT_VILLAGE)
    sign_in(make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE))
    where = f"{REGISTER}/{codes[0]}"

    assert client.get(where).status_code == 404
    assert post(client, f"{where}/replace", reason="没有了").status_code == 404
    assert post(client, f"{where}/revoke", reason="没有了").status_code == 404
    assert post(client, f"{where}/print", form="plate").status_code == 404
    assert state(session, codes[0]) is CodeState.ORDERED
    assert session.scalars(select(PrintOrder)).all() == []


def test_a_grid_worker_reads_the_register_and_changes_nothing(
    client: FlaskClient, session: Session, sign_in: SignIn, codes: list[int]
) -> None:
    sign_in(make_staff(session, Role.GRID_FULL, area=GRID))

    page = client.get(f"{REGISTER}/{codes[0]}").text

    assert "打印这一张" not in page
    assert "换一张" not in page
    assert client.get(f"{REGISTER}/new").status_code == 403
    assert post(client, f"{REGISTER}/{codes[0]}/revoke", reason="没有了").status_code == 403


def test_a_households_card_is_no_entry_of_the_register(
    client: FlaskClient, session: Session, clerk: Actor
) -> None:
    home = make_household(session, GRID)
    session.commit()
    with transaction() as work:
        card = service.issue_card(work, home.id, by=clerk).code.id

    assert client.get(f"{REGISTER}/{card}").status_code == 404
    assert f'"{REGISTER}/{card}"' not in client.get(REGISTER).text


@pytest.mark.parametrize(
    ("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("eps", b"%!PS")]
)
def test_one_code_is_handed_out_as_a_picture(
    client: FlaskClient, clerk: Actor, codes: list[int], kind: str, begins: bytes
) -> None:
    answer = post(client, f"{REGISTER}/{codes[0]}/picture", picture=kind, width="60")

    assert answer.status_code == 200
    assert answer.data.startswith(begins)
    assert f"code-{codes[0]}.{kind}" in answer.headers["Content-Disposition"]


def test_no_picture_of_what_is_over_elsewhere_or_no_such_kind(
    client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
) -> None:
    others = session.scalars(select(Code.id).where(Code.id.not_in(codes))).all()
    with transaction() as work:
        service.revoke(work, codes[0], reason="x", by=None)

    over = post(client, f"{REGISTER}/{codes[0]}/picture", picture="svg", width="60")
    elsewhere = post(client, f"{REGISTER}/{others[0]}/picture", picture="svg", width="60")
    gif = post(client, f"{REGISTER}/{codes[1]}/picture", picture="gif", width="60")
    wide = post(client, f"{REGISTER}/{codes[1]}/picture", picture="svg", width="nan")

    answers = [one.status_code for one in (over, elsewhere, gif, wide)]
    assert answers == [409, 404, 422, 422]
