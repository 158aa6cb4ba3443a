"""Pages about promises: on the case, for whoever stands above, and a town's own phrases."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid import service
from grid.models import Act, Case, Extension, Phrase, Question, SupervisorCall
from grid.queries.wording import ACTS
from grid.rules import CallCause, CallOutcome, Move, State
from grid.rules.phrases import SHIPPED, Situation
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from tests.english import left_over
from tests.factories import DISTRICT, GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_staff
from tests.fakes import NOON
from tests.grid.factories import acts_of, make_case
from tests.grid.pages import Desk, plain, seen, url

FRIDAY = NOON.replace(day=6)


@pytest.fixture
def case(session: Session, worker: Actor) -> Case:
    """A case in hand with four days to go."""
    return in_hand(session, worker)


def in_hand(session: Session, owner: Actor, **values: object) -> Case:
    known = {"state": State.HANDLING, "category": "0302", "close_by": FRIDAY, "taken_at": NOON}
    return make_case(session, owner_id=owner.id, **{**known, **values})


@pytest.fixture
def town(session: Session) -> Actor:
    return make_staff(session, Role.TOWN_ADMIN, area=TOWN)


class TestOwner:
    def test_asks_with_a_phrase_and_words_and_the_clock_stands(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        page = desk.read(url(case))
        assert "请补一张能看清位置的照片。" in page

        answer = desk.post(
            url(case, "ask"),
            phrase="请说一下具体在哪一栋、哪一层。",
            words="还有几点",
            **seen(case),
        )

        assert answer.status_code == 303
        question = session.scalars(select(Question)).one()
        assert question.words == "请说一下具体在哪一栋、哪一层。\n还有几点"
        page = plain(desk.read(url(case)))
        assert "停表中" in page
        assert "还没回答" in page
        assert "<dt>办结</dt>" not in desk.read(url(case))

    def test_stops_the_clock_and_lets_it_go_on(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)

        stopped = desk.post(url(case, "pause"), reason="weather", words="下大雨", **seen(case))
        gone_on = desk.post(url(case, "resume"), **seen(case))
        again = desk.post(url(case, "pause"), reason="weather", words="又下雨", **seen(case))

        assert (stopped.status_code, gone_on.status_code) == (303, 303)
        assert again.status_code == 409
        assert "又下雨" in again.text
        assert 'id="pause"' not in desk.read(url(case))

    @pytest.mark.parametrize(
        ("what", "fields"),
        [
            ("pause", {"words": "下大雨"}),
            ("pause", {"reason": "weather", "words": " "}),
            ("pause", {"reason": "holiday", "words": "放假"}),
            ("ask", {"words": ""}),
            ("ask", {"words": "长" * 1001}),
            ("extend", {"words": "。"}),
        ],
    )
    def test_is_told_what_is_missing_and_nothing_is_done(
        self,
        session: Session,
        desk: Desk,
        worker: Actor,
        case: Case,
        what: str,
        fields: dict[str, str],
    ) -> None:
        desk.sits(worker)

        answer = desk.post(url(case, what), **fields, **seen(case))

        assert answer.status_code == 422
        session.refresh(case)
        assert (case.paused_until, case.questions, case.extension_open) == (None, 0, False)

    @pytest.mark.parametrize("what", ["pause", "ask", "extend", "resume"])
    def test_is_nobody_else(
        self, session: Session, desk: Desk, case: Case, town: Actor, what: str
    ) -> None:
        strangers = [
            make_staff(session, Role.GRID_FULL, area=GRID),
            make_staff(session, Role.GRID_FULL, area=f"{NEXT_VILLAGE}001"),
            town,
        ]
        for person in strangers:
            desk.sits(person)

            answer = desk.post(url(case, what), reason="weather", words="停", **seen(case))

            assert answer.status_code in {403, 404, 409}
        session.refresh(case)
        assert acts_of(session, case) == []

    def test_writes_notes_that_are_marked_as_internal(
        self, session: Session, desk: Desk, worker: Actor, town: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        desk.post(url(case, "note"), note="这户以前也报过", key="k", **seen(case))

        mine = plain(desk.read(url(case)))
        desk.sits(town)
        masked = plain(desk.read(url(case)))

        assert "内部记录（上报人看不到）" in mine
        assert "这户以前也报过" in mine
        assert "这户以前也报过" not in masked


class TestExtension:
    def test_is_asked_for_and_decided_by_the_town(
        self, session: Session, desk: Desk, worker: Actor, town: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        assert desk.post(url(case, "extend"), words="等配件", **seen(case)).status_code == 303
        assert 'name="granted"' not in desk.read(url(case))
        desk.sits(town)
        assert "等您定" in plain(desk.read("/staff/"))
        assert "等配件" in plain(desk.read("/staff/waiting"))
        assert 'name="granted"' in desk.read(url(case))

        first = desk.post(url(case, "approve"), granted="yes", **seen(case))
        second = desk.post(url(case, "approve"), granted="no", sentence="不行", **seen(case))

        assert (first.status_code, second.status_code) == (303, 409)
        assert "不行" in second.text
        session.refresh(case)
        assert case.extended is True
        assert session.scalars(select(Extension.sentence)).all() == [""]
        assert "没有等您的事" in plain(desk.read("/staff/waiting"))

    @pytest.mark.parametrize("fields", [{}, {"granted": "no"}, {"granted": "maybe"}])
    def test_a_no_says_why(
        self,
        session: Session,
        desk: Desk,
        worker: Actor,
        town: Actor,
        case: Case,
        fields: dict[str, str],
    ) -> None:
        desk.sits(worker)
        desk.post(url(case, "extend"), words="等配件", **seen(case))
        desk.sits(town)

        answer = desk.post(url(case, "approve"), **fields, **seen(case))

        assert answer.status_code == 422
        assert session.scalars(select(Extension.outcome)).all() == [None]


class TestObjection:
    def test_is_judged_on_the_case(self, session: Session, desk: Desk, town: Actor) -> None:
        judge = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
        worker = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        case = make_case(session, state=State.REJECTED, rejected_by=town.id)
        session.commit()
        with transaction() as work:
            service.object_to(work, case.id, reason="是公共楼道")
        desk.sits(judge)
        assert "是公共楼道" in plain(desk.read(url(case)))
        assert case.number in desk.read("/staff/waiting")

        missing = desk.post(url(case, "judge"), upheld="yes", words="", **seen(case))
        done = desk.post(url(case, "judge"), upheld="yes", words="应当受理", **seen(case))
        again = desk.post(url(case, "judge"), upheld="no", words="算了", **seen(case))

        assert [one.status_code for one in (missing, done, again)] == [422, 303, 409]
        session.refresh(case)
        assert (case.state, case.owner_id) == (State.DISPATCHED, worker.id)
        assert acts_of(session, case)[-2:] == [Move.UPHOLD, Move.ASSIGN]
        desk.sits(town)
        assert 'id="reject"' not in desk.read(url(case))

    def test_the_town_that_refused_is_offered_nothing(
        self, session: Session, desk: Desk, town: Actor
    ) -> None:
        case = make_case(session, state=State.REJECTED, rejected_by=town.id)
        session.commit()
        with transaction() as work:
            service.object_to(work, case.id, reason="是公共楼道")
        desk.sits(town)

        page = desk.read(url(case))
        answer = desk.post(url(case, "judge"), upheld="no", words="算了", **seen(case))

        assert 'name="upheld"' not in page
        assert "是公共楼道" not in plain(page)
        assert answer.status_code == 403


class TestCalls:
    @pytest.fixture
    def call_id(self, session: Session, worker: Actor) -> int:
        case = make_case(session, state=State.CLOSED, owner_id=worker.id)
        make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        session.commit()
        with transaction() as work:
            service.owe_call(work, case.id, cause=CallCause.NOT_SOLVED, said="还是堵着")
            return work.session.scalars(select(SupervisorCall.id)).one()

    def test_are_made_and_written_down(self, session: Session, desk: Desk, call_id: int) -> None:
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        desk.sits(leader)
        assert "要打的电话" in plain(desk.read("/staff/waiting"))
        page = desk.read(f"/staff/call/{call_id}")
        assert "还是堵着" in page
        assert "13800138000" not in page

        shown = desk.post(f"/staff/call/{call_id}/contact")
        empty = desk.post(f"/staff/call/{call_id}", reached="yes", note="")
        vain = desk.post(f"/staff/call/{call_id}", reached="no")
        done = desk.post(f"/staff/call/{call_id}", reached="yes", note="答应再去")
        twice = desk.post(f"/staff/call/{call_id}", reached="yes", note="再打一次")

        assert "tel:13800138000" in shown.text
        assert [one.status_code for one in (empty, vain, done, twice)] == [422, 303, 303, 409]
        call = session.get_one(SupervisorCall, call_id, populate_existing=True)
        assert (call.outcome, call.note) == (CallOutcome.TALKED, "答应再去")
        assert "已经打过" in plain(desk.read(f"/staff/call/{call_id}"))

    def test_are_not_there_for_others(
        self, session: Session, desk: Desk, worker: Actor, town: Actor, call_id: int
    ) -> None:
        for person in (worker, town, make_staff(session, Role.GRID_LEADER, area=NEXT_VILLAGE)):
            desk.sits(person)

            answers = [
                desk.get(f"/staff/call/{call_id}"),
                desk.post(f"/staff/call/{call_id}/contact"),
                desk.post(f"/staff/call/{call_id}", reached="yes", note="好"),
                desk.get("/staff/call/999999"),
            ]

            assert [one.status_code for one in answers] == [404] * 4

    def test_and_all_that_waits_take_a_fixed_number_of_statements(
        self, session: Session, desk: Desk, town: Actor, statements: list[str]
    ) -> None:
        counts = []
        for _ in range(2):
            for _ in range(5):
                owner = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
                case = in_hand(session, owner)
                session.commit()
                with transaction() as work:
                    service.ask_extension(work, case.id, by=owner, reason="等配件")
            desk.sits(town)
            desk.read("/staff/waiting")
            statements.clear()
            desk.read("/staff/waiting")
            counts.append(len(statements))

        assert counts[0] == counts[1] <= 6  # who asks: 2; four lists

    def test_the_queue_of_somebody_above_takes_one_statement_more(
        self, session: Session, desk: Desk, town: Actor, statements: list[str]
    ) -> None:
        desk.sits(town)
        desk.read("/staff/")
        statements.clear()

        desk.read("/staff/")

        assert len(statements) <= 5, statements  # who asks: 2; the version; the list; what waits


class TestPhrases:
    def test_are_added_and_taken_out(
        self, session: Session, desk: Desk, town: Actor, worker: Actor, case: Case
    ) -> None:
        desk.sits(town)
        assert "常用语" in plain(desk.read("/staff/desk"))

        added = desk.post("/staff/phrases", area=TOWN, situation="ask", words="请报楼号。")
        wrong = desk.post("/staff/phrases", area=TOWN, situation="sing", words="啦")
        empty = desk.post("/staff/phrases", area=TOWN, situation="ask", words=" ")

        assert [one.status_code for one in (added, wrong, empty)] == [303, 422, 422]
        assert "请报楼号。" in plain(desk.read("/staff/phrases"))
        desk.sits(worker)
        assert "请报楼号。" in desk.read(url(case))
        assert desk.get("/staff/phrases").status_code == 403
        desk.sits(town)
        phrase = session.scalars(select(Phrase.id)).one()
        assert desk.post(f"/staff/phrases/{phrase}/remove").status_code == 303
        assert session.scalars(select(Phrase)).all() == []


class TestReadySentences:
    def test_alone_are_a_result(
        self, session: Session, desk: Desk, worker: Actor, case: Case
    ) -> None:
        desk.sits(worker)
        chosen = SHIPPED[Situation.RESULT][0]
        assert chosen in desk.read(url(case))

        answer = desk.post(url(case, "result"), phrase=chosen, finding="true", **seen(case))

        assert answer.status_code == 303
        session.refresh(case)
        assert (case.state, case.result_text) == (State.TO_VERIFY, chosen)

    def test_stay_with_what_was_typed_when_something_else_is_missing(
        self, desk: Desk, town: Actor, case: Case
    ) -> None:
        desk.sits(town)
        chosen = SHIPPED[Situation.REJECT][0]

        answer = desk.post(url(case, "reject"), phrase=chosen, reason="还有", **seen(case))

        assert answer.status_code == 422
        assert f"{chosen}\n还有</textarea>" in answer.text.replace("\r", "")


class TestEnglish:
    def test_every_page_about_promises(
        self, session: Session, desk: Desk, worker: Actor, town: Actor, case: Case
    ) -> None:
        made_up = ("楼道里堆满了纸箱。", "等配件", "是公共楼道", "还是堵着", "物业", "已清走。")
        judge = make_staff(session, Role.DISTRICT_CMD, area=DISTRICT)
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        refused = make_case(session, state=State.REJECTED, rejected_by=town.id)
        closed = make_case(session, state=State.CLOSED, owner_id=worker.id)
        session.commit()
        with transaction() as work:
            service.ask_extension(work, case.id, by=worker, reason="等配件")
            service.ask(work, case.id, by=worker, words="等配件")
            service.object_to(work, refused.id, reason="是公共楼道")
            service.owe_call(work, closed.id, cause=CallCause.NOT_SOLVED, said="还是堵着")
            call = work.session.scalars(select(SupervisorCall.id)).one()
        pages = []
        for person, paths in {
            worker: [url(case)],
            town: [url(case), "/staff/waiting", "/staff/", "/staff/desk"],
            judge: [url(refused), "/staff/waiting"],
            leader: ["/staff/waiting", f"/staff/call/{call}"],
        }.items():
            desk.sits(person)
            pages += [desk.read(f"{path}?lang=en") for path in paths]

        shipped = [words for said in SHIPPED.values() for words in said]
        assert [left_over(page, session, *made_up, *shipped) for page in pages] == [[]] * 9

    def test_acts_have_words(self) -> None:
        assert all(ACTS[act] for act in Act)
