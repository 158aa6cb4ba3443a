"""The pages of a department, from signing to handing over, as somebody new would use them."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid.models import Act, Case, Handover, Help, Step
from grid.rules import Level, Move, Privacy, State
from grid.service import Values, move
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import transaction
from tests.english import left_over
from tests.factories import DISTRICT, GRID, NEXT_TOWN, TOWN, make_staff
from tests.fakes import NOON
from tests.grid.departments import MUNICIPAL, URBAN
from tests.grid.factories import make_case
from tests.grid.pages import Desk, plain, seen, url, value
from tests.grid.test_views_english import PHRASES

LIST = "/staff/department"
WRITTEN = (
    "楼道里堆满了纸箱。",
    "张三",
    "楼道里堆满了纸箱",
    "请来封路",
    "下午到",
    "归执法",
    "12345 热线",
    "省平台（四平台）",
)


def handler(session: Session, department: str = MUNICIPAL, area: str = TOWN) -> Actor:
    return make_staff(session, Role.DEPT_HANDLER, area=area, department=department)


def given(session: Session, owner: Actor, state: State = State.RETURNED) -> Case:
    """Return a case the town has given to a department."""
    case = make_case(session, state=state, department=MUNICIPAL)
    town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    chosen = Move.ASSIGN if state is State.RETURNED else Move.REASSIGN
    session.commit()
    with transaction() as work:
        values = Values(owner=owner.id, reason="归市政")
        move(work, case.id, chosen, by=town, expected=state, values=values)
    return session.get_one(Case, case.id)


class TestSigning:
    @pytest.mark.parametrize("state", [State.RETURNED, State.HANDLING])
    def test_a_colleague_signs_from_the_list(
        self, session: Session, desk: Desk, state: State
    ) -> None:
        case, colleague = given(session, handler(session), state), handler(session)
        desk.sits(colleague)

        page = desk.read(LIST)
        shown = {name: value(page, name) for name in ("state", "turn")}
        answer = desk.post(url(case, "sign"), **shown)

        assert "待签收 1" in plain(page)
        assert answer.status_code == 303
        session.refresh(case)
        assert (case.state, case.owner_id) == (State.HANDLING, colleague.id)
        assert "在办 1" in plain(desk.read(LIST))

    def test_before_signing_the_page_has_a_button_and_no_words(
        self, session: Session, desk: Desk
    ) -> None:
        case, colleague = given(session, handler(session)), handler(session)
        desk.sits(colleague)

        before = desk.read(url(case))
        desk.post(url(case, "sign"), **seen(case))
        after = desk.read(url(case))

        assert url(case, "sign") in before
        assert "纸箱" not in before
        assert url(case, "sign") not in after
        assert "纸箱" in after

    @pytest.mark.parametrize("state", [State.RETURNED, State.HANDLING])
    def test_whoever_was_named_signs_before_they_set_out(
        self, session: Session, desk: Desk, state: State
    ) -> None:
        owner = handler(session)
        case = given(session, owner, state)
        desk.sits(owner)

        before = [desk.read(path) for path in (url(case), "/staff/")]
        desk.post(url(case, "sign"), **seen(case))
        after = [desk.read(path) for path in (url(case), "/staff/")]

        assert not any(url(case, "accept") in page for page in before)
        sign, go = url(case, "sign"), url(case, "on-my-way")
        assert [(sign in page, go in page) for page in before] == [(True, False)] * 2
        assert [(sign in page, go in page) for page in after] == [(False, True)] * 2

    def test_the_result_stands_open_only_for_whoever_has_signed(
        self, session: Session, desk: Desk
    ) -> None:
        owner = handler(session)
        case = given(session, owner, State.HANDLING)
        case.responded_at = NOON  # by whoever had it before
        session.commit()
        desk.sits(owner)

        before = desk.read(url(case))
        desk.post(url(case, "sign"), **seen(case))
        after = desk.read(url(case))

        assert '<details id="result">' in before
        assert '<details id="result" open>' in after

    def test_who_was_slower_is_told_by_whom(self, session: Session, desk: Desk) -> None:
        first = handler(session)
        case, second = given(session, first), handler(session)
        old = seen(case)
        desk.sits(first)
        desk.post(url(case, "sign"), **old)
        desk.sits(second)

        answer = desk.post(url(case, "sign"), **old)

        assert answer.status_code == 409
        assert "已经接单" in answer.text

    @pytest.mark.parametrize(
        ("department", "area"), [(MUNICIPAL, NEXT_TOWN), (URBAN, TOWN), ("police_station", TOWN)]
    )
    def test_strangers_see_neither_list_nor_case(
        self, session: Session, desk: Desk, department: str, area: str
    ) -> None:
        case = given(session, handler(session))
        desk.sits(handler(session, department, area))

        assert "待签收 0" in plain(desk.read(LIST))
        assert desk.get(url(case)).status_code == 404
        assert desk.post(url(case, "sign"), **seen(case)).status_code == 404

    def test_who_is_no_department_has_no_such_page(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        desk.sits(worker)

        refused = desk.get(LIST)
        assert refused.status_code == 403
        assert 'href="/staff/"' in refused.text  # a way back
        assert "部门" not in plain(desk.read("/staff/"))

    @pytest.mark.parametrize("query", ["?part=x", "?part=done&page=-1", "?page=99999999999999"])
    def test_odd_addresses_show_a_list(self, session: Session, desk: Desk, query: str) -> None:
        desk.sits(handler(session))

        assert desk.get(LIST + query).status_code == 200

    def test_the_list_takes_a_fixed_number_of_statements(
        self, session: Session, desk: Desk, statements: list[str]
    ) -> None:
        owner = handler(session)
        for _ in range(4):
            given(session, owner)
        desk.sits(owner)
        statements.clear()

        desk.read(LIST)

        assert len(statements) <= 6, statements  # who asks: 2; counts, list, what was asked


class TestTogether:
    def test_help_is_asked_for_seen_and_answered(self, session: Session, desk: Desk) -> None:
        owner, other = handler(session), handler(session, URBAN)
        case = given(session, owner)
        desk.sits(owner)
        desk.post(url(case, "sign"), **seen(case))

        form = desk.read(url(case, "help"))
        silent = desk.post(url(case, "help"), to=URBAN, words="")
        asked = desk.post(url(case, "help"), to=URBAN, words="请来封路")

        assert f'value="{URBAN}"' in form
        assert f'value="{MUNICIPAL}"' not in form
        assert (silent.status_code, asked.status_code) == (422, 303)
        desk.sits(other)
        row = session.scalars(select(Help)).one()
        assert "请来封路" in desk.read(LIST)
        assert f'class="back"><a href="{LIST}"' in desk.read(f"/staff/help/{row.id}")
        answer = desk.post(f"/staff/help/{row.id}", comes="yes", words="下午到")
        assert answer.status_code == 303
        assert "请来封路" not in desk.read(LIST)
        assert desk.get(f"/staff/help/{row.id}").status_code == 404
        assert desk.get(url(case)).status_code == 404  # to help is not to read the case
        desk.sits(owner)
        assert "下午到" in desk.read(url(case))

    def test_a_handover_waits_for_the_town(self, session: Session, desk: Desk) -> None:
        owner, other = handler(session), handler(session, URBAN)
        case = given(session, owner)
        desk.sits(owner)
        desk.post(url(case, "sign"), **seen(case))
        asked = desk.post(url(case, "handover"), to=URBAN, reason="归执法")
        row = session.scalars(select(Handover)).one()
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)

        assert asked.status_code == 303
        assert "等镇里定" in desk.read(url(case))
        assert desk.get(f"/staff/transfer/{row.id}").status_code in {403, 404}
        desk.sits(town)
        assert "归执法" in desk.read("/staff/outside")
        no_reason = desk.post(f"/staff/transfer/{row.id}", agreed="no", words="")
        agreed = desk.post(f"/staff/transfer/{row.id}", agreed="yes", words="")

        assert (no_reason.status_code, agreed.status_code) == (422, 303)
        session.refresh(case)
        assert (case.owner_id, case.department) == (other.id, URBAN)
        desk.sits(other)
        assert "待签收 1" in plain(desk.read(LIST))

    @pytest.mark.parametrize("area", [NEXT_TOWN])
    def test_the_next_town_decides_nothing(self, session: Session, desk: Desk, area: str) -> None:
        owner = handler(session)
        handler(session, URBAN)
        case = given(session, owner)
        desk.sits(owner)
        desk.post(url(case, "sign"), **seen(case))
        desk.post(url(case, "handover"), to=URBAN, reason="归执法")
        row = session.scalars(select(Handover)).one()
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=area))

        answer = desk.post(f"/staff/transfer/{row.id}", agreed="yes")

        assert answer.status_code == 404
        session.refresh(case)
        assert case.owner_id == owner.id

    @pytest.mark.parametrize("page", ["help", "handover"])
    def test_who_has_not_signed_asks_nobody(self, session: Session, desk: Desk, page: str) -> None:
        owner = handler(session)
        case = given(session, owner)
        desk.sits(owner)

        assert desk.get(url(case, page)).status_code == 403

    @pytest.mark.parametrize("number", ["999999", "99999999999999999999"])
    def test_what_is_not_there(self, session: Session, desk: Desk, number: str) -> None:
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        for kind in ("help", "transfer"):
            assert desk.get(f"/staff/{kind}/{number}").status_code == 404


def test_a_noisy_building_site_through_two_departments(session: Session, desk: Desk) -> None:
    """From the worker to the town, a department, another one, and to somebody who looks."""
    worker = make_staff(session, Role.GRID_FULL, area=GRID)
    town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    market, site = handler(session, "housing"), handler(session, URBAN)
    case = make_case(session, state=State.HANDLING, owner_id=worker.id, category="0202")

    def go(who: Actor, what: str, **fields: str) -> None:
        desk.sits(who)
        session.refresh(case)
        answer = desk.post(url(case, what), **seen(case), **fields)
        assert answer.status_code == 303, answer.text[-1500:]
        session.refresh(case)

    go(town, "assign", owner=str(market.id), reason="工地归住建")
    go(market, "sign")
    go(market, "on-my-way")
    go(market, "handover", to=URBAN, reason="夜里施工归执法")
    row = session.scalars(select(Handover)).one()
    desk.sits(town)
    desk.post(f"/staff/transfer/{row.id}", agreed="yes", words="")
    go(site, "sign")
    go(site, "result", result_text="夜里停工了", finding="true")
    go(make_staff(session, Role.GRID_LEADER, area=GRID), "verify", finding="true")

    assert (case.state, case.owner_id, case.department) == (State.CLOSED, site.id, URBAN)
    told = session.scalars(select(Step.act).where(Step.case_id == case.id)).all()
    assert told.count(Act.SIGNED) == 2
    assert told.count(Act.HANDOVER) == 2


def test_police_matters_have_no_outside(session: Session, desk: Desk) -> None:
    station = handler(session, "police_station")
    case = make_case(
        session,
        state=State.HANDLING,
        owner_id=station.id,
        owner_level=Level.POLICE_STATION,
        privacy=Privacy.POLICE,
        department="police_station",
    )
    desk.sits(station)

    page = desk.read(url(case))

    assert "/outside" not in page
    assert "/handover" not in page
    assert desk.get(url(case, "outside")).status_code == 403


def test_the_pages_in_english(session: Session, desk: Desk) -> None:
    owner, other = handler(session), handler(session, URBAN, DISTRICT)
    case = given(session, owner)
    desk.sits(owner)
    desk.post(url(case, "sign"), **seen(case))
    desk.post(url(case, "help"), to=URBAN, words="请来封路")
    desk.post(url(case, "help"), to="town", words="请来封路")
    desk.post(url(case, "handover"), to=URBAN, reason="归执法")
    desk.read(url(case))  # what was said just now was said in Chinese
    helped, handed = session.scalars(select(Help)).all(), session.scalars(select(Handover)).one()
    pages = [f"{LIST}?part=waiting", url(case, "help"), url(case)]
    shown = [desk.read(f"{page}{'&' if '?' in page else '?'}lang=en") for page in pages]
    desk.sits(other)
    shown += [desk.read(f"{page}?lang=en") for page in (LIST, f"/staff/help/{helped[0].id}")]
    desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
    shown += [
        desk.read(f"{page}?lang=en")
        for page in ("/staff/outside", f"/staff/transfer/{handed.id}", "/staff/systems")
    ]

    for page in shown:
        said = ("请城管支援", "想转给", "等镇里同意", "归市政", "请综合执法支援", "请镇街支援")
        assert left_over(page, session, *WRITTEN, *said, *PHRASES, "综合执法", "：", "，") == []
