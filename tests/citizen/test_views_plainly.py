"""The receipt says plainly who has it now, what followed on urging, and asks a whole question."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen import rules, service
from citizen.models import Report
from grid.models import Act, Case, Step
from grid.rules import Move, State
from grid.service import Values
from kernel.grants import Role
from people.models import Person
from people.queries import actor_of
from tests.citizen.factories import PHONE, act, make_case, to_verify
from tests.factories import GRID, TOWN, make_staff
from tests.fakes import FixedClock
from tests.grid.pages import plain


def url(report: Report, path: str = "", *, secret: bool = True) -> str:
    key = f"?k={service.secret_of(report.number)}" if secret else ""
    return f"/r/{rules.printed(report.number)}{path}{key}"


@pytest.fixture
def report(client: FlaskClient, session: Session) -> Report:
    found = make_case(session, phone=PHONE)
    session.commit()
    client.get(url(found))
    return found


def give_to(session: Session, report: Report, *, reason: str = "忙不过来") -> tuple[str, str]:
    """Let the town give it to another; return the names of the two."""
    town, other = (
        make_staff(session, Role.TOWN_ADMIN, area=TOWN),
        make_staff(session, Role.GRID_LEADER, area=GRID),
    )
    act(session, report.case_id, Move.REASSIGN, town, Values(owner=other.id, reason=reason))
    names = [session.get_one(Person, one.id).public_name for one in (town, other)]
    return names[0], names[1]


class TestWhoHasItNow:
    def test_the_new_one_is_named_and_not_whoever_gave_it_away(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        town, other = give_to(session, report)

        for page in (client.get(url(report)).text, client.get(url(report, secret=False)).text):
            assert f"换了人来办：{other}" in page
            assert town not in page

    def test_with_the_number_alone_nobody_who_had_it_before_is_named(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        give_to(session, report)
        case = session.get_one(Case, report.case_id)
        (first,) = session.scalars(
            select(Person.public_name)
            .join(Step, Step.owner_id == Person.id)
            .where(Step.case_id == case.id, Step.move == Move.ASSIGN)
        )

        client.delete_cookie("own")
        stranger = client.application.test_client().get(url(report, secret=False)).text

        assert first not in stranger
        assert f"派给了负责的人：{first}" in client.get(url(report)).text


class TestUrged:
    def test_it_says_that_they_read_it_until_somebody_did_something(
        self, client: FlaskClient, session: Session, report: Report, clock: FixedClock
    ) -> None:
        case = session.get_one(Case, report.case_id)
        owner = actor_of(session, case.owner_id or 0)
        assert owner is not None

        client.post(url(report, "/urge"))
        before = plain(client.get(url(report)).text)
        clock.advance(minutes=3)
        act(session, report.case_id, Move.ACCEPT, owner, Values())
        after = plain(client.get(url(report)).text)

        assert "今天催过了" in before
        assert "今天催过了" not in after
        assert "您今天催过以后" in after
        assert "接单，开始办理" in after.partition("有了进展")[2][:20]

    def test_what_was_done_before_is_no_answer_to_it(
        self, client: FlaskClient, session: Session, report: Report, clock: FixedClock
    ) -> None:
        give_to(session, report)
        clock.advance(minutes=3)

        client.post(url(report, "/urge"))

        assert "今天催过了" in client.get(url(report)).text


class TestIsItSettled:
    @pytest.mark.parametrize(
        ("words", "read"), [("", "还没解决"), ("灯还是不亮", "还没解决：灯还是不亮")]
    )
    def test_no_is_an_answer_too_and_whoever_verifies_reads_it(
        self, client: FlaskClient, session: Session, report: Report, words: str, read: str
    ) -> None:
        to_verify(session, report.case_id)
        page = client.get(url(report)).text

        answer = client.post(url(report, "/add"), data={"words": words, "not_yet": "y"})

        assert "已经解决了吗" in page
        assert "还没有" in plain(page)
        assert answer.status_code == 303
        session.expire_all()
        assert session.get_one(Case, report.case_id).state is State.TO_VERIFY
        said = session.scalars(select(Step.why).where(Step.act == Act.SUPPLEMENT)).all()
        assert said == [read]

    def test_too_many_words_come_back_where_they_were_typed(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        to_verify(session, report.case_id)
        words = "灯" * 2000

        answer = client.post(url(report, "/add"), data={"words": words, "not_yet": "y"})

        assert answer.status_code == 422
        assert f'name="words" maxlength="1900">{words}</textarea>' in answer.text

    def test_an_empty_supplement_is_still_refused(
        self, client: FlaskClient, session: Session, report: Report
    ) -> None:
        assert client.post(url(report, "/add"), data={"words": ""}).status_code == 422
