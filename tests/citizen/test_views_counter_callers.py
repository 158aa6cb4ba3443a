import io
import re

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizen import service
from citizen.models import Rating, Report, SaidFor
from citizen.rules import printed
from grid.models import Case
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import parts, transaction
from people.models import Area
from qr import service as qr
from qr.rules import CodeKind, artwork
from tests.citizen.counter import COUNTER, WORDS, Desk, SignIn, count, form, page_of, take
from tests.citizen.factories import PHONE, close, make_case, make_report, to_verify
from tests.english import left_over
from tests.factories import GRID, NEXT_TOWN, NEXT_VILLAGE, VILLAGE, make_area, make_staff
from tests.fakes import FixedClock


@pytest.fixture
def desk(client: FlaskClient) -> Desk:
    return Desk(client)


@pytest.fixture
def clerk(session: Session, sign_in: SignIn) -> Actor:
    """A village clerk at the telephone; the village has a code at a bridge, number 1001."""
    make_area(session, GRID)
    make_area(session, NEXT_VILLAGE)
    make_staff(session, Role.GRID_LEADER, area=GRID)
    clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    with transaction() as work:
        qr.issue(work, kind=CodeKind.SPOT, area_code=GRID, place_name="桥头", by=None)
    sign_in(clerk)
    return clerk


class TestTheNumberWhileItIsTyped:
    def test_names_the_place(self, desk: Desk, clerk: Actor) -> None:
        found = desk.get(f"{COUNTER}/spot?number=一零零一&area={VILLAGE}").json

        assert found == {"known": True, "name": "区域001 · 区域001 · 桥头"}

    @pytest.mark.parametrize("query", ["", "?number=9999", "?number=%00&area=%00", "?number=桥头"])
    def test_names_none_that_is_not_there(self, desk: Desk, clerk: Actor, query: str) -> None:
        answer = desk.get(f"{COUNTER}/spot{query}")

        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["known"] is False


def test_from_every_page_of_the_counter_another_one_can_be_looked_up(
    desk: Desk, clerk: Actor, session: Session
) -> None:
    elsewhere = take(desk, session, place="桥头", area=NEXT_VILLAGE)
    number = printed(elsewhere.number)

    pages = [desk.get(COUNTER), desk.get(page_of(elsewhere))]
    pages.append(desk.post(f"{COUNTER}/find", {"q": PHONE}))
    by_number = desk.post(f"{COUNTER}/find", {"q": number})

    assert all(f'action="{COUNTER}/find"' in page.text for page in pages)
    assert page_of(elsewhere) in pages[2].text
    assert (by_number.status_code, by_number.location) == (303, page_of(elsewhere))


class TestTheSlip:
    def code(self, page: str) -> str:
        """Return the one picture of a code that is drawn on a page."""
        (found,) = re.findall(r'<svg shape-rendering="crispEdges".*?</svg>', page, re.DOTALL)
        return str(found)

    def drawn(self, link: str) -> str:
        return self.code(artwork.svg(link, artwork.choose_look(link)))

    def test_whoever_has_just_taken_it_down_prints_the_link_that_opens_all(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        report = take(desk, session)
        path = f"/r/{printed(report.number)}?k={service.secret_of(report.number)}"

        page = desk.get(page_of(report, "/slip")).text

        link = parts().settings.public_url + path
        assert self.code(page) == self.drawn(link)
        picture = artwork.png(link, artwork.choose_look(link))
        (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        assert read.text == link
        assert WORDS in desk.get(path).text
        for shown in ("2026-03-02 20:00", "桥头", "前接单", "12345", "代您报的"):
            assert shown in page, shown
        for hidden in (WORDS, PHONE, "5678", "张奶奶", "今天"):
            assert hidden not in page, hidden

    def test_anybody_else_and_later_the_state_alone(
        self,
        desk: Desk,
        session: Session,
        clerk: Actor,
        sign_in: SignIn,
        clock: FixedClock,
    ) -> None:
        report = take(desk, session)
        plain = self.drawn(f"{parts().settings.public_url}/r/{printed(report.number)}")
        clock.advance(hours=13)
        with desk.client.session_transaction() as cookie:
            cookie.clear()  # an idle session ends by itself
        sign_in(clerk)

        assert self.code(desk.get(page_of(report, "/slip")).text) == plain
        clock.advance(hours=-13)
        sign_in(make_staff(session, Role.VILLAGE_ADMIN))
        assert self.code(desk.get(page_of(report, "/slip")).text) == plain


class TestLookingUp:
    def test_by_the_receipts_number_however_it_is_said(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        report = make_case(session)
        session.commit()
        typed = f"{report.number[:4]} {report.number[4:8].lower()}-{report.number[8:]}"

        answer = desk.post(f"{COUNTER}/find", data={"q": typed})

        assert answer.location.endswith(page_of(report))
        assert session.scalars(select(AuditLine).where(AuditLine.action == "receipt.find")).one()

    def test_by_the_callers_number_only_what_lies_here(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        near = make_case(session, phone=PHONE)
        far = make_report(session, f"{NEXT_TOWN}001001", phone=PHONE)
        session.commit()

        answer = desk.post(f"{COUNTER}/find", data={"q": "138-1234-5678"})

        assert answer.status_code == 200
        assert printed(near.number) in answer.text
        assert printed(far.number) not in answer.text
        for hidden in (PHONE, "东门的路灯不亮"):
            assert hidden not in answer.text

    def test_nothing_found_says_what_to_ask(self, desk: Desk, clerk: Actor) -> None:
        page = desk.post(f"{COUNTER}/find", data={"q": PHONE}).text

        assert "请问回执号" in page

    @pytest.mark.parametrize("typed", ["", "灯", "7K3M-9QTX-42HS", "1" * 5000, "\x00", "😀"])
    def test_nonsense_is_answered_in_words(self, desk: Desk, clerk: Actor, typed: str) -> None:
        answer = desk.post(f"{COUNTER}/find", data={"q": typed})

        assert answer.status_code == 422
        assert 'id="e-q"' in answer.text

    def test_numbers_are_not_guessed(self, desk: Desk, session: Session, clerk: Actor) -> None:
        answers = [
            desk.post(f"{COUNTER}/find", data={"q": f"1391234{tail:04}"}).status_code
            for tail in range(32)
        ]

        assert answers[0] == 200
        assert answers[-1] == 429

    def test_a_receipt_nobody_has_is_not_found(self, desk: Desk, clerk: Actor) -> None:
        for path in ("/NONE", "/NONE/slip", "/%00"):
            assert desk.get(f"{COUNTER}{path}").status_code == 404


class TestSayingFor:
    def test_an_addition_and_an_urge_arrive(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        report = take(desk, session)

        added = desk.post(page_of(report, "/add"), data={"key": "1", "words": "又灭了"})
        urged = desk.post(page_of(report, "/urge"), data={"key": "2"})

        assert (added.status_code, urged.status_code) == (303, 303)
        assert "催过了" in desk.get(urged.location).text
        case = desk.get(f"/r/{report.number}?k={service.secret_of(report.number)}").text
        assert "又灭了（来电说的，" in case
        again = desk.post(page_of(report, "/urge"), data={"key": "3"})
        assert again.status_code == 409
        assert "今天已经催过了" in again.text

    def test_a_helper_cannot_rate_on_the_receipt_but_writes_down_what_the_caller_says(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        report = take(desk, session)
        close(session, report.case_id)
        session.commit()
        answers = {"solved": "solved", "satisfied": "satisfied"}
        secret = service.secret_of(report.number)

        refused = desk.post(f"/r/{report.number}/rate?k={secret}", data=answers)

        assert refused.status_code == 403
        assert count(session, Rating) == 0
        half = desk.post(page_of(report, "/rate"), data={"solved": "solved", "words": "来得快"})
        assert half.status_code == 422
        assert "来得快" in half.text
        written = desk.post(page_of(report, "/rate"), data={**answers, "key": "1"})
        assert written.status_code == 303
        assert count(session, Rating) == 1

    @pytest.mark.parametrize("verb", ["rate", "reopen", "confirm"])
    def test_a_helper_with_the_secret_judges_nothing(
        self, desk: Desk, session: Session, clerk: Actor, verb: str
    ) -> None:
        report = take(desk, session)
        (to_verify if verb == "confirm" else close)(session, report.case_id)
        session.commit()
        before = session.get_one(Case, report.case_id).state
        data = {"solved": "solved", "satisfied": "satisfied", "reason": "没办好"}

        answer = desk.post(
            f"/r/{report.number}/{verb}?k={service.secret_of(report.number)}", data=data
        )

        assert answer.status_code == 403
        session.expire_all()
        assert session.get_one(Case, report.case_id).state is before

    def test_for_nobody_the_page_offers_no_judgement_and_takes_none(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        report = take(desk, session, caller="")
        close(session, report.case_id)
        session.commit()

        page = desk.get(page_of(report)).text
        answer = desk.post(
            page_of(report, "/rate"), data={"solved": "solved", "satisfied": "satisfied"}
        )

        assert "记下评价" not in page
        assert "记下：要求重办" in page
        assert answer.status_code == 403
        assert count(session, Rating) == 0

    def test_what_is_for_the_police_shows_its_state_and_takes_no_word(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        report = make_case(session, tile="safe", words="有人在门口转")
        session.commit()

        page = desk.get(page_of(report)).text

        assert "来电的人说" not in page
        assert "有人在门口转" not in page
        answer = desk.post(page_of(report, "/add"), data={"words": "又来了"})
        assert answer.status_code == 403

    @pytest.mark.parametrize("wish", ["withdraw", "x", "%00", "slip"])
    def test_other_wishes_are_none(
        self, desk: Desk, session: Session, clerk: Actor, wish: str
    ) -> None:
        report = take(desk, session)

        assert desk.post(page_of(report, f"/{wish}")).status_code in {404, 405}
        assert count(session, SaidFor) == 0

    @pytest.mark.parametrize("words", ["", "   ", "长" * 1001])
    def test_an_addition_needs_words_and_not_too_many(
        self, desk: Desk, session: Session, clerk: Actor, words: str
    ) -> None:
        report = take(desk, session)

        answer = desk.post(page_of(report, "/add"), data={"words": words})

        assert answer.status_code == 422
        assert words.strip() in answer.text
        assert count(session, SaidFor) == 0


class TestInEnglish:
    def test_nothing_but_names_is_left_in_chinese(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        english = {"words": "The lamp is out", "caller": "Granny 13812345678"}
        report = take(desk, session, **english)
        pages = [
            desk.get(f"{COUNTER}?lang=en").text,
            desk.post(COUNTER, data=form(step="look", danger="yes", tile="broken", **english)).text,
            desk.post(COUNTER, data=form(step="look", place="", area=NEXT_VILLAGE)).text,
            desk.post(f"{COUNTER}/find", data={"q": PHONE}).text,
            desk.post(f"{COUNTER}/find", data={"q": "x"}).text,
            desk.get(page_of(report)).text,
            desk.get(page_of(report, "/slip")).text,
            desk.get("/report").text,
        ]
        to_verify(session, report.case_id)
        session.commit()
        pages.append(desk.get(page_of(report)).text)

        for page in pages:
            assert left_over(page, session, "桥头", WORDS, "张奶奶") == []


class TestWithoutACode:
    def test_the_front_page_leads_there(self, desk: Desk) -> None:
        assert 'href="/report"' in desk.get("/").text

    def test_a_spots_number_is_its_place(self, desk: Desk, session: Session, clerk: Actor) -> None:
        desk.get("/report")
        data = {"words": WORDS, "spot": "点位 10 01", "where": "第二根", "at": "elsewhere"}

        answer = desk.post("/report", data={**data, "submission_key": "r"})

        assert answer.status_code == 303
        report = session.scalars(select(Report)).one()
        assert (report.area_code, report.place_name) == (GRID, "桥头 · 第二根")
        assert (report.here, report.taken_down) == (True, False)
        assert report.code_id is not None

    @pytest.mark.parametrize("path", ["/report", "/S/NOSUCHCODE999"])
    def test_a_wrong_number_is_said_and_nothing_is_lost(
        self, desk: Desk, session: Session, clerk: Actor, path: str
    ) -> None:
        answer = desk.post(path, data={"words": WORDS, "spot": "9999", "where": "桥头"})

        assert answer.status_code == 422
        assert "没有这个点位号" in answer.text
        for kept in (WORDS, 'value="9999"', 'value="桥头"'):
            assert kept in answer.text
        assert count(session, Report) == 0

    def test_a_number_that_two_towns_have_asks_for_the_village(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        make_area(session, f"{NEXT_TOWN}001001")
        session.commit()
        with transaction() as work:
            qr.issue(
                work,
                kind=CodeKind.SPOT,
                area_code=f"{NEXT_TOWN}001001",
                place_name="西桥",
                by=None,
            )

        asked = desk.post("/report", data={"words": WORDS, "spot": "1001"})
        told = desk.post("/report", data={"words": WORDS, "spot": "1001", "village": VILLAGE})

        assert asked.status_code == 422
        assert "请选一下是哪个村" in asked.text
        assert told.status_code == 303
        assert session.scalars(select(Report)).one().area_code == GRID

    def test_a_village_alone_will_do(self, desk: Desk, session: Session, clerk: Actor) -> None:
        answer = desk.post(
            "/report", data={"words": WORDS, "village": VILLAGE, "where": "桥", "at": "elsewhere"}
        )

        assert answer.status_code == 303
        assert (
            session.scalars(select(Report)).one().where == "桥"
            or session.scalars(select(Report)).one().here
        )

    def test_before_any_area_is_set_up_it_says_so(self, desk: Desk, session: Session) -> None:
        assert session.scalar(select(func.count()).select_from(Area)) == 0

        answer = desk.post("/report", data={"words": WORDS})

        assert answer.status_code == 503
