"""What waits for somebody above is theirs alone: tried from the next village and the next town."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid import queries, service
from grid.errors import NoSuchCase
from grid.models import Case, SupervisorCall
from grid.queries import phrases, promises, upwards
from grid.rules import CallCause, Level, Privacy, State
from grid.rules.phrases import SHIPPED, Situation
from grid.service.phrases import MOST
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from tests.factories import DISTRICT, GRID, NEXT_TOWN, NEXT_VILLAGE, TOWN, VILLAGE, make_staff
from tests.fakes import NOON
from tests.grid.factories import make_case, make_team


@pytest.fixture
def team(work: Work) -> dict[Role, Actor]:
    return make_team(work.session)


@pytest.fixture
def next_door(work: Work) -> list[Actor]:
    return [
        make_staff(work.session, Role.GRID_LEADER, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE),
        make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN),
        make_staff(work.session, Role.DISTRICT_CMD, area="330107"),
        make_staff(work.session, Role.AUDITOR, Role.SYSADMIN, area=DISTRICT),
    ]


def everybody(team: dict[Role, Actor], others: list[Actor]) -> dict[Role | int, Actor]:
    """Return the team by their hats and the others by their number."""
    return {**dict(team.items()), **dict(enumerate(others))}


def in_hand(work: Work, by: Actor) -> Case:
    return make_case(
        work.session,
        owner_id=by.id,
        state=State.HANDLING,
        category="0302",
        close_by=NOON.replace(day=5),
    )


class TestCalls:
    def test_are_read_by_whoever_makes_them(
        self, work: Work, team: dict[Role, Actor], next_door: list[Actor]
    ) -> None:
        case = make_case(work.session, state=State.CLOSED, owner_id=team[Role.GRID_FULL].id)
        service.owe_call(work, case.id, cause=CallCause.NOT_SOLVED, said="还堵着")
        call_id = work.session.scalars(select(SupervisorCall.id)).one()
        leader = team[Role.GRID_LEADER]

        [found] = upwards.calls_due(work.session, by=leader, now=NOON)
        assert found.area_name == "区域001 · 区域001"  # which village's 第1网格 it is

        assert (found.call_id, found.said, found.number) == (call_id, "还堵着", case.number)
        assert upwards.due_call(work.session, call_id, by=leader, now=NOON) == found
        assert upwards.call_for(work.session, call_id, by=leader, now=NOON).id == call_id
        assert upwards.waiting(work.session, by=leader, now=NOON) == 1
        for person in (*next_door, *(team[role] for role in team if role is not Role.GRID_LEADER)):
            assert upwards.calls_due(work.session, by=person, now=NOON) == ()
            assert upwards.waiting(work.session, by=person, now=NOON) == 0
            for read in (upwards.due_call, upwards.call_for):
                with pytest.raises(NoSuchCase):
                    read(work.session, call_id, by=person, now=NOON)

    def test_that_are_late_are_open_to_everybody_further_up(
        self, work: Work, team: dict[Role, Actor], next_door: list[Actor]
    ) -> None:
        case = make_case(work.session, state=State.CLOSED, owner_id=team[Role.GRID_FULL].id)
        service.owe_call(work, case.id, cause=CallCause.NOT_SOLVED)
        late = NOON + timedelta(days=2)
        people = everybody(team, next_door)

        readers = {
            who for who, one in people.items() if upwards.calls_due(work.session, by=one, now=late)
        }

        assert readers == {
            Role.GRID_LEADER,
            Role.VILLAGE_ADMIN,
            Role.TOWN_ADMIN,
            Role.DISTRICT_CMD,
        }

    def test_of_the_police_stay_with_the_police(self, work: Work, team: dict[Role, Actor]) -> None:
        aux = team[Role.POLICE_AUX]
        case = make_case(
            work.session,
            state=State.CLOSED,
            privacy=Privacy.POLICE,
            department="police_station",
            owner_id=aux.id,
            owner_level=Level.POLICE_AUX,
        )
        service.owe_call(work, case.id, cause=CallCause.NOT_SOLVED)

        readers = {
            role for role, one in team.items() if upwards.calls_due(work.session, by=one, now=NOON)
        }

        assert readers == {Role.DEPT_HANDLER}

    def test_made_they_wait_no_longer(self, work: Work, team: dict[Role, Actor]) -> None:
        case = make_case(
            work.session, state=State.CLOSED, owner_id=team[Role.GRID_FULL].id, caller_phone=None
        )
        service.owe_call(work, case.id, cause=CallCause.NOT_SOLVED)

        assert upwards.calls_due(work.session, by=team[Role.GRID_LEADER], now=NOON) == ()


class TestAsks:
    def test_for_more_time_are_read_where_they_are_decided(
        self, work: Work, team: dict[Role, Actor], next_door: list[Actor]
    ) -> None:
        case = in_hand(work, team[Role.GRID_FULL])
        service.ask_extension(work, case.id, by=team[Role.GRID_FULL], reason="等配件")
        people = everybody(team, next_door)

        readers = {
            who for who, one in people.items() if upwards.extensions_asked(work.session, by=one)
        }

        assert readers == {Role.TOWN_ADMIN, Role.DISTRICT_CMD}
        assert upwards.waiting(work.session, by=team[Role.TOWN_ADMIN], now=NOON) == 1

    def test_of_ones_own_are_not(self, work: Work, team: dict[Role, Actor]) -> None:
        town = team[Role.TOWN_ADMIN]
        case = in_hand(work, town)
        service.ask_extension(work, case.id, by=town, reason="等配件")

        assert upwards.extensions_asked(work.session, by=town) == ()
        assert upwards.waiting(work.session, by=town, now=NOON) == 0


class TestObjections:
    def test_are_read_one_level_up_and_not_by_who_refused(
        self, work: Work, team: dict[Role, Actor], next_door: list[Actor]
    ) -> None:
        refuser = make_staff(work.session, Role.DISTRICT_CMD, area=DISTRICT)
        case = make_case(work.session, state=State.REJECTED, rejected_by=refuser.id)
        service.object_to(work, case.id, reason="是公共楼道")
        people = everybody(team, [*next_door, refuser])

        readers = {
            who for who, one in people.items() if upwards.objections_made(work.session, by=one)
        }

        assert readers == {Role.DISTRICT_CMD}
        assert upwards.waiting(work.session, by=team[Role.DISTRICT_CMD], now=NOON) == 1
        shown = queries.queue(work.session, by=team[Role.DISTRICT_CMD], now=NOON).cards
        assert [card.number for card in shown] == [case.number]
        assert queries.queue(work.session, by=refuser, now=NOON).cards == ()

    def test_of_a_police_case_the_bureau_reads_and_the_station_does_not(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        station = team[Role.DEPT_HANDLER]
        bureau = make_staff(work.session, Role.DEPT_HANDLER, area=DISTRICT, department="police")
        case = make_case(
            work.session,
            state=State.REJECTED,
            privacy=Privacy.POLICE,
            department="police_station",
            rejected_by=station.id,
        )
        service.object_to(work, case.id, reason="请再看看")
        colleague = make_staff(
            work.session, Role.DEPT_HANDLER, area=TOWN, department="police_station"
        )

        readers = [
            bool(upwards.objections_made(work.session, by=one))
            for one in (bureau, station, colleague, team[Role.DISTRICT_CMD])
        ]

        assert readers == [True, False, False, False]


class TestPromises:
    def test_offer_only_what_somebody_may_do(
        self, work: Work, team: dict[Role, Actor], next_door: list[Actor]
    ) -> None:
        case = in_hand(work, team[Role.GRID_FULL])
        people = everybody(team, next_door)

        offered = {
            who
            for who, one in people.items()
            for found in [
                promises.promises_for(work.session, case, [], by=one, now=NOON, full=True)
            ]
            if found.may_pause or found.may_ask or found.may_extend or found.may_resume
        }

        assert offered == {Role.GRID_FULL}

    def test_say_nothing_of_an_objection_to_who_reads_masked(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        case = make_case(work.session, state=State.REJECTED)
        service.object_to(work, case.id, reason="是公共楼道")

        village = queries.detail(work.session, case.id, by=team[Role.VILLAGE_ADMIN], now=NOON)
        district = queries.detail(work.session, case.id, by=team[Role.DISTRICT_CMD], now=NOON)

        assert village.promises.objection is not None
        assert village.promises.objection.reason == ""
        assert district.promises.objection is not None
        assert district.promises.objection.reason == "是公共楼道"
        assert (village.promises.may_judge, district.promises.may_judge) == (False, True)


class TestPhrases:
    def add(self, work: Work, by: Actor, words: str, area: str = TOWN) -> None:
        service.add_phrase(work, area_code=area, situation=Situation.ASK, words=words, by=by)

    def test_of_a_town_are_offered_there_beside_the_shipped_ones(
        self, work: Work, team: dict[Role, Actor], next_door: list[Actor]
    ) -> None:
        self.add(work, team[Role.TOWN_ADMIN], "请报楼号。")
        self.add(work, team[Role.TOWN_ADMIN], "请报楼号。")

        assert phrases.phrases_for(work.session, GRID)[Situation.ASK] == (
            *SHIPPED[Situation.ASK],
            "请报楼号。",
        )
        assert phrases.phrases_for(work.session, NEXT_TOWN)[Situation.ASK] == SHIPPED[Situation.ASK]
        assert [
            one.words for one in phrases.own_phrases(work.session, by=team[Role.TOWN_ADMIN])
        ] == ["请报楼号。"]
        assert [phrases.own_phrases(work.session, by=one) for one in next_door[:3]] == [[], [], []]

    def test_are_taken_out_by_whom_they_belong_to(
        self, work: Work, team: dict[Role, Actor], next_door: list[Actor]
    ) -> None:
        town = team[Role.TOWN_ADMIN]
        self.add(work, town, "请报楼号。")
        [phrase] = phrases.own_phrases(work.session, by=town)
        number = phrase.id

        service.remove_phrase(work, number, by=next_door[1])
        assert len(phrases.own_phrases(work.session, by=town)) == 1
        service.remove_phrase(work, number, by=town)
        service.remove_phrase(work, number, by=town)

        assert phrases.own_phrases(work.session, by=town) == []

    @pytest.mark.parametrize("area", [VILLAGE, NEXT_TOWN, "000000000"])
    def test_are_added_nowhere_else(self, work: Work, team: dict[Role, Actor], area: str) -> None:
        by = team[Role.VILLAGE_ADMIN] if area == VILLAGE else team[Role.TOWN_ADMIN]

        with pytest.raises(Exception, match=r"归您定|没有这个区域"):
            self.add(work, by, "请报楼号。", area)

    def test_are_short_and_not_too_many(self, work: Work, team: dict[Role, Actor]) -> None:
        town = team[Role.TOWN_ADMIN]
        for words in ("", "。", "长" * 201):
            with pytest.raises(Exception, match="最多 200"):
                self.add(work, town, words)
        for number in range(MOST):
            self.add(work, town, f"第{number}句")

        with pytest.raises(Exception, match="够多"):
            self.add(work, town, "再来一句")
