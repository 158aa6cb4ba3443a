"""The link of the accused: what they read behind it, what they write, and who else tries it."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid.errors import NoSuchCase, NotThatWay, OftenEnough
from grid.models import Accused, AccusedSaid, Case
from grid.rules import Finding, Privacy, State
from grid.rules.accused import MOST_GIVEN, MOST_WRITTEN, Against
from grid.service.accused import accuse
from grid.service.accused_link import give_accused_link, revoke_accused_link
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.outbound import Channel, Message
from kernel.work import transaction
from people.models import Area, RobotKind
from tests.english import left_over
from tests.factories import GRID, NEXT_VILLAGE, TOWN, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.charged import CLAIM, charge
from tests.grid.factories import make_case
from tests.grid.given import stranger
from tests.grid.pages import Desk, plain, url, value

SIDE = "我们的废油都交给回收公司"


@pytest.fixture
def case(session: Session, worker: Actor) -> Case:
    case = make_case(session, state=State.HANDLING, owner_id=worker.id)
    session.commit()
    with transaction() as work:
        accuse(work, case.id, charge(against=Against.PLACE, name="李记面馆"), by=worker)
    return case


@pytest.fixture
def accused_id(session: Session, case: Case) -> int:
    return session.scalars(select(Accused.id)).one()


@pytest.fixture
def path(accused_id: int, worker: Actor) -> str:
    return given(accused_id, worker)


def given(accused_id: int, by: Actor) -> str:
    """Give a link; return where it leads."""
    with transaction() as work:
        return f"/h/{give_accused_link(work, accused_id, by=by)}"


def write(client: FlaskClient, path: str, words: str, key: str = "") -> int:
    """Send the form of the page."""
    page = client.get(path).text
    fields = {"key": key or value(page, "key"), "words": words}
    return client.post(path, data=fields).status_code


class TestReading:
    def test_they_read_the_claim_and_nothing_of_whoever_said_it(
        self, desk: Desk, case: Case, path: str
    ) -> None:
        desk.session.get_one(Area, TOWN).desk_phone = "0571-87654321"
        desk.session.commit()

        answer = stranger(desk).get(path)

        assert answer.status_code == 200
        assert CLAIM in answer.text
        assert "0571-87654321" in answer.text
        for secret in ("张三", "13800138000", "纸箱", case.number, "幸福路", "李记"):
            assert secret not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]

    @pytest.mark.parametrize("secret", ["x", "%00", "é", "a" * 5000, "' OR 1=1 --", "..%2f"])
    def test_odd_links_are_no_fault(self, desk: Desk, secret: str) -> None:
        assert stranger(desk).get(f"/h/{secret}").status_code == 404
        assert stranger(desk).post(f"/h/{secret}").status_code == 404

    def test_guesses_soon_get_no_answer(self, desk: Desk) -> None:
        guesser = stranger(desk)

        codes = [guesser.get(f"/h/guess{number}").status_code for number in range(32)]

        assert (codes[0], codes[-1]) == (404, 429)

    @pytest.mark.parametrize(
        "ended",
        [
            lambda _, clock: clock.advance(days=7),
            lambda case, _: setattr(case, "state", State.WITHDRAWN),
            lambda case, _: setattr(case, "privacy", Privacy.POLICE),
        ],
        ids=["expired", "over", "police"],
    )
    def test_once_over_it_shows_and_takes_nothing(
        self,
        desk: Desk,
        case: Case,
        path: str,
        clock: FixedClock,
        ended: Callable[[Case, FixedClock], None],
    ) -> None:
        phone = stranger(desk)
        assert write(phone, path, SIDE) == 303
        ended(case, clock)
        desk.session.commit()

        page = phone.get(path)

        assert page.status_code == 410
        assert CLAIM not in page.text
        assert SIDE not in page.text
        assert phone.post(path, data={"key": "2", "words": "还有一句"}).status_code == 410
        assert desk.session.scalar(select(func.count(AccusedSaid.id))) == 1

    @pytest.mark.parametrize("finding", Finding)
    def test_only_whoever_was_wrongly_accused_is_told_so(
        self, desk: Desk, case: Case, path: str, finding: Finding
    ) -> None:
        case.result_text, case.handled_by = "看过了", case.owner_id
        case.finding = case.proposed_finding = finding
        case.state, case.closed_at = State.CLOSED, NOON
        desk.session.commit()

        page = stranger(desk).get(path).text

        assert ("不属实" in page) == (finding is Finding.UNFOUNDED)
        assert CLAIM not in page

    def test_it_is_there_in_english(self, desk: Desk, path: str) -> None:
        page = stranger(desk).get(f"{path}?lang=en").text

        assert left_over(page, desk.session, CLAIM) == []


class TestWriting:
    def test_their_words_stand_beside_the_case(
        self, desk: Desk, worker: Actor, case: Case, path: str
    ) -> None:
        assert write(stranger(desk), path, SIDE) == 303
        assert SIDE in stranger(desk).get(path).text

        desk.sits(worker)

        for page in (url(case), url(case, "accused")):
            shown = plain(desk.read(page))
            assert SIDE in shown
            assert "他自己从链接写的" in shown

    def test_the_same_form_twice_says_it_once(self, desk: Desk, path: str) -> None:
        for _ in range(2):
            write(stranger(desk), path, SIDE, key="same")

        assert desk.session.scalar(select(func.count(AccusedSaid.id))) == 1

    def test_without_a_key_nothing_that_is_said_is_lost(self, desk: Desk, path: str) -> None:
        for words in ("不是我。", "那天我不在。"):
            stranger(desk).post(path, data={"words": words})

        assert desk.session.scalar(select(func.count(AccusedSaid.id))) == 2

    @pytest.mark.parametrize("words", ["", " 。 ", "很" * 1001])
    def test_nothing_or_too_much_is_said_kindly_and_kept(
        self, desk: Desk, path: str, words: str
    ) -> None:
        phone = stranger(desk)

        answer = phone.post(path, data={"key": "k", "words": words})

        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert words.strip() in answer.text
        assert desk.session.scalar(select(func.count(AccusedSaid.id))) == 0

    def test_a_few_times_are_enough(self, desk: Desk, path: str) -> None:
        phone = stranger(desk)

        codes = [write(phone, path, SIDE, key=str(turn)) for turn in range(MOST_WRITTEN + 1)]

        assert codes == [303] * MOST_WRITTEN + [409]

    def test_what_was_written_cannot_be_changed(self, desk: Desk, path: str) -> None:
        write(stranger(desk), path, SIDE)

        for verb in ("UPDATE grid_accused_said SET words = 'x'", "DELETE FROM grid_accused_said"):
            with pytest.raises(sa.exc.DBAPIError), desk.session.begin_nested():
                desk.session.execute(sa.text(verb))


class TestGiving:
    def test_it_is_given_on_a_page_and_shown_once(
        self, desk: Desk, worker: Actor, case: Case, accused_id: int
    ) -> None:
        desk.sits(worker)

        shown = desk.post(url(case, "accused/link"), accused=str(accused_id)).text

        assert "/h/" in shown
        assert "data:image/svg+xml;base64," in shown
        page = desk.read(url(case, "accused"))
        assert "/h/" not in page
        assert "换一个链接" in page
        assert desk.session.scalar(select(AuditLine.action).order_by(AuditLine.id.desc())) == (
            "case.accused_link"
        )

    def test_a_new_one_takes_the_place_of_the_old(
        self, desk: Desk, worker: Actor, accused_id: int, path: str
    ) -> None:
        newer = given(accused_id, worker)

        assert stranger(desk).get(path).status_code == 410
        assert stranger(desk).get(newer).status_code == 200

    def test_it_is_stopped_on_the_page(
        self, desk: Desk, worker: Actor, case: Case, accused_id: int, path: str
    ) -> None:
        desk.sits(worker)

        answer = desk.post(url(case, "accused/link/stop"), accused=str(accused_id))

        assert answer.status_code == 303
        assert stranger(desk).get(path).status_code == 410
        assert "给一个链接，让他自己写" in desk.read(url(case, "accused"))

    def test_one_of_another_case_is_not_there(
        self, desk: Desk, worker: Actor, accused_id: int
    ) -> None:
        other = make_case(desk.session, state=State.HANDLING, owner_id=worker.id)
        desk.sits(worker)

        for what in ("accused/link", "accused/link/stop"):
            answer = desk.post(url(other, what), accused=str(accused_id))
            assert answer.status_code == 404

    def test_is_for_those_at_the_case(self, session: Session, accused_id: int) -> None:
        strangers = [
            make_staff(session, Role.GRID_FULL, area=GRID),
            make_staff(session, Role.GRID_LEADER, area=NEXT_VILLAGE),
        ]
        session.commit()

        for by in strangers:
            for verb in (give_accused_link, revoke_accused_link):
                with pytest.raises(NoSuchCase), transaction() as work:
                    verb(work, accused_id, by=by)

    def test_police_cases_have_none(
        self, session: Session, worker: Actor, case: Case, accused_id: int
    ) -> None:
        officer = make_staff(session, Role.POLICE_AUX, area=GRID)
        case.privacy, case.owner_id = Privacy.POLICE, officer.id
        session.commit()

        with pytest.raises(NotThatWay, match="不发链接"):
            given(accused_id, officer)

    def test_there_is_an_end_to_giving(self, worker: Actor, accused_id: int) -> None:
        for _ in range(MOST_GIVEN):
            given(accused_id, worker)

        with pytest.raises(OftenEnough):
            given(accused_id, worker)

    def test_whoever_has_the_case_hears_of_the_answer(
        self, session: Session, desk: Desk, case: Case, path: str
    ) -> None:
        area = session.get_one(Area, TOWN)
        area.robot, area.robot_url = RobotKind.WECOM, "https://qyapi.weixin.qq.com/x"
        session.commit()

        write(stranger(desk), path, SIDE)

        told = session.scalars(select(Message.text).where(Message.channel == Channel.WECOM)).all()
        assert ["写来了说法" in text for text in told] == [True]
        assert SIDE not in told[0]
        assert "李记" not in told[0]
