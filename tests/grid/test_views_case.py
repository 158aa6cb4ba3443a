import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid.models import Act, Case, CaseFile, Step
from grid.queries.staff import who_can_take
from grid.rules import CATALOGUE, Finding, Move, Privacy, State, Urgency
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.grants import Role
from kernel.media import Attachment, Kind
from kernel.media import State as MediaState
from tests.factories import DISTRICT, GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_staff
from tests.fakes import NOON
from tests.grid.factories import make_case, make_team
from tests.grid.pages import Desk, photo, plain, seen, url


def picture_of(session: Session) -> int:
    """Return the number of a picture that can be shown."""
    picture = Attachment(
        key="report",
        owner="citizen.report:1",
        kind=Kind.PICTURE,
        state=MediaState.READY,
        mime="image/jpeg",
        size=10,
        digest="0" * 64,
        stored="x",
        received_at=NOON,
    )
    session.add(picture)
    session.flush()
    return picture.id


def acts(session: Session, case: Case) -> list[Move | Act | None]:
    session.expire_all()
    rows = session.scalars(select(Step).where(Step.case_id == case.id).order_by(Step.number))
    return [row.move or row.act for row in rows]


class TestWhoSeesWhat:
    def test_the_owner_reads_everything_but_the_number(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, owner_id=worker.id, where="门后", lat=30.1, lng=120.2)
        desk.sits(worker)

        page = desk.read(url(case))

        assert "楼道里堆满了纸箱" in page
        assert "30.100000" in page
        assert "13800138000" not in page
        assert "张三" not in page

    @pytest.mark.parametrize(
        "role",
        [
            Role.GRID_FULL,
            Role.GRID_PART,
            Role.GRID_LEADER,
            Role.VILLAGE_ADMIN,
            Role.TOWN_ADMIN,
            Role.DISTRICT_CMD,
            Role.AUDITOR,
        ],
    )
    def test_who_is_not_at_it_reads_it_masked_with_the_reason(
        self, session: Session, desk: Desk, role: Role
    ) -> None:
        case = make_case(session, state=State.HANDLING, where="三楼门后")
        desk.sits(make_team(session)[role])

        page = desk.read(url(case))

        assert "只给正在办这件事的人看" in page
        for said in ("楼道里", "三楼门后", "13800138000", "张三", "内部记录", "打电话给上报人"):
            assert said not in page

    @pytest.mark.parametrize("role", [Role.GRID_FULL, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN])
    def test_elsewhere_it_does_not_exist(self, session: Session, desk: Desk, role: Role) -> None:
        case = make_case(session)
        area = {Role.GRID_FULL: f"{NEXT_VILLAGE}001", Role.VILLAGE_ADMIN: NEXT_VILLAGE}
        desk.sits(make_staff(session, role, area=area.get(role, "330106002")))

        assert desk.get(url(case)).status_code == 404
        assert desk.get(url(case, "assign")).status_code in {403, 404}
        assert desk.post(url(case, "note"), note="偷看").status_code == 404

    def test_a_made_up_number_does_not_exist_either(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        desk.sits(worker)

        for number in ("000000000000", "QQQQ", "..%2f..", "é" * 50):
            assert desk.get(f"/staff/case/{number}").status_code == 404

    def test_a_police_case_is_for_the_police(self, session: Session, desk: Desk) -> None:
        case = make_case(session, privacy=Privacy.POLICE, department="police_station", words="线索")
        team = make_team(session)

        found = {}
        for role, actor in team.items():
            desk.sits(actor)
            found[role] = desk.get(url(case)).status_code

        assert {role for role, status in found.items() if status == 200} == {
            Role.POLICE_AUX,
            Role.DEPT_HANDLER,
        }

    def test_strangers_are_sent_to_the_door_and_their_posts_refused(
        self, session: Session, desk: Desk
    ) -> None:
        case = make_case(session)

        assert desk.get(url(case)).status_code == 303
        assert desk.client.post(url(case, "accept")).status_code == 401

    def test_whoever_handled_it_is_offered_no_second_look(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.TO_VERIFY, owner_id=worker.id)
        other = make_staff(session, Role.GRID_FULL, area=GRID)

        offered = {}
        for who, actor in {"handler": worker, "other": other}.items():
            desk.sits(actor)
            offered[who] = 'id="verify"' in desk.read(url(case))

        assert offered == {"handler": False, "other": True}

    def test_the_page_takes_a_fixed_number_of_statements(
        self, session: Session, desk: Desk, worker: Actor, statements: list[str]
    ) -> None:
        case = make_case(session, owner_id=worker.id, state=State.HANDLING)
        desk.sits(worker)
        for index in range(12):
            desk.post(url(case, "note"), note=f"第{index}笔", key=f"k{index}", photos=[photo()])
        statements.clear()

        page = desk.read(url(case))

        assert page.count("<b>内部记录（上报人看不到）</b>") == 12
        # who asks: 2; the case's number; the case, its files, its steps; who had a hand in it; and
        # for who writes to the resident the town's own phrases
        assert len(statements) <= 9, statements


class TestTheWholeLife:
    def test_accept_call_go_result_verify(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, owner_id=worker.id, category="0503")
        other = make_staff(session, Role.GRID_FULL, area=GRID)
        desk.sits(worker)

        assert desk.post(url(case, "accept"), **seen(case)).status_code == 303
        session.refresh(case)
        shown = desk.post(url(case, "contact"), **seen(case))
        called = desk.post(url(case, "call"), reached="yes", note="马上到", **seen(case))
        gone = desk.post(url(case, "on-my-way"), **seen(case))
        told = desk.post(
            url(case, "result"),
            result_text="纸箱清走了。",
            finding="true",
            key="k",
            photos=[photo(), photo()],
            **seen(case),
        )
        session.refresh(case)
        desk.sits(other)
        closed = desk.post(url(case, "verify"), finding="true", **seen(case))

        assert 'href="tel:13800138000"' in shown.text
        assert [a.status_code for a in (called, gone, told, closed)] == [303] * 4
        assert "核实办结：属实" in desk.read(url(case))
        session.refresh(case)
        assert (case.state, case.finding, case.verified_by) == (
            State.CLOSED,
            Finding.TRUE,
            other.id,
        )
        assert acts(session, case) == [
            Move.ACCEPT,
            Act.LOOK,
            Act.CALLED,
            Act.ON_MY_WAY,
            Move.REPORT_RESULT,
            Move.VERIFY,
        ]
        files = session.scalars(select(CaseFile)).all()
        told_at = session.scalar(select(Step.number).where(Step.move == Move.REPORT_RESULT))
        assert [file.step_number for file in files] == [told_at] * 2

    def test_sent_back_by_the_verifier_with_a_reason(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.TO_VERIFY)
        desk.sits(worker)

        answer = desk.post(url(case, "send-back"), reason="还剩两箱", **seen(case))

        session.refresh(case)
        assert (answer.status_code, case.state) == (303, State.HANDLING)

    @pytest.mark.parametrize(
        ("verb", "to"), [("return", State.RETURNED), ("escalate", State.HANDLING)]
    )
    def test_return_and_escalate_want_a_reason(
        self, session: Session, desk: Desk, worker: Actor, verb: str, to: State
    ) -> None:
        make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        desk.sits(worker)

        silent = desk.post(url(case, verb), reason="  ", **seen(case))
        told = desk.post(url(case, verb), reason="不在我的网格", **seen(case))

        assert silent.status_code == 422
        assert "请写明原因" in silent.text
        session.refresh(case)
        assert (told.status_code, case.state) == (303, to)
        assert case.owner_id != worker.id

    def test_classify_with_danger_makes_it_urgent_and_never_looser(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        asked = next(one for one in CATALOGUE.categories.values() if one.urgency == "ask")
        desk.sits(worker)

        answer = desk.post(url(case, "classify"), category=asked.code, danger="yes", **seen(case))
        unknown = desk.post(url(case, "classify"), category="no_such_thing", **seen(case))

        session.refresh(case)
        assert (answer.status_code, unknown.status_code) == (303, 422)
        assert (case.category, case.urgency) == (asked.code, Urgency.URGENT)

    def test_nothing_is_chosen_for_whoever_presses_in_a_hurry(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id, category=None)
        desk.sits(worker)

        answer = desk.post(url(case, "classify"), category="", danger="no", **seen(case))

        session.refresh(case)
        assert (answer.status_code, case.category) == (422, None)
        assert '<option value="">还没定</option><optgroup' in desk.read(url(case))

    def test_without_an_answer_the_category_decides_about_urgency(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        always = next(one for one in CATALOGUE.categories.values() if one.urgency == "always")
        desk.sits(worker)

        answer = desk.post(url(case, "classify"), category=always.code, **seen(case))

        session.refresh(case)
        assert (answer.status_code, case.urgency) == (303, Urgency.URGENT)

    def test_what_the_program_could_not_take_in_the_town_does(
        self, session: Session, desk: Desk
    ) -> None:
        case = make_case(session, state=State.SUBMITTED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        answer = desk.post(url(case, "admit"), **seen(case))

        session.refresh(case)
        assert (answer.status_code, case.state) == (303, State.ACCEPTED)

    def test_what_comes_next_stands_open(self, session: Session, desk: Desk, worker: Actor) -> None:
        mine = {"owner_id": worker.id, "state": State.HANDLING}
        before = make_case(session, **mine)
        after = make_case(session, responded_at=NOON, **mine)
        desk.sits(worker)

        assert '<details id="result">' in desk.read(url(before))
        assert '<details id="result" open>' in desk.read(url(after))

    def test_the_voice_line_is_kept_for_those_who_read_later(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        desk.sits(worker)

        answer = desk.post(url(case, "voice"), voice_line="灯坏了\x00三天", **seen(case))

        session.refresh(case)
        assert (answer.status_code, case.voice_line) == (303, "灯坏了三天")


class TestContact:
    def test_every_look_is_written_down(self, session: Session, desk: Desk, worker: Actor) -> None:
        case = make_case(session, state=State.HANDLING, owner_id=worker.id)
        desk.sits(worker)

        for _ in range(2):
            assert "13800138000" in desk.post(url(case, "contact"), **seen(case)).text

        looks = session.scalars(select(AuditLine).where(AuditLine.action == "case.contact-read"))
        assert [(line.actor_id, line.subject) for line in looks] == [
            (worker.id, f"case:{case.id}")
        ] * 2
        assert "13800138000" not in desk.read(url(case))

    @pytest.mark.parametrize("role", [Role.GRID_FULL, Role.TOWN_ADMIN])
    def test_nobody_else_gets_the_number(self, session: Session, desk: Desk, role: Role) -> None:
        case = make_case(session, state=State.HANDLING)
        desk.sits(make_team(session)[role])

        answer = desk.post(url(case, "contact"), **seen(case))

        assert answer.status_code == 404
        assert "13800138000" not in answer.text
        assert session.scalar(select(func.count(AuditLine.id))) == 0

    def test_the_auditor_and_the_sysadmin_have_no_such_page(
        self, session: Session, desk: Desk
    ) -> None:
        case = make_case(session, state=State.HANDLING)
        for role in (Role.AUDITOR, Role.SYSADMIN):
            desk.sits(make_staff(session, role, area=DISTRICT))
            assert desk.post(url(case, "contact"), **seen(case)).status_code == 403


class TestFiles:
    def test_pictures_stand_where_they_came_in(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, owner_id=worker.id, state=State.HANDLING)
        desk.sits(worker)
        desk.post(url(case, "note"), note="换之前", key="k", photos=[photo()])
        picture = session.scalars(select(Attachment)).one()
        picture.state = MediaState.READY
        report = picture_of(session)
        session.add(CaseFile(case_id=case.id, attachment_id=report, kind="report", step_number=1))

        page = desk.read(url(case))

        said, _, history = page.partition("办到哪一步了")
        assert f"/staff/media/{report}?thumb=1" in said
        assert f"/staff/media/{picture.id}?thumb=1" in history

    def test_only_those_at_the_case_get_its_pictures(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, owner_id=worker.id, state=State.HANDLING)
        desk.sits(worker)
        desk.post(url(case, "note"), note="看", key="k", photos=[photo()])
        team = make_team(session)
        path = f"/staff/media/{session.scalars(select(Attachment.id)).one()}"

        answers = {}
        for who, actor in {"owner": worker, "town": team[Role.TOWN_ADMIN]}.items():
            desk.sits(actor)
            answers[who] = desk.get(path).text
        desk.sits(team[Role.AUDITOR])

        # No worker has remade it yet: who may see it gets that far.
        assert "还没有准备好" in answers["owner"]
        assert "没有这个文件，或者它不归您看" in answers["town"]
        assert desk.get(path).status_code == 403
        assert desk.get("/staff/media/999999").status_code == 403


def test_candidates_never_include_whoever_reported_it(session: Session) -> None:
    reporter = make_staff(session, Role.GRID_FULL, area=GRID)
    case = make_case(session, staff_reporter=reporter.id)

    assert reporter.id not in {one.person_id for one in who_can_take(session, case, now=NOON)}


def test_the_words_of_a_masked_page_hold_nothing_a_resident_said(
    session: Session, desk: Desk, worker: Actor
) -> None:
    case = make_case(session, state=State.HANDLING, owner_id=worker.id)
    desk.sits(worker)
    desk.post(url(case, "note"), note="他叫张三丰，住三楼", key="k")
    desk.sits(make_staff(session, Role.AUDITOR, area=DISTRICT))

    assert "张三丰" not in plain(desk.read(url(case)))
