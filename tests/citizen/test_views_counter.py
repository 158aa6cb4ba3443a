"""The counter's pages: three lines, said back, taken; read aloud, printed, looked up."""

import io
import re
from collections.abc import Callable, Mapping
from html import unescape
from types import MappingProxyType

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizen import service
from citizen.models import Rating, Report, SaidFor, TakenDown
from citizen.rules import Channel, printed
from grid.models import Case
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.work import parts, transaction
from people.models import Area, Person
from qr import service as qr
from qr.rules import CodeKind, artwork
from tests.citizen.factories import PHONE, close, deliver_all, make_case, make_report, to_verify
from tests.english import left_over
from tests.factories import GRID, NEXT_TOWN, NEXT_VILLAGE, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import FixedClock

COUNTER = "/staff/counter"
SignIn = Callable[[Actor], None]
WORDS = "路灯不亮，晚上看不见路"


class Desk:
    """A browser; who is signed in sends the token that their pages carry."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, data: Mapping[str, str] = MappingProxyType({})) -> TestResponse:
        token = re.search(r'name="csrf_token" value="([^"]*)"', self.get("/staff/account").text)
        return self.client.post(path, data={**data, **({"csrf_token": token[1]} if token else {})})


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


def form(**more: str) -> dict[str, str]:
    plain = {
        "submission_key": "key",
        "place": "10 01",
        "area": VILLAGE,
        "words": WORDS,
        "caller": "张奶奶 138 1234 5678",
        "channel": "phone",
    }
    return {**plain, **more}


def send(desk: Desk, **more: str) -> TestResponse:
    return desk.post(COUNTER, data=form(**{"step": "send", **more}))


def take(desk: Desk, session: Session, **more: str) -> Report:
    """Take one down and let it reach the grid."""
    answer = send(desk, **more)
    assert answer.status_code == 303, answer.text
    deliver_all(session)
    number = answer.location.rpartition("/")[2].replace("-", "")
    return session.scalars(select(Report).where(Report.number == number)).one()


def count(session: Session, table: type[Report] | type[SaidFor] | type[Rating]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def page_of(report: Report, part: str = "") -> str:
    return f"{COUNTER}/{printed(report.number)}{part}"


class TestTakingDown:
    def test_the_form_starts_with_the_helpers_own_places(self, desk: Desk, clerk: Actor) -> None:
        page = desk.get(COUNTER).text

        own = page.index(f'value="{VILLAGE}"')
        assert own < page.index(f'value="{NEXT_VILLAGE}"')
        assert "我这里" in page
        assert "别处，会转给那里" in page
        assert re.search(r'<input[^>]*id="place"[^>]*autofocus', page)

    def test_enter_says_it_back_and_writes_nothing(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        page = desk.post(COUNTER, data=form(step="look")).text

        for shown in ("桥头", WORDS, "张奶奶", "138 1234 5678", "您同意吗", "来电", "李师傅"):
            assert shown in page, shown
        assert count(session, Report) == 0
        first = re.findall(r'<button[^>]*name="step" value="(\w+)"', page)[0]
        assert first == "send"

    def test_a_form_sent_with_no_step_is_said_back_too(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        assert desk.post(COUNTER, data=form()).status_code == 200
        assert count(session, Report) == 0

    def test_the_page_that_says_it_back_carries_all_of_it(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        odd = '两行\n第二行 "引号" <b> 😀'
        page = desk.post(COUNTER, data=form(step="look", words=odd, danger="yes")).text
        kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        data = {name: unescape(value) for name, value in kept.items()}

        answer = desk.post(COUNTER, data={**data, "step": "send"})

        assert answer.status_code == 303
        report = session.scalars(select(Report)).one()
        assert (report.words, report.danger, report.place_name) == (odd, True, "桥头")

    def test_change_something_gives_everything_back(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        page = desk.post(COUNTER, data=form(step="edit", tile="broken", danger="no")).text

        for kept in ('value="10 01"', WORDS, "张奶奶 138 1234 5678", 'value="key"'):
            assert kept in page
        assert re.search(r'value="broken" selected', page)
        assert count(session, Report) == 0

    def test_taken_is_read_aloud(self, desk: Desk, session: Session, clerk: Actor) -> None:
        report = take(desk, session, tile="broken")

        page = desk.get(page_of(report)).text

        assert printed(report.number) in re.sub(r"</?span[^>]*>", "", page)
        assert " ".join(report.number[:4]) in page
        assert "前接单" in page
        assert "前办好" in page
        assert "李师傅" in page
        name = session.get_one(Person, clerk.id).public_name
        assert f"由区域001{name}代您报的" in page
        assert "138****5678" in page
        assert PHONE not in page
        assert WORDS not in page

    def test_the_receipt_and_the_staff_say_who_helped(
        self, desk: Desk, session: Session, clerk: Actor, sign_in: SignIn
    ) -> None:
        report = take(desk, session)
        name = session.get_one(Person, clerk.id).public_name
        secret = service.secret_of(report.number)

        receipt = desk.get(f"/r/{report.number}?k={secret}").text
        sign_in(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        case = desk.get(f"/staff/case/{report.number}").text

        assert f"由区域001{name}代您报的" in receipt
        assert WORDS in receipt
        assert "代居民上报（来电）" in case
        assert name in case

    def test_the_clerks_own_browser_does_not_become_the_callers_phone(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        report = take(desk, session)

        page = desk.get(f"/r/{report.number}").text

        assert WORDS not in page
        assert "催一催" not in page

    def test_the_same_form_twice_is_the_same_receipt(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        first, second = send(desk), send(desk)

        assert first.location == second.location
        assert count(session, Report) == 1

    def test_who_does_not_want_to_be_written_down_is_not(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        report = take(desk, session, step="bare", caller="13812345 乱写")

        assert report.phone_index is None
        case = session.get_one(Case, report.case_id)
        assert (case.caller_phone, case.caller_name) == (None, None)
        page = desk.get(page_of(report)).text
        assert "没留电话" in page
        assert "打电话给您" not in page

    def test_words_for_a_place_go_to_the_chosen_village(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        report = take(desk, session, place="卫生室 对面", caller="")

        assert (report.area_code, report.place_name) == (VILLAGE, "卫生室 对面")

    def test_another_village_is_taken_and_said_to_be_elsewhere(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        said = desk.post(COUNTER, data=form(step="look", place="桥西", area=NEXT_VILLAGE)).text

        report = take(desk, session, place="桥西", area=NEXT_VILLAGE)

        assert "这里不归您管" in said
        assert report.area_code == NEXT_VILLAGE
        assert session.get_one(TakenDown, report.id).outside

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"place": ""}, "请写点位号，或者写在哪里"),
            ({"place": "9999"}, "没有 9999 号点位"),
            ({"place": "桥" * 61}, "最多写 60 个字"),
            ({"area": ""}, "请选是哪个村"),
            ({"area": "330106999999"}, "请选是哪个村"),
            ({"area": "'; DROP TABLE"}, "请选是哪个村"),
            ({"words": ""}, "请写一句是什么事"),
            ({"words": "  \n "}, "请写一句是什么事"),
            ({"words": "灯" * 2001}, "最多写 2000 个字"),
            ({"caller": "张奶奶 138123"}, "号码对不上"),
            ({"caller": "长" * 21}, "称呼最多 20 个字"),
        ],
    )
    @pytest.mark.parametrize("step", ["look", "send"])
    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self,
        desk: Desk,
        session: Session,
        clerk: Actor,
        wrong: dict[str, str],
        said: str,
        step: str,
    ) -> None:
        sent = form(step=step, **{"caller": "王大爷", **wrong})

        answer = desk.post(COUNTER, data=sent)

        assert answer.status_code == 422
        assert said in answer.text
        for name in ("words", "caller", "place"):
            assert sent[name].strip() in unescape(answer.text)
        assert count(session, Report) == 0

    def test_ten_megabytes_are_refused_in_words(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        answer = send(desk, words="灯" * 3_500_000)

        assert answer.status_code == 413
        assert "太大" in answer.text
        assert count(session, Report) == 0

    @pytest.mark.parametrize(
        "odd",
        [
            {"tile": "nonsense"},
            {"danger": "perhaps"},
            {"channel": "pigeon"},
            {"submission_key": "x" * 5000},
            {"submission_key": ""},
            {"step": "send", "words": "\x00灯\u202e不亮\ud83d"},
        ],
    )
    def test_what_nobody_sends_is_taken_for_what_it_is_worth(
        self, desk: Desk, session: Session, clerk: Actor, odd: dict[str, str]
    ) -> None:
        data = {**form(step="send"), **odd}
        data = {name: value.encode("utf-8", "replace").decode() for name, value in data.items()}

        answer = desk.post(COUNTER, data=data)

        assert answer.status_code == 303
        report = session.scalars(select(Report)).one()
        assert report.tile is None
        assert session.get_one(TakenDown, report.id).channel is Channel.PHONE

    def test_ones_own_number_is_refused_and_nothing_typed_is_lost(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        session.get_one(Person, clerk.id).work_phone = PHONE
        session.commit()

        answer = send(desk)

        assert answer.status_code == 400
        assert "巡查" in answer.text
        assert WORDS in answer.text

    def test_the_next_one_starts_as_the_last_one_came(
        self, desk: Desk, session: Session, clerk: Actor
    ) -> None:
        take(desk, session, channel="counter")

        page = desk.get(COUNTER).text

        assert re.search(r'value="counter" checked', page)

    @pytest.mark.parametrize(
        ("role", "area", "status"),
        [
            (Role.GRID_FULL, GRID, 200),
            (Role.GRID_PART, f"{GRID}01", 200),
            (Role.GRID_LEADER, VILLAGE, 200),
            (Role.VILLAGE_ADMIN, VILLAGE, 200),
            (Role.TOWN_ADMIN, TOWN, 200),
            (Role.POLICE_AUX, TOWN, 403),
            (Role.DISTRICT_CMD, TOWN[:6], 403),
            (Role.AUDITOR, TOWN[:6], 403),
            (Role.SYSADMIN, TOWN[:6], 403),
        ],
    )
    def test_who_may_come_in(
        self,
        desk: Desk,
        session: Session,
        clerk: Actor,
        sign_in: SignIn,
        role: Role,
        area: str,
        status: int,
    ) -> None:
        report = take(desk, session)
        sign_in(make_staff(session, role, area=area))

        for path in (COUNTER, page_of(report), page_of(report, "/slip"), f"{COUNTER}/spot"):
            assert desk.get(path).status_code == status, path
        if status == 403:
            assert send(desk).status_code == status
            assert desk.post(f"{COUNTER}/find", data={"q": PHONE}).status_code == status
            assert desk.post(page_of(report, "/urge")).status_code == status

    def test_a_stranger_is_asked_to_sign_in(self, desk: Desk) -> None:
        assert desk.get(COUNTER).status_code == 303
        assert desk.post(COUNTER, data=form()).status_code == 401

    def test_the_page_takes_few_statements_however_much_was_taken_down(
        self, desk: Desk, session: Session, clerk: Actor, statements: list[str]
    ) -> None:
        desk.get(COUNTER)
        statements.clear()
        desk.get(COUNTER)
        few = len(statements)
        for key in "abc":
            take(desk, session, submission_key=key)
        statements.clear()

        desk.get(COUNTER)

        assert len(statements) == few <= 12, statements


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
