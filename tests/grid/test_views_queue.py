import pytest
from sqlalchemy.orm import Session

from grid.rules import Level, State, Urgency
from kernel.access import Actor
from kernel.grants import Role
from tests.factories import DISTRICT, GRID, NEXT_GRID, NEXT_VILLAGE, TOWN, VILLAGE, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.factories import make_case, make_station
from tests.grid.pages import Desk, plain


class TestQueue:
    def test_it_shows_my_cases_with_the_one_thing_to_do_next(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        make_case(session, owner_id=worker.id, place_name="菜场东门")
        make_case(session, owner_id=worker.id, state=State.HANDLING)
        make_case(session, owner_id=worker.id, state=State.HANDLING, responded_at=NOON)
        desk.sits(worker)

        page = desk.read("/staff/")

        assert "菜场东门" in page
        assert [page.count(word) for word in ("接单<span", "我去了<span", "报结果<span")] == [1] * 3

    def test_what_others_must_look_at_now_has_no_button(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        make_case(session, owner_id=worker.id, state=State.TO_VERIFY)
        desk.sits(worker)

        page = desk.read("/staff/").partition("<main")[2]

        assert "等别人核实" in page
        assert 'class="do"' not in page

    @pytest.mark.parametrize("state", [State.ACCEPTED, State.RETURNED, State.REOPENED])
    @pytest.mark.parametrize(
        ("role", "area"), [(Role.TOWN_ADMIN, TOWN), (Role.DISTRICT_CMD, DISTRICT)]
    )
    def test_a_button_to_give_it_out_leads_to_a_page_that_opens(
        self, session: Session, desk: Desk, state: State, role: Role, area: str
    ) -> None:
        case = make_case(session, state=state, place_name="菜场东门")
        desk.sits(make_staff(session, role, area=area))

        page = desk.read("/staff/")
        opens = desk.get(f"/staff/case/{case.number}/assign").status_code == 200

        assert "菜场东门" in page
        assert (f"{case.number}/assign" in page) is opens

    def test_what_is_urgent_stands_on_top(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        make_case(session, owner_id=worker.id, place_name="后看")
        make_case(session, owner_id=worker.id, place_name="先看", urgency=Urgency.URGENT)
        desk.sits(worker)

        page = desk.read("/staff/")

        assert page.index("先看") < page.index("后看")

    def test_a_neighbours_cases_are_not_in_it(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        make_case(session, place_name="邻居的事")
        make_case(session, place_name="邻村的事", area_code=NEXT_VILLAGE)
        desk.sits(worker)

        page = desk.read("/staff/")

        assert "邻居的事" not in page
        assert "邻村的事" not in page
        assert "手上没有要办的事" in page

    def test_the_desk_sees_what_nobody_has_yet_and_can_give_it_out(
        self, session: Session, desk: Desk
    ) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        case = make_case(session, state=State.RETURNED, place_name="没人办")
        desk.sits(town)

        page = desk.read("/staff/")

        assert f"/staff/case/{case.number}/assign" in page

    def test_what_a_colleague_reported_done_waits_for_my_look(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        case = make_case(session, state=State.TO_VERIFY)
        desk.sits(worker)

        for path in ("/staff/", "/staff/verify"):
            assert f"/staff/case/{case.number}#verify" in desk.read(path)

    def test_police_cases_are_seen_by_the_police_only(self, session: Session, desk: Desk) -> None:
        station = make_station(session)
        make_case(
            session,
            state=State.RETURNED,
            place_name="涉警的事",
            privacy="police",
            department="police_station",
        )
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)

        seen = {}
        for who, actor in {"station": station, "town": town}.items():
            desk.sits(actor)
            seen[who] = "涉警的事" in desk.read("/staff/") + desk.read("/staff/desk")

        assert seen == {"station": True, "town": False}

    @pytest.mark.parametrize("cases", [3, 200])
    def test_it_takes_a_fixed_number_of_statements_and_shows_fifty(
        self, session: Session, desk: Desk, worker: Actor, statements: list[str], cases: int
    ) -> None:
        for _ in range(cases):
            make_case(session, owner_id=worker.id)
        desk.sits(worker)
        desk.read("/staff/")  # asks once whether this is a demo
        statements.clear()

        page = desk.read("/staff/")

        assert len(statements) <= 4, statements  # who asks: 2; the version; the list
        assert page.count("<article") == min(cases, 50)
        assert ("再看 50 件" in page) is (cases > 50)

    def test_strangers_are_asked_to_sign_in_and_residents_turned_away(
        self, session: Session, desk: Desk
    ) -> None:
        answer = desk.get("/staff/")

        assert answer.status_code == 303
        assert "/staff/sign-in" in answer.location

    def test_whoever_has_nothing_to_do_with_cases_is_turned_away(
        self, session: Session, desk: Desk
    ) -> None:
        desk.sits(make_staff(session, Role.SHOP_VOLUNTEER))

        for path in ("/staff/verify", "/staff/desk", "/staff/patrol", "/staff/hours"):
            assert desk.get(path).status_code == 403
        home = desk.get("/staff/")
        assert (home.status_code, home.location) == (303, "/staff/account")


class TestLiveQueue:
    def test_nothing_new_is_304_without_reading_the_list(
        self, session: Session, desk: Desk, worker: Actor, statements: list[str]
    ) -> None:
        make_case(session, owner_id=worker.id)
        desk.sits(worker)
        first = desk.get("/staff/live/queue", **{"X-Live": "1"})
        statements.clear()

        again = desk.get(
            "/staff/live/queue", **{"X-Live": "1", "If-None-Match": first.headers["ETag"]}
        )

        assert first.status_code == 200
        assert 'data-badge="1"' in first.text
        assert (again.status_code, again.text) == (304, "")
        assert len(statements) == 3, statements  # who asks: 2; the version

    def test_the_pages_own_etag_is_good_for_the_first_question(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        make_case(session, owner_id=worker.id)
        desk.sits(worker)
        etag = desk.read("/staff/").partition('data-etag="')[2].partition('" data-t')[0]

        answer = desk.get("/staff/live/queue", **{"If-None-Match": etag.replace("&#34;", '"')})

        assert answer.status_code == 304

    def test_a_tag_that_a_compressing_proxy_weakened_is_good_too(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        desk.sits(worker)
        etag = desk.get("/staff/live/queue").headers["ETag"]

        answer = desk.get("/staff/live/queue", **{"If-None-Match": f"W/{etag}"})

        assert answer.status_code == 304

    def test_a_new_case_and_a_new_minute_are_news(
        self, session: Session, desk: Desk, worker: Actor, clock: FixedClock
    ) -> None:
        desk.sits(worker)
        tags = [desk.get("/staff/live/queue").headers["ETag"]]

        make_case(session, owner_id=worker.id)
        tags.append(desk.get("/staff/live/queue").headers["ETag"])
        clock.advance(seconds=61)
        tags.append(desk.get("/staff/live/queue").headers["ETag"])

        assert len(set(tags)) == 3

    def test_asking_by_itself_keeps_nobody_signed_in(
        self, session: Session, desk: Desk, worker: Actor, clock: FixedClock
    ) -> None:
        desk.sits(worker)
        desk.read("/staff/")
        answers = []

        for _ in range(20):
            clock.advance(minutes=30)
            answers.append(desk.get("/staff/live/queue", **{"X-Live": "1"}).status_code)

        assert answers[-1] == 401


class TestVerifyList:
    def test_whoever_handled_it_does_not_find_it_there(
        self, session: Session, desk: Desk, worker: Actor
    ) -> None:
        make_case(session, state=State.TO_VERIFY, owner_id=worker.id)
        desk.sits(worker)

        assert "没有要核实的" in desk.read("/staff/verify")

    def test_part_timers_find_what_is_not_urgent(self, session: Session, desk: Desk) -> None:
        make_case(session, state=State.TO_VERIFY, place_name="不急的")
        make_case(session, state=State.TO_VERIFY, place_name="急的", urgency=Urgency.URGENT)
        desk.sits(make_staff(session, Role.GRID_PART, area=GRID))

        words = plain(desk.read("/staff/verify"))

        assert "不急的" in words
        assert "· 急的" not in words


class TestDesk:
    def test_it_lists_the_cases_of_the_area_masked(self, session: Session, desk: Desk) -> None:
        make_case(session, place_name="本镇的", words="李奶奶的原话")
        make_case(session, place_name="邻镇的", area_code="330106002001001")
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        page = desk.read("/staff/desk")

        assert "本镇的" in page
        assert "邻镇的" not in page
        assert "李奶奶" not in page

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", {"甲", "乙", "丙"}),
            ("?state=to_verify", {"丙"}),
            ("?state=closed", {"丁"}),
            ("?state=all", {"甲", "乙", "丙", "丁"}),
            ("?urgency=urgent", {"乙"}),
            ("?category=road_lamp_x", {"甲", "乙", "丙"}),
            (f"?area={NEXT_GRID}", {"乙"}),
            ("?overdue=y", {"甲"}),
            ("?state=nonsense&urgency=\x00&area=' OR 1=1&page=-3", {"甲", "乙", "丙", "丁"}),
        ],
    )
    def test_it_narrows_as_asked_and_shrugs_at_nonsense(
        self, session: Session, desk: Desk, query: str, shown: set[str]
    ) -> None:
        make_case(session, place_name="甲", burns_at=NOON)
        make_case(session, place_name="乙", urgency=Urgency.URGENT, area_code=NEXT_GRID)
        make_case(session, place_name="丙", state=State.TO_VERIFY)
        make_case(session, place_name="丁", state=State.CLOSED)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))

        words = plain(desk.read(f"/staff/desk{query}"))

        if "category" in query:
            assert "没有这样的事" in words
        else:
            assert {name for name in "甲乙丙丁" if f"· {name} " in words} == shown

    def test_a_number_is_found_by_its_beginning_however_it_is_typed(
        self, session: Session, desk: Desk
    ) -> None:
        case = make_case(session, place_name="找的")
        make_case(session, place_name="另一处")
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        typed = "-".join((case.number[:4], case.number[4:8], case.number[8:])).lower()

        words = plain(desk.read(f"/staff/desk?q={typed}"))

        assert "找的" in words
        assert "另一处" not in words

    def test_it_takes_a_fixed_number_of_statements(
        self, session: Session, desk: Desk, statements: list[str]
    ) -> None:
        for _ in range(60):
            make_case(session)
        desk.sits(make_staff(session, Role.TOWN_ADMIN, area=TOWN))
        desk.read("/staff/desk")
        statements.clear()

        page = desk.read("/staff/desk?state=all")

        # One of them asks for the calendar's years, five for the grids nobody covers tonight.
        assert len(statements) <= 12, statements
        assert "page=2" in page
        assert "共 60 件" in page

    def test_a_village_sees_no_other_village(self, session: Session, desk: Desk) -> None:
        make_case(session, place_name="邻村的事", area_code=NEXT_VILLAGE, owner_level=Level.VILLAGE)
        desk.sits(make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE))

        assert "邻村的事" not in desk.read("/staff/desk")
