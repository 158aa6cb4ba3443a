"""A sticker that is none of ours: whoever saw one says where, and the village takes it off."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.grants import Role
from kernel.media import Attachment
from kernel.work import transaction
from qr import queries, service
from qr.errors import NoSuchSticker
from qr.models import LookAlike
from tests.citizen.factories import deliver_all
from tests.factories import GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import FixedClock
from tests.kernel.media.samples import picture
from tests.people.views.doors import SignIn, post

PAGE, LIST = "/look-alike", "/staff/codes/wrong"
OFF = "/staff/codes/look-alikes"
WHERE = "菜场东门的墙上"
DISTRICT = "330106"


@pytest.fixture(autouse=True)
def areas(session: Session) -> None:
    for code in (GRID, NEXT_VILLAGE):
        make_area(session, code)
    session.commit()


def stickers(session: Session) -> list[LookAlike]:
    session.expire_all()
    return list(session.scalars(select(LookAlike).order_by(LookAlike.id)))


def photos(session: Session) -> list[Attachment]:
    return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def spoken_of(area: str = VILLAGE, where: str = WHERE, seen: str = "") -> None:
    with transaction() as work:
        service.say_look_alike(work, area, where=where, seen=seen)


class TestSaying:
    @pytest.mark.parametrize("path", ["/", "/scan", "/report", "/S/NOSUCHCODE999"])
    def test_who_has_no_code_at_hand_finds_the_form(self, client: FlaskClient, path: str) -> None:
        assert f'href="{PAGE}"' in client.get(path).text

    def test_where_and_what_and_a_picture_are_taken_down_and_thanked_for(
        self, client: FlaskClient, session: Session
    ) -> None:
        shot = (io.BytesIO(picture()), "1.jpg")
        said = {"where": f" {WHERE} ", "village": VILLAGE, "seen": "扫码领鸡蛋 egg.example"}

        answer = client.post(PAGE, data={**said, "photo": shot})

        assert answer.status_code == 303
        assert "谢谢" in client.get(answer.location).text
        (one,) = stickers(session)
        assert (one.area_code, one.where, one.seen) == (VILLAGE, WHERE, said["seen"])
        assert [row.owner for row in photos(session)] == [queries.sticker_owner(one.id)]

    @pytest.mark.parametrize("village", ["", "330106001999", GRID, "<b>", "9" * 300])
    def test_a_village_nobody_knows_is_the_districts(
        self, client: FlaskClient, session: Session, village: str
    ) -> None:
        client.post(PAGE, data={"where": WHERE, "village": village})

        assert [one.area_code for one in stickers(session)] == [DISTRICT]

    def test_the_same_said_again_is_one_and_keeps_few_pictures(
        self, client: FlaskClient, session: Session
    ) -> None:
        for width in (300, 300, 310, 320, 330):
            shot = (io.BytesIO(picture(width=width)), "1.jpg")
            client.post(PAGE, data={"where": WHERE, "village": VILLAGE, "photo": shot})

        assert [one.times for one in stickers(session)] == [5]
        assert len(photos(session)) == 3

    @pytest.mark.parametrize(
        "typed",
        [
            {},
            {"where": " \u3000"},
            {"where": "\u200b\u3164"},
            {"where": "\0\0"},
            {"where": "长" * 81},
            {"where": WHERE, "seen": "网" * 201},
            {"where": WHERE, "seen": "看图", "photo": (io.BytesIO(b"<html>"), "1.jpg")},
            {"where": WHERE, "photo": (io.BytesIO(b"\0" * 64), "../../1.jpg")},
        ],
    )
    def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(
        self, client: FlaskClient, session: Session, typed: dict[str, object]
    ) -> None:
        answer = client.post(PAGE, data=dict(typed))

        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        for name in typed.keys() & {"where", "seen"}:
            assert str(typed[name]).strip() in answer.text
        assert (stickers(session), photos(session)) == ([], [])

    def test_what_no_database_takes_is_left_out(
        self, client: FlaskClient, session: Session
    ) -> None:
        half = f"\0{WHERE}\ud83d".encode("utf-8", "surrogatepass")

        answer = client.post(PAGE, data={"where": half, "seen": "\0"})

        assert answer.status_code == 303
        assert [one.seen for one in stickers(session)] == [""]

    def test_it_is_limited_by_address_and_what_was_typed_stays(
        self, client: FlaskClient, session: Session
    ) -> None:
        for _ in range(60):
            client.post(PAGE, data={"where": WHERE})

        answer = client.post(PAGE, data={"where": WHERE, "seen": "evil.example"})

        assert answer.status_code == 429
        assert "evil.example" in answer.text
        assert [one.times for one in stickers(session)] == [60]


class TestSettling:
    def test_the_village_reads_its_own_and_settles_it(
        self, client: FlaskClient, session: Session, sign_in: SignIn
    ) -> None:
        spoken_of(seen="<b>领鸡蛋</b>")
        spoken_of(NEXT_VILLAGE, "邻村桥头")
        mine, other = stickers(session)
        sign_in(make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE))

        page = client.get(LIST).text
        covered = client.get(f"{LIST}?only=covered").text
        gone = [post(client, f"{OFF}/{one.id}/gone") for one in (mine, mine, other)]

        assert WHERE in page
        assert "邻村桥头" not in page
        assert "&lt;b&gt;领鸡蛋" in page
        assert WHERE not in covered
        assert [one.status_code for one in gone] == [303, 303, 404]
        assert [one.settled_at is None for one in stickers(session)] == [False, True]
        assert WHERE not in client.get(LIST).text

    @pytest.mark.parametrize(
        ("role", "area", "reads", "settles"),
        [
            (Role.TOWN_ADMIN, TOWN, True, True),
            (Role.DISTRICT_CMD, DISTRICT, True, True),
            (Role.GRID_FULL, GRID, False, False),
            (Role.AUDITOR, DISTRICT, False, False),
        ],
    )
    def test_who_else_may(
        self,
        client: FlaskClient,
        session: Session,
        sign_in: SignIn,
        role: Role,
        area: str,
        reads: bool,  # noqa: FBT001 - a case
        settles: bool,  # noqa: FBT001 - a case
    ) -> None:
        spoken_of()
        (one,) = stickers(session)
        sign_in(make_staff(session, role, area=area))

        page = client.get(LIST)
        answer = post(client, f"{OFF}/{one.id}/gone")

        assert (WHERE in page.text) == reads
        assert (answer.status_code == 303) == settles

    def test_its_picture_is_for_its_own_staff_only(
        self, client: FlaskClient, session: Session, sign_in: SignIn
    ) -> None:
        client.post(
            PAGE,
            data={
                "where": WHERE,
                "village": VILLAGE,
                "photo": (io.BytesIO(picture()), "1.jpg"),
            },
        )
        spoken_of(where="别处")
        deliver_all(session)
        (shot,), (one, bare) = photos(session), stickers(session)
        url, wrong = (f"{OFF}/{its}/photo/{shot.id}" for its in (one.id, bare.id))
        stranger = client.get(url).status_code
        sign_in(make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE))
        page, mine, others = client.get(LIST).text, client.get(url), client.get(wrong)
        sign_in(make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE))

        assert url in page
        assert str(mine.mimetype).startswith("image/")
        assert (others.status_code, client.get(url).status_code) == (404, 404)
        away = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
        assert list(queries.look_alikes(session, by=away)) == []
        with pytest.raises(NoSuchSticker):
            queries.sticker_photo(session, one.id, shot.id, by=away)
        assert stranger in {302, 303, 401, 403}

    def test_many_are_read_page_by_page(
        self, client: FlaskClient, session: Session, sign_in: SignIn
    ) -> None:
        for at in range(51):
            spoken_of(where=f"第{at:02}处")
        first = stickers(session)[49].id
        sign_in(make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE))

        page = client.get(LIST).text
        rest = client.get(f"{LIST}?stickers={first}").text

        assert f"stickers={first}" in page
        assert "第50处" not in page
        assert "第50处" in rest
        assert "第49处" not in rest

    def test_it_is_forgotten_with_its_pictures_a_year_after(
        self, client: FlaskClient, session: Session, clock: FixedClock
    ) -> None:
        by = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        session.commit()
        for where in (WHERE, "还在的"):
            with transaction() as work:
                service.say_look_alike(work, VILLAGE, where=where, photo=picture())
        with transaction() as work:
            service.take_off(work, stickers(session)[0].id, by=by)
        clock.advance(days=364)
        with transaction() as work:
            assert service.forget_troubles(work) == 0
        clock.advance(days=2)

        with transaction() as work:
            assert service.troubles_due(work) == 1
            assert service.forget_troubles(work) == 1

        assert [one.where for one in stickers(session)] == ["还在的"]
        assert len(photos(session)) == 1
