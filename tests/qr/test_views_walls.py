"""A code on its wall, on the pages of staff."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from qr import queries, rules, service
from qr.models import Code
from qr.rules import CodeState, Position, Wrong
from tests.citizen.factories import deliver_all
from tests.factories import DISTRICT, GRID, NEXT_VILLAGE, VILLAGE, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.kernel.media.samples import HTML, picture
from tests.people.views.doors import SignIn, post
from tests.qr.test_service_orders import hang

REGISTER = "/staff/codes"
LIST = f"{REGISTER}/wrong"


@pytest.fixture
def codes(session: Session) -> list[int]:
    return hang(session, 4)


@pytest.fixture
def worker(session: Session, sign_in: SignIn, codes: list[int]) -> Actor:
    actor = make_staff(session, Role.GRID_FULL, area=GRID)
    sign_in(actor)
    return actor


@pytest.fixture
def clerk(session: Session, sign_in: SignIn, codes: list[int]) -> Actor:
    actor = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    sign_in(actor)
    return actor


def fresh(session: Session, code_id: int) -> Code:
    session.expire_all()
    return session.get_one(Code, code_id)


def says(code_id: int, wrong: Wrong, seen: str = "") -> None:
    with transaction() as work:
        service.say_wrong(work, code_id, wrong=wrong, seen=seen)


class TestHang:
    def test_photo_and_place_come_along_and_are_shown(
        self, client: FlaskClient, session: Session, worker: Actor, codes: list[int]
    ) -> None:
        where = f"{REGISTER}/{codes[0]}"
        photo = (io.BytesIO(picture()), "1.jpg")

        answer = post(
            client, f"{where}/hang", elsewhere="y", photo=photo,
            lat="30.25", lng="120.16", acc="12",
        )  # fmt: skip

        assert (answer.status_code, answer.location) == (303, where)
        assert fresh(session, codes[0]).state is CodeState.HUNG
        assert "照片正在处理" in client.get(where).text
        deliver_all(session)
        page = client.get(where).text
        assert all(
            words in page for words in ("30.25000, 120.16000", "2026-03-02", f"{where}/photo")
        )
        assert "image/" in str(client.get(f"{where}/photo").mimetype)
        assert client.get(f"{REGISTER}/{codes[1]}/photo").status_code == 404

    @pytest.mark.parametrize(
        ("typed", "status", "said"),
        [
            ({}, 422, "在别处印的"),
            ({"elsewhere": "y", "photo": (io.BytesIO(HTML), "1.jpg")}, 415, "照片"),
            ({"elsewhere": "y", "lat": "nan", "lng": "x"}, 303, ""),
            ({"elsewhere": "y", "lat": "30.25", "lng": "120.16", "acc": "3000"}, 303, ""),
        ],
    )
    def test_what_is_missing_is_asked_for_and_nonsense_is_left_out(
        self,
        client: FlaskClient,
        session: Session,
        worker: Actor,
        codes: list[int],
        typed: dict[str, object],
        status: int,
        said: str,
    ) -> None:
        answer = post(client, f"{REGISTER}/{codes[0]}/hang", **typed)

        assert answer.status_code in {status, 422 if status == 415 else status}
        assert said in answer.text
        code = fresh(session, codes[0])
        assert (code.state is CodeState.HUNG) == (status == 303)
        assert code.lat is None

    def test_a_vague_place_is_said_to_be_left_out(
        self, client: FlaskClient, worker: Actor, codes: list[int]
    ) -> None:
        where = f"{REGISTER}/{codes[0]}"
        post(client, f"{where}/hang", elsewhere="y", lat="30.25", lng="120.16", acc="3000")

        assert "没有记位置" in client.get(where).text

    def test_an_ended_code_is_not_hung(
        self, client: FlaskClient, worker: Actor, codes: list[int]
    ) -> None:
        with transaction() as work:
            service.revoke(work, codes[0], reason="拆了", by=None)

        for answer in (
            client.get(f"{REGISTER}/{codes[0]}/hang"),
            post(client, f"{REGISTER}/{codes[0]}/hang", elsewhere="y"),
            post(client, f"{REGISTER}/{codes[0]}/sound"),
        ):
            assert answer.status_code == 409


class TestName:
    def test_it_is_changed(
        self, client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
    ) -> None:
        where = f"{REGISTER}/{codes[0]}"
        assert 'value="0号灯杆"' in client.get(f"{where}/name").text

        answer = post(client, f"{where}/name", name="西门灯杆")

        assert answer.status_code == 303
        assert "西门灯杆" in client.get(where).text

    @pytest.mark.parametrize("name", ["西门😀", "西\u3164门", " ", "路" * 61])
    def test_what_cannot_be_printed_is_said_and_stays_typed(
        self, client: FlaskClient, session: Session, clerk: Actor, codes: list[int], name: str
    ) -> None:
        ordered = post(client, f"{REGISTER}/new", area=GRID, kind="spot", name=name)
        answer = post(client, f"{REGISTER}/{codes[0]}/name", name=name)

        assert (ordered.status_code, answer.status_code) == (422, 422)
        assert f'value="{name}"' in answer.text
        assert fresh(session, codes[0]).place_name == "0号灯杆"


class TestTroubles:
    def test_a_village_lists_its_own_and_the_district_all_look_alikes(
        self, client: FlaskClient, session: Session, sign_in: SignIn, codes: list[int]
    ) -> None:
        other = hang(session, 1, area=f"{NEXT_VILLAGE}001")[0]
        says(codes[0], Wrong.FOREIGN, "https://evil.example/<b>")
        says(codes[1], Wrong.BROKEN)
        says(other, Wrong.FOREIGN, "next.example")
        village = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        district = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)

        sign_in(village)
        mine = client.get(LIST).text
        sign_in(district)
        all_of_them = client.get(f"{LIST}?only=foreign").text

        assert "https://evil.example/&lt;b&gt;" in mine
        assert "next.example" not in mine
        assert "next.example" in all_of_them
        assert f'"{REGISTER}/{codes[1]}"' not in all_of_them
        assert client.get(f"{LIST}?only=nonsense&after=x").status_code == 200
        assert [one.id for _said, one in queries.troubles_page(session, by=village)] == codes[:2]

    def test_who_may_settles_it_and_it_leaves_the_list(
        self, client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
    ) -> None:
        for at, one in enumerate(codes[:3]):
            says(one, Wrong.FOREIGN, f"seen{at}.example")
        where = f"{REGISTER}/{codes[0]}"
        assert "seen0.example" in client.get(where).text

        post(client, f"{where}/sound")
        post(client, f"{REGISTER}/{codes[1]}/replace", reason="被贴了")
        post(client, f"{REGISTER}/{codes[2]}/revoke", reason="被贴了")

        assert "没有人说码有问题" in client.get(LIST).text
        assert "今天看过" in client.get(where).text or "2026-03-02" in client.get(where).text


class TestRegister:
    @pytest.fixture
    def told(self, session: Session, codes: list[int], clock: FixedClock) -> list[int]:
        """0 is said to be wrong; 1 hangs unscanned; 2 has fallen silent; 3 is scanned from afar."""
        clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        old, now = NOON.date().replace(month=1, day=4), NOON.date()
        says(codes[0], Wrong.COVERED)
        with transaction() as work:
            for one in codes[1:]:
                service.hang(
                    work, one, by=clerk, position=Position(30, 120), printed_elsewhere=True
                )
            service.note_scans(work, {rules.scan_field(codes[2], old): 5})
            service.note_scans(work, {rules.scan_field(codes[3], now): 7})
            service.note_far_report(work, codes[3])
        session.expire_all()
        session.get_one(Code, codes[2]).hung_on = old
        session.commit()
        return codes

    @pytest.mark.parametrize(
        ("watch", "found"), [("wrong", [0]), ("unscanned", [1]), ("silent", [2]), ("far", [3])]
    )
    def test_it_finds_what_somebody_ought_to_look_at(
        self, client: FlaskClient, clerk: Actor, told: list[int], watch: str, found: list[int]
    ) -> None:
        page = client.get(f"{REGISTER}?watch={watch}").text

        assert [at for at, one in enumerate(told) if f'"{REGISTER}/{one}"' in page] == found

    def test_scans_and_what_is_said_stand_in_the_list_and_on_the_page(
        self, client: FlaskClient, clerk: Actor, told: list[int]
    ) -> None:
        page = client.get(REGISTER).text
        one = client.get(f"{REGISTER}/{told[3]}").text

        assert "被遮住了" in page
        for shown in (page, one):
            assert "0 0 0 0 0 0 0 7" in shown
            assert "2026-03-02" in shown
        assert "300 米以外" in one
        assert "127.0.0.1" in one
        assert "核对词" in one

    def test_an_old_code_keeps_its_number_and_says_that_it_is_old(
        self, client: FlaskClient, session: Session, clerk: Actor, codes: list[int]
    ) -> None:
        number = str(fresh(session, codes[0]).spot_number)
        for one in (codes[0], None):
            at = one or queries.successor_of(session, fresh(session, codes[0])).id
            session.commit()
            post(client, f"{REGISTER}/{at}/replace", reason="旧了")

        page = client.get(f"{REGISTER}/{codes[0]}").text

        assert f"<dd>{number} " in page
        assert "旧牌子" in page


def test_who_is_from_elsewhere_reaches_none_of_it(
    client: FlaskClient, session: Session, sign_in: SignIn, codes: list[int]
) -> None:
    make_area(session, NEXT_VILLAGE)
    sign_in(make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE))
    where = f"{REGISTER}/{codes[0]}"

    for path in ("hang", "name", "photo"):
        assert client.get(f"{where}/{path}").status_code == 404
    for path in ("hang", "name", "sound"):
        assert post(client, f"{where}/{path}", name="别家").status_code == 404
    assert fresh(session, codes[0]).state is CodeState.ORDERED
