"""Staff order what is to be printed, and fetch it; nobody else does."""

import io
import zipfile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import parts
from qr import queries
from qr.models import PrintOrder
from qr.rules import Format, OrderState, formats
from qr.rules.press import proof
from tests.citizen.factories import deliver_all
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_household, make_staff
from tests.people.views.test_households import SignIn, post
from tests.qr.test_service_orders import hang, tokens

ORDERS = "/staff/codes/orders"


@pytest.fixture
def codes(session: Session) -> list[int]:
    return hang(session, 3)


@pytest.fixture
def clerk(session: Session, sign_in: SignIn, codes: list[int]) -> Actor:
    actor = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    sign_in(actor)
    return actor


@pytest.fixture
def stranger(session: Session, clerk: Actor) -> Actor:
    actor = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
    session.commit()
    return actor


def ask(client: FlaskClient, form: Format = Format.LABELS_24, area: str = VILLAGE) -> str:
    """Order; return where the browser is sent."""
    answer = post(client, ORDERS, area=area, form=form.value, kind="", only="all")
    assert answer.status_code == 303, answer.text
    return answer.location


def test_an_order_is_watched_and_its_file_fetched(
    client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
) -> None:
    where = ask(client)
    assert 'http-equiv="refresh"' in client.get(where).text

    deliver_all(session)

    page = client.get(where).text
    assert "印好了" in page
    assert 'http-equiv="refresh"' not in page
    assert "样张" in page  # the tests' host is not final
    file = client.get(f"{where}/0.pdf")
    assert file.mimetype == "application/pdf"
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.headers["Cache-Control"] == "no-store"
    assert sorted(text[-13:] for text in proof.read_all(file.data)) == tokens(session, codes)
    assert f'{where}"' in client.get(ORDERS).text


def test_all_files_come_as_one_archive(
    client: FlaskClient,
    session: Session,
    clerk: Actor,
    codes: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "MOST_PAGES", 1)
    where = ask(client, Format.PLATE)
    assert client.get(f"{where}.zip").status_code == 404
    deliver_all(session)

    answer = client.get(f"{where}.zip")

    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        read = [text for name in archive.namelist() for text in proof.read_all(archive.read(name))]
    assert sorted(text[-13:] for text in read) == tokens(session, codes)


def test_cards_that_are_taken_away_stand_in_the_log(
    client: FlaskClient, session: Session, clerk: Actor
) -> None:
    make_household(session, GRID)
    session.commit()
    where = ask(client, Format.CARDS)
    deliver_all(session)

    assert client.get(f"{where}/0.pdf").status_code == 200

    lines = session.scalars(select(AuditLine).where(AuditLine.action == "qr.fetch")).all()
    assert [line.actor_id for line in lines] == [clerk.id]


def test_again_makes_another_order_of_the_same(
    client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
) -> None:
    where = ask(client)
    deliver_all(session)

    answer = post(client, f"{where}/again")

    assert answer.status_code == 303
    assert answer.location != where
    assert session.scalars(select(PrintOrder.pieces)).all() == [3, 3]


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("area", "", 422),
        ("area", "not-an-area", 404),
        ("area", "9" * 30, 422),
        ("form", "papyrus", 422),
        ("kind", "secret", 422),
        ("only", "", 422),
        ("kind", "desk", 422),
    ],
)
def test_what_cannot_be_ordered_is_said_and_kept(
    client: FlaskClient, session: Session, clerk: Actor, field: str, value: str, status: int
) -> None:
    typed = {"area": VILLAGE, "form": "plate", "kind": "", "only": "all"} | {field: value}

    answer = post(client, ORDERS, **typed)

    assert answer.status_code == status
    assert 'value="plate"' in answer.text
    assert session.scalars(select(PrintOrder)).all() == []


def test_another_village_gets_no_page_and_no_file(
    client: FlaskClient, session: Session, sign_in: SignIn, stranger: Actor
) -> None:
    where = ask(client)
    deliver_all(session)

    sign_in(stranger)

    for path in (where, f"{where}/0.pdf", f"{where}.zip"):
        assert client.get(path).status_code == 404
    assert post(client, f"{where}/again").status_code == 404
    assert f'{where}"' not in client.get(ORDERS).text
    answer = post(client, ORDERS, area=VILLAGE, form="plate", kind="", only="all")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "role", [Role.GRID_FULL, Role.GRID_LEADER, Role.AUDITOR, Role.MEDIATOR, Role.SHOP_VOLUNTEER]
)
def test_who_may_not_print_does_not(
    client: FlaskClient, session: Session, sign_in: SignIn, clerk: Actor, role: Role
) -> None:
    where = ask(client)
    deliver_all(session)
    sign_in(make_staff(session, role, area=GRID))

    assert client.get(ORDERS).status_code == 403
    assert client.get(f"{where}/0.pdf").status_code == 403


def test_files_that_are_gone_are_said_to_be(
    client: FlaskClient, session: Session, clerk: Actor
) -> None:
    where = ask(client)
    deliver_all(session)
    order = session.scalars(select(PrintOrder)).one()
    [file] = queries.order_files(session, order.id)
    parts().store.delete(file.stored)

    assert client.get(f"{where}/0.pdf").status_code == 503
    assert client.get(f"{where}/7.pdf").status_code == 404
    order.state = OrderState.EXPIRED
    session.delete(file)
    session.commit()
    assert client.get(f"{where}.zip").status_code == 404
    assert "文件过期了" in client.get(where).text
