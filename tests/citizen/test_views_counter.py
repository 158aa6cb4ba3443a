"""The counter's pages: three lines, said back, taken; read aloud, printed, looked up."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import service
from citizen.models import Report, TakenDown
from citizen.rules import Channel, printed
from grid.models import Case
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from people.models import Person
from qr import service as qr
from qr.rules import CodeKind
from tests.citizen.counter import COUNTER, WORDS, Desk, SignIn, count, form, page_of, send, take
from tests.citizen.factories import PHONE
from tests.factories import GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_area, make_staff
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

    def test_at_night_the_message_is_promised_for_the_morning(
        self, desk: Desk, session: Session, clerk: Actor, clock: FixedClock
    ) -> None:
        clock.advance(hours=3)  # 23:00 in Shanghai

        page = desk.get(page_of(take(desk, session, tile="broken"))).text

        assert "短信早上 7 点以后发到 138****5678" in page

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
