"""With English chosen, no word on a resident's page is left in Chinese but names."""

import gzip
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Report
from grid.models import Case
from grid.rules import Level, Move
from grid.service import Values
from kernel import crockford
from kernel.access import Actor
from kernel.grants import Role
from kernel.media import Kind
from kernel.work import transaction
from people.queries import actor_of
from qr import queries as qr_queries
from qr import service as qr
from qr.rules import CodeKind
from tests.citizen.conftest import Disk
from tests.citizen.factories import PHONE, act, close, make_case, make_code, make_report, to_verify
from tests.english import CHINESE, left_over
from tests.factories import TOWN, VILLAGE, make_household, make_staff
from tests.fakes import FixedClock
from tests.kernel.media.samples import picture

MOST_BYTES = 12_288  # of gzip for HTML, CSS and JS together: within the first TCP flight
WORDS = "The lamp at the east gate is broken"
JSON = {"Accept": "application/json"}
KEY = "0123456789abcdef0123456789abcdef"


def url(report: Report, path: str = "") -> str:
    key = service.secret_of(report.number)
    return f"/r/{rules.printed(report.number)}{path}?k={key}&lang=en"


def owner_of(session: Session, report: Report) -> Actor:
    case = session.get_one(Case, report.case_id, populate_existing=True)
    owner = actor_of(session, case.owner_id or 0)
    assert owner is not None
    return owner


class TestForm:
    def test_the_form_is_english(self, client: FlaskClient, session: Session, token: str) -> None:
        code = qr_queries.find(session, token)
        assert code is not None

        for size in ("1", "3"):
            page = client.get(f"/S/{token}?lang=en&fs={size}").text

            assert left_over(page, session, code.check_word) == []
            assert "Is anybody in danger now?" in page
            assert "Grid worker 李师傅" in page

    def test_it_fits_into_the_first_flight(self, client: FlaskClient, token: str) -> None:
        page = client.get(f"/S/{token}?lang=en")

        assert len(gzip.compress(page.data, 9)) <= MOST_BYTES

    def test_the_form_of_an_unknown_code_is_english(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        unknown = crockford.with_check("7K2M9XQ4AB3C")

        assert left_over(client.get(f"/S/{unknown}?lang=en").text, session) == []

    @pytest.mark.parametrize("verb", ["revoke", "replace"])
    def test_an_old_sign_speaks_english(
        self, client: FlaskClient, session: Session, token: str, verb: str
    ) -> None:
        code = qr_queries.find(session, token)
        assert code is not None
        code_id, word = code.id, code.check_word
        session.commit()
        with transaction() as work:
            getattr(qr, verb)(work, code_id, reason="faded", by=None)

        assert left_over(client.get(f"/S/{token}?lang=en").text, session, word) == []

    @pytest.mark.parametrize("kind", [CodeKind.SIGN_IN, CodeKind.DESK])
    def test_other_codes_speak_english(
        self, client: FlaskClient, session: Session, kind: CodeKind
    ) -> None:
        token = make_code(session, kind)

        assert left_over(client.get(f"/S/{token}?lang=en").text, session) == []

    def test_a_household_card_speaks_english(self, client: FlaskClient, session: Session) -> None:
        household = make_household(session)
        number, area = household.id, household.area_code
        session.commit()
        with transaction() as work:
            code = qr.issue(
                work,
                kind=CodeKind.HOUSEHOLD,
                area_code=area,
                more=qr.Particulars(household_id=number),
                by=None,
            )
            token = code.token

        assert left_over(client.get(f"/S/{token}?lang=en").text, session) == []

    @pytest.mark.parametrize(
        "typed",
        [
            {"words": ""},
            {"words": "x" * 2001},
            {"words": WORDS, "phone": "12345"},
            {"words": WORDS, "where": "x" * 81, "at": "elsewhere"},
            {"words": WORDS, "caller_name": "x" * 21},
        ],
    )
    def test_what_is_wrong_is_said_in_english(
        self, client: FlaskClient, session: Session, token: str, typed: dict[str, str]
    ) -> None:
        code = qr_queries.find(session, token)
        assert code is not None
        data = {"submission_key": KEY, **typed}
        path, word = f"/S/{token}?lang=en", code.check_word

        page = client.post(path, data=data)
        answer = client.post(path, data=data, headers=JSON)

        assert page.status_code == answer.status_code == 422
        assert left_over(page.text, session, word) == []
        assert not CHINESE.search(str(answer.json))

    @pytest.mark.parametrize("content", [b"", b"no picture at all", b"\xff\xd8\xff\xe0cut off"])
    def test_a_bad_photo_is_refused_in_english(
        self, client: FlaskClient, session: Session, token: str, disk: Disk, content: bytes
    ) -> None:
        data = {"submission_key": KEY, "words": WORDS, "photos": (BytesIO(content), "1.jpg")}

        answer = client.post(f"/S/{token}?lang=en", data=data, headers=JSON)

        assert not CHINESE.search(str(answer.json))


class TestReceipt:
    def test_on_its_way(self, client: FlaskClient, session: Session) -> None:
        report = make_report(session, words=WORDS, tile="broken", danger=True)
        session.commit()

        page = client.get(url(report)).text

        assert left_over(page, session) == []
        assert "Red · at once" in page

    def test_every_step_to_the_end_and_once_more(
        self, client: FlaskClient, session: Session, disk: Disk
    ) -> None:
        report = make_case(session, words=WORDS, phone=PHONE, caller_name="李阿姨", files=2)
        session.commit()
        with transaction() as work:
            service.keep(work, report.id, picture(), kind=Kind.PICTURE, key="1")
        pages = [client.get(url(report)).text]
        client.post(url(report, "/urge"))
        client.post(url(report, "/add"), data={"words": "It is dark"})
        act(session, report.case_id, Move.ACCEPT, owner_of(session, report), Values())
        pages.append(client.get(url(report)).text)
        act(
            session,
            report.case_id,
            Move.RETURN,
            owner_of(session, report),
            Values(reason="not mine"),
        )
        pages.append(client.get(url(report)).text)

        other, admin = (
            make_staff(session, Role.GRID_LEADER),
            make_staff(session, Role.TOWN_ADMIN, area=TOWN),
        )
        given = Values(owner=other.id, owner_level=Level.GRID_LEADER)
        act(session, report.case_id, Move.ASSIGN, admin, given)
        to_verify(session, report.case_id)
        pages.append(client.get(url(report)).text)
        verifier = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        act(session, report.case_id, Move.SEND_BACK, verifier, Values(reason="not yet"))
        pages.append(client.get(url(report)).text)

        for page in pages:
            assert left_over(page, session) == []
        assert "Grid leader 李师傅" in pages[0]
        assert "A grid worker takes it by today 20:01" in pages[0]

    def test_closed_rated_and_asked_for_again(self, client: FlaskClient, session: Session) -> None:
        report = make_case(session, words=WORDS)
        close(session, report.case_id)
        closed = client.get(url(report)).text
        half = client.post(url(report, "/rate"), data={"solved": "solved"}).text
        client.post(
            url(report, "/rate"), data={"solved": "not_solved", "satisfied": "dissatisfied"}
        )
        twice = client.post(
            url(report, "/rate"), data={"solved": "solved", "satisfied": "so_so"}
        ).text
        client.post(url(report, "/reopen"), data={"reason": "Still dark"})
        reopened = client.get(url(report)).text
        again = client.post(url(report, "/reopen"), data={"reason": "Still dark"}).text

        for page in (closed, half, twice, reopened, again):
            assert left_over(page, session) == []
        assert "Very happy" in closed
        assert "You have already rated this" in twice
        assert "Being given out again" in reopened

    def test_confirmed_by_who_reported_it(self, client: FlaskClient, session: Session) -> None:
        report = make_case(session, words=WORDS)
        to_verify(session, report.case_id)

        client.post(url(report, "/confirm"))

        page = client.get(url(report)).text
        assert left_over(page, session) == []
        assert "You said it is solved; closed" in page

    def test_turned_down(self, client: FlaskClient, session: Session) -> None:
        report = make_case(session, words=WORDS)
        admin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        why = Values(reason="private land", responsible_channel="the owner, 0571-1")
        act(session, report.case_id, Move.REJECT, admin, why)

        page = client.get(url(report)).text

        assert left_over(page, session) == []
        assert "For this, please turn to: the owner, 0571-1" in page

    def test_taken_back_and_nudged_afterwards(self, client: FlaskClient, session: Session) -> None:
        report = make_case(session, words=WORDS)
        session.commit()

        client.post(url(report, "/withdraw"))
        page = client.get(url(report)).text
        late = client.post(url(report, "/urge")).text

        assert left_over(page, session) == []
        assert left_over(late, session) == []
        assert "You took it back" in page

    def test_merged_into_another(self, client: FlaskClient, session: Session) -> None:
        report, main = make_case(session, words=WORDS), make_case(session, words="the same")
        admin = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        same = Values(main_case=main.case_id, reason="the same lamp")
        act(session, report.case_id, Move.MERGE, admin, same)

        page = client.get(url(report)).text

        assert left_over(page, session) == []
        assert "Others reported the same; it is handled together." in page

    def test_of_the_night(self, client: FlaskClient, session: Session, clock: FixedClock) -> None:
        clock.advance(hours=3)  # 23:00 in Shanghai
        report = make_case(session, words=WORDS)
        session.commit()

        page = client.get(url(report)).text

        assert left_over(page, session) == []
        assert "tomorrow 7:01" in page

    def test_a_nudge_too_many(self, client: FlaskClient, session: Session) -> None:
        report = make_case(session, words=WORDS)
        session.commit()

        first, second = (client.post(url(report, "/urge")) for _ in range(2))

        assert first.status_code == 303
        assert left_over(second.text, session) == []
        assert "You already gave a nudge today" in second.text

    def test_a_day_long_past_is_said_as_the_english_do(
        self, client: FlaskClient, session: Session, clock: FixedClock
    ) -> None:
        report = make_report(session, words=WORDS)
        session.commit()
        clock.advance(days=40)

        assert "2 Mar 20:00" in client.get(url(report)).text


class TestOtherPages:
    @pytest.mark.parametrize(
        "path",
        ["/", "/privacy", "/track", "/track?number=7K3M", "/nowhere", "/r/7K3M", "/me/sign-in"],
    )
    def test_are_english(self, client: FlaskClient, session: Session, path: str) -> None:
        page = client.get(path, query_string={"lang": "en"} if "?" not in path else None)
        if "?" in path:
            page = client.get(f"{path}&lang=en")

        assert left_over(page.text, session) == []

    def test_tracking_and_its_code(self, client: FlaskClient, session: Session) -> None:
        report = make_case(session, words=WORDS, phone=PHONE)
        number = rules.printed(report.number)
        session.commit()

        seen = client.get(f"/track?number={number}&lang=en").text
        sent = client.post("/track/code", data={"number": number, "phone": PHONE})
        soon = client.post("/track/code", data={"number": number, "phone": PHONE})
        odd = client.post("/track/code", data={"number": number, "phone": "1"})
        wrong = client.post(
            "/track/open", data={"number": number, "phone": PHONE, "code": "000000"}
        )

        for page in (seen, sent.text, soon.text, odd.text, wrong.text):
            assert left_over(page, session) == []

    def test_a_phone_number_that_is_none(self, client: FlaskClient, session: Session) -> None:
        client.get("/me/sign-in?lang=en")

        page = client.post("/me/sign-in", data={"phone": "12", "do": "send"})

        assert left_over(page.text, session) == []
        assert "A phone number has 11 digits." in page.text

    def test_chinese_stays_as_it_is(
        self, client: FlaskClient, session: Session, token: str
    ) -> None:
        report = make_case(session)
        session.commit()
        key = service.secret_of(report.number)

        form = client.get(f"/S/{token}").text
        receipt = client.get(f"/r/{report.number}?k={key}").text

        assert "就在这里（老街菜场东门）" in form
        assert "，和牌子上印的一样才是真的" in form
        assert "今天 20:01 前接单" in receipt
        assert "现在：" in receipt
        assert "打给网格长" not in receipt  # there is no number to call
