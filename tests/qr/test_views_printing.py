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
from qr import queries, rules
from qr.models import Code, PrintOrder
from qr.rules import Format, OrderState, formats
from qr.rules.press import proof
from tests.citizen.factories import deliver_all
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_household, make_staff
from tests.people.views.doors import SignIn, post
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
    return confirm(client, ORDERS, area=area, form=form.value, kind="", only="all")


def confirm(client: FlaskClient, path: str, **fields: str) -> str:
    """Read how much it is, and say yes; return where the browser is sent."""
    read = post(client, path, **fields)
    assert read.status_code == 200, read.text
    answer = post(client, path, **fields, count=shown_count(read.text))
    assert answer.status_code == 303, answer.text
    return answer.location


def shown_count(page: str) -> str:
    return page.split('name="count" value="')[1].split('"', maxsplit=1)[0]


def test_an_order_is_watched_and_its_file_fetched(
    client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
) -> None:
    where = ask(client)
    waiting = client.get(where).text
    assert 'http-equiv="refresh"' in waiting
    assert "正在排队" in waiting
    assert "印好了 0 张" not in waiting
    assert "正在排队" in client.get(ORDERS).text

    deliver_all(session)

    page = client.get(where).text
    assert "印好了" in page
    assert 'http-equiv="refresh"' not in page
    assert "样张" in page  # the tests' host is not final
    assert "PUBLIC_URL" not in page
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

    again = confirm(client, f"{where}/again")

    assert again != where
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


class TestHowMuchItIs:
    """Nothing is printed before somebody has read how much it is."""

    def test_the_first_tap_only_says_it(
        self, client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
    ) -> None:
        page = post(client, ORDERS, area=VILLAGE, form="labels_24", kind="spot", only="all").text

        assert "一共 3 张" in page
        assert "1 张纸" in page
        assert "1 个 PDF" in page
        assert 'name="kind" value="spot"' in page
        assert session.scalars(select(PrintOrder)).all() == []

    def test_cards_that_would_end_are_counted(
        self, client: FlaskClient, session: Session, clerk: Actor
    ) -> None:
        for _ in range(12):
            make_household(session, GRID)
        session.commit()
        ask(client, Format.CARDS)
        deliver_all(session)
        make_household(session, GRID)
        session.commit()

        page = post(client, ORDERS, area=VILLAGE, form="cards", kind="", only="all").text

        assert "一共 13 张" in page
        assert "2 张纸，正反面都印" in page
        assert "其中 12 户有卡在用" in page

    def test_what_has_changed_meanwhile_is_read_again(
        self, client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
    ) -> None:
        typed = {"area": VILLAGE, "form": "plate", "kind": "", "only": "all"}
        read = shown_count(post(client, ORDERS, **typed).text)
        hang(session, 2)

        answer = post(client, ORDERS, **typed, count=read)

        assert answer.status_code == 200
        assert "刚刚有变化" in answer.text
        assert shown_count(answer.text) == "5"
        assert session.scalars(select(PrintOrder)).all() == []

    def test_who_goes_back_finds_what_was_chosen(self, client: FlaskClient, clerk: Actor) -> None:
        typed = {"area": VILLAGE, "form": "plate", "kind": "spot", "only": "damaged"}

        page = post(client, ORDERS, **typed, do="back", count="3").text

        for chosen in typed.values():
            assert f'selected value="{chosen}"' in page or f'value="{chosen}" selected' in page

    def test_nothing_and_too_much_are_said_in_words(
        self,
        client: FlaskClient,
        clerk: Actor,
        codes: list[int],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        typed = {"area": VILLAGE, "form": "plate", "kind": ""}
        none = post(client, ORDERS, **typed, only="damaged")
        homeless = post(client, ORDERS, **typed | {"form": "cards"}, only="all")
        monkeypatch.setattr(rules, "MOST", 2)
        much = post(client, ORDERS, **typed, only="all")

        assert {none.status_code, homeless.status_code, much.status_code} == {422}
        assert "没有什么可印" in none.text
        assert "没有要印户码卡的户" in homeless.text
        assert "一次最多印这么多" in much.text


class TestInTheBrowser:
    """Finished orders are printed by the browser, too; cards are not."""

    def test_it_shows_what_the_file_shows(
        self, client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
    ) -> None:
        where = ask(client)
        deliver_all(session)

        page = client.get(f"{where}/pages/0")

        assert page.status_code == 200
        for code in session.scalars(select(Code).where(Code.id.in_(codes))):
            assert f"点位号 {code.spot_number}" in page.text
            assert code.place_name in page.text
            assert rules.printed(code.token or "") in page.text
        assert page.text.count("样张") == 3  # one across each, none on empty cells
        assert "style=" not in page.text
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert page.text.count("<style>") == 2 == policy.split("style-src")[1].count("sha256-")

    def test_it_is_cut_into_pages_that_nobody_waits_long_for(
        self,
        client: FlaskClient,
        session: Session,
        clerk: Actor,
        codes: list[int],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(formats, "MOST_IN_VIEW", 2)
        where = ask(client, Format.PLATE)
        deliver_all(session)

        drawn = [client.get(f"{where}/pages/{view}").text.count("<svg") for view in range(2)]

        assert drawn == [2, 1]
        assert client.get(f"{where}/pages/2").status_code == 404
        assert client.get(f"{where}/pages/{9**18}").status_code == 404

    def test_neither_cards_nor_what_is_unfinished_or_over(
        self, client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
    ) -> None:
        make_household(session, GRID)
        session.commit()
        cards, labels = ask(client, Format.CARDS), ask(client)
        early = client.get(f"{labels}/pages/0")
        deliver_all(session)

        assert early.status_code == 409
        assert "还没有印好" in early.text
        refused = client.get(f"{cards}/pages/0")
        assert refused.status_code == 409
        assert "户码不留底" in refused.text
        assert "/pages/0" not in client.get(cards).text
        session.scalars(select(PrintOrder)).all()[-1].state = OrderState.EXPIRED
        session.commit()
        assert client.get(f"{labels}/pages/0").status_code == 409
