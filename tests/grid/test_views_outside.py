"""Links for outside units: the staff's side and the unit's, and everybody who tries the door."""

import io

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid import service
from grid.models import Case, CaseFile, FileKind, LinkDevice, Outside, Step, UnitWord
from grid.rules import Move, Privacy, State
from grid.service import Values, move
from kernel.access import Actor
from kernel.grants import Role
from kernel.media import Attachment
from kernel.work import transaction
from people.models import Area
from tests.english import left_over
from tests.factories import GRID, NEXT_TOWN, NEXT_VILLAGE, TOWN, make_staff
from tests.fakes import FixedClock
from tests.grid.factories import make_case
from tests.grid.given import ASKED, give, say, stranger
from tests.grid.pages import Desk, photo, plain, url, value
from tests.grid.test_views_english import PHRASES


@pytest.fixture
def case(session: Session, worker: Actor) -> Case:
    return make_case(session, state=State.HANDLING, owner_id=worker.id, category="0103")


class TestLink:
    def test_a_unit_opens_it_and_answers(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        path = give(desk, case)
        unit = stranger(desk)

        page = unit.get(path)
        said = [
            say(unit, path, "received"),
            say(unit, path, "received"),  # a double tap
            say(unit, path, "coming", "明早八点"),
            say(unit, path, "done", "接好了"),
        ]

        assert page.status_code == 200
        assert "电线垂下来了" in page.text
        assert "村东头" in page.text
        assert said == [303] * 4
        assert session.scalar(select(func.count(UnitWord.id))) == 3
        shown = plain(desk.read(url(case)))
        assert "明早八点" in shown
        assert "1 台手机或电脑打开过" in shown
        session.refresh(case)
        assert (case.state, case.owner_id) == (State.HANDLING, worker.id)

    def test_it_shows_nothing_about_who_reported(
        self, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        path = give(desk, case)

        answer = stranger(desk).get(path)

        for secret in ("张三", "13800138000", "纸箱", case.number, "幸福路"):
            assert secret not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]

    def test_the_link_is_shown_once_with_a_code_to_scan(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        page = desk.read(url(case, "outside"))
        fields = {"key": value(page, "key"), **ASKED}

        first = desk.post(url(case, "outside"), **fields)
        again = desk.post(url(case, "outside"), **fields)

        assert "data:image/svg+xml;base64," in first.text
        assert again.status_code == 409
        assert session.scalar(select(func.count(Outside.id))) == 1
        assert "/u/" not in desk.read(url(case))

    def test_a_forwarded_link_opens_and_is_counted(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        path = give(desk, case)

        for _ in range(3):
            phone = stranger(desk)
            assert phone.get(path).status_code == 200
            assert phone.get(path).status_code == 200  # the same phone counts once

        assert session.scalar(select(func.count(LinkDevice.id))) == 3
        assert "3 台手机或电脑打开过" in plain(desk.read("/staff/outside"))

    def test_guesses_find_nothing_and_soon_get_no_answer(self, desk: Desk, case: Case) -> None:
        guesser = stranger(desk)

        codes = [guesser.get(f"/u/guess{number}").status_code for number in range(32)]

        assert codes[:30] == [404] * 30
        assert codes[-1] == 429

    @pytest.mark.parametrize(
        "secret", ["x", "%00", "é", "a" * 5000, "'; DROP TABLE grid_case; --", "..%2f"]
    )
    def test_odd_secrets_are_no_fault(self, desk: Desk, secret: str) -> None:
        assert stranger(desk).get(f"/u/{secret}").status_code == 404
        assert stranger(desk).post(f"/u/{secret}").status_code == 404

    def test_expired_it_names_the_towns_phone(
        self, session: Session, desk: Desk, worker: Actor, case: Case, clock: FixedClock
    ) -> None:
        session.get_one(Area, TOWN).desk_phone = "0571-87654321"
        desk.sits(worker)
        path = give(desk, case)
        clock.advance(days=7)

        page = stranger(desk).get(path)

        assert page.status_code == 410
        assert "0571-87654321" in page.text
        assert "电线" not in page.text
        assert say(stranger(desk), path, "done", "好了") == 410
        assert session.scalar(select(func.count(UnitWord.id))) == 0

    def test_switched_off_it_opens_nothing(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        path = give(desk, case)
        row = session.scalars(select(Outside)).one()

        answer = desk.post(f"/staff/outside/{row.id}/revoke")

        assert answer.status_code == 303
        assert stranger(desk).get(path).status_code == 410

    @pytest.mark.parametrize("fate", ["merged", "police", "rejected"])
    def test_it_dies_when_the_case_goes_elsewhere(
        self, session: Session, desk: Desk, worker: Actor, case: Case, fate: str
    ) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_staff(session, Role.DEPT_HANDLER, area=TOWN, department="police_station")
        main = make_case(session)
        desk.sits(worker)
        path = give(desk, case)
        with transaction() as work:
            if fate == "police":
                service.classify(work, case.id, by=worker, category="0601")
            else:
                chosen = Move.MERGE if fate == "merged" else Move.REJECT
                values = Values(reason="同一件", main_case=main.id, responsible_channel="供电")
                move(work, case.id, chosen, by=town, expected=case.state, values=values)

        assert stranger(desk).get(path).status_code == 410
        assert say(stranger(desk), path, "received") == 410

    @pytest.mark.parametrize(
        ("said", "words", "status"),
        [("coming", "", 422), ("done", " ", 422), ("x", "来", 422), ("done", "好" * 501, 422)],
    )
    def test_what_is_missing_is_asked_for_and_what_was_typed_stays(
        self,
        session: Session,
        desk: Desk,
        worker: Actor,
        case: Case,
        said: str,
        words: str,
        status: int,
    ) -> None:
        desk.sits(worker)
        path = give(desk, case)

        assert say(stranger(desk), path, said, words) == status
        assert session.scalar(select(func.count(UnitWord.id))) == 0

    def test_it_is_not_answered_from_another_site(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        path = give(desk, case)

        answer = stranger(desk).post(
            path, data={"said": "received"}, headers={"Origin": "https://evil.example"}
        )

        assert answer.status_code == 403
        assert session.scalar(select(func.count(UnitWord.id))) == 0

    def test_a_picture_comes_along_and_hangs_on_the_step(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        path = give(desk, case)
        data = {"said": "done", "words": "接好了", "key": "k", "photos": photo()}

        answer = stranger(desk).post(path, data=data, content_type="multipart/form-data")

        assert answer.status_code == 303
        file = session.scalars(select(CaseFile).where(CaseFile.case_id == case.id)).one()
        step = session.scalars(select(Step).order_by(Step.id.desc())).first()
        assert step is not None
        assert (file.kind, file.step_number) == (FileKind.HANDLING, step.number)

    def test_no_picture_is_no_picture(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        path = give(desk, case)
        bad = {"photos": (io.BytesIO(b"<script>"), "a.jpg")}
        data = {"said": "done", "words": "接好了", "key": "k", **bad}

        answer = stranger(desk).post(path, data=data, content_type="multipart/form-data")

        assert answer.status_code in {400, 422}
        assert "接好了" in answer.text
        assert session.scalar(select(func.count(UnitWord.id))) == 0

    def test_only_ticked_pictures_are_handed_out(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        desk.post(url(case, "note"), note="现场", photos=photo(), key="n")
        picture = session.scalars(select(Attachment)).one()
        picture.state = picture.state.__class__("ready")
        path = give(desk, case)

        assert stranger(desk).get(f"{path}/photo/{picture.id}").status_code == 404
        ticked = give(desk, case, photos=str(picture.id))
        assert f"{ticked}/photo/{picture.id}" in stranger(desk).get(ticked).text
        assert stranger(desk).get(f"{ticked}/photo/999999").status_code == 404
        case.privacy = Privacy.SENSITIVE
        session.commit()
        assert "/photo/" not in stranger(desk).get(ticked).text
        assert stranger(desk).get(f"{ticked}/photo/{picture.id}").status_code == 404
        with_more = desk.post(url(case, "outside"), key="z", **ASKED, photos=str(picture.id))
        assert with_more.status_code == 422


class TestStaff:
    @pytest.mark.parametrize(
        ("role", "area", "status"),
        [
            (Role.GRID_FULL, GRID, 403),
            (Role.GRID_FULL, NEXT_VILLAGE, 404),
            (Role.TOWN_ADMIN, NEXT_TOWN, 404),
            (Role.AUDITOR, TOWN, 403),
            (Role.TOWN_ADMIN, TOWN, 200),
        ],
    )
    def test_who_gives_a_case_away(
        self, session: Session, desk: Desk, case: Case, role: Role, area: str, status: int
    ) -> None:
        desk.sits(make_staff(session, role, area=area))

        for page in ("outside", "unit-call"):
            assert desk.get(url(case, page)).status_code == status

    @pytest.mark.parametrize(("category", "begun"), [("0103", True), (None, False)])
    def test_what_a_unit_is_asked_begins_with_the_kind_of_thing_if_it_is_known(
        self, session: Session, desk: Desk, worker: Actor, category: str | None, *, begun: bool
    ) -> None:
        known = {"state": State.HANDLING, "owner_id": worker.id, "category": category}
        case = make_case(session, **known)
        desk.sits(worker)

        for page in ("outside", "unit-call"):
            _, _, asked = desk.read(url(case, page)).partition('name="what"')
            assert bool(asked.partition(">")[2].partition("</textarea>")[0].strip()) is begun

    def test_a_call_is_noted(self, session: Session, desk: Desk, worker: Actor, case: Case) -> None:
        desk.sits(worker)
        page = desk.read(url(case, "unit-call"))
        fields = {"key": value(page, "key"), "unit": "power", "what": "电线垂下来了"}

        half = desk.post(url(case, "unit-call"), **fields, said="coming", words="")
        whole = desk.post(
            url(case, "unit-call"), **fields, said="coming", words="明天来", name="95598"
        )

        assert "95598" in page
        assert (half.status_code, whole.status_code) == (422, 303)
        assert "明天来" in desk.read(url(case))
        assert "明天来" in desk.read("/staff/outside")

    def test_what_lies_with_units_is_the_towns_to_see(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        give(desk, case)

        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        assert "溪城供电所" in desk.read("/staff/outside")
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN))
        assert "溪城供电所" not in desk.read("/staff/outside")

    def test_the_reporters_name_is_sent_back(self, desk: Desk, worker: Actor, case: Case) -> None:
        desk.sits(worker)

        answer = desk.post(url(case, "outside"), key="k", **{**ASKED, "what": "找张三"})

        assert answer.status_code == 422
        assert "找张三" in answer.text

    def test_a_plain_case_asks_nothing_more_of_the_database(
        self, session: Session, desk: Desk, worker: Actor, case: Case, statements: list[str]
    ) -> None:
        desk.sits(worker)
        path = url(case)
        session.commit()
        statements.clear()

        desk.read(path)

        assert len(statements) <= 9, statements

    def test_the_number_to_ring_stands_on_the_page(
        self, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)

        assert 'href="tel:95598"' in desk.read(url(case))

    def test_pages_in_english(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        path = give(desk, case)
        unit = stranger(desk)
        say(unit, path, "coming", "明天来")
        names = ("楼道里堆满了纸箱", "电线垂下来了", "村东头", "溪城供电所", "明天来", "张三")
        steps = ("给了溪城供电所一个限时链接：", "溪城供电所（链接）：说了什么时候来。")

        shown = [desk.read(f"{url(case, page)}?lang=en") for page in ("", "outside", "unit-call")]
        shown += [desk.read(f"{url(case, 'external')}?lang=en"), unit.get(f"{path}?lang=en").text]
        shown += [unit.get("/u/none?lang=en").text, desk.read("/staff/outside?lang=en")]

        for page in shown:
            rest = left_over(
                page, session, *names, *steps, *PHRASES, "12345 热线", "省平台（四平台）", "。"
            )
            assert rest == []
