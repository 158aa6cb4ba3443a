"""An urgent case at night: whose phone rings, until when, and what the town's desk says."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid import jobs, queries, service
from grid.errors import NoSuchCase, NotYours
from grid.models import Act, Alarm, Case, DeskAlarm
from grid.rules import Level, Move, State
from grid.rules.roster import Kind
from grid.service.alarms import MOST_RINGS
from kernel.access import Actor
from kernel.grants import Role
from kernel.outbound import Channel, Message, MessageState
from kernel.work import Work
from people.models import Area, Kin, Person
from people.service.bars import bar
from tests.factories import DISTRICT, NEXT_TOWN, TOWN, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.factories import acts_of, do, make_case, make_team, opened
from tests.grid.rosters import THREE, make_duty

NIGHT_PHONE = "0571-88880110"
WORKER_PHONE = "13900000001"


@pytest.fixture
def three(clock: FixedClock) -> FixedClock:
    clock.moment = THREE
    return clock


@pytest.fixture
def team(work: Work, three: FixedClock) -> dict[Role, Actor]:
    """Return everybody over the grid; a worker has the night, and the town a night phone."""
    team = make_team(work.session)
    work.session.get_one(Person, team[Role.GRID_FULL].id).phone = WORKER_PHONE
    work.session.get_one(Area, TOWN).night_phone = NIGHT_PHONE
    make_duty(work.session, Kind.NIGHT, team[Role.GRID_FULL])
    return team


def cable(work: Work, **more: object) -> Case:
    """Return a dangling cable at 03:00."""
    return opened(work, **{"submitted_at": THREE, "danger": True, **more})


def rung(work: Work) -> dict[str, list[tuple[Channel, str]]]:
    """Return what rang each phone, first things first."""
    work.session.flush()
    found: dict[str, list[tuple[Channel, str]]] = {}
    for one in work.session.scalars(select(Message).order_by(Message.id)):
        if one.channel in {Channel.SMS, Channel.VOICE}:
            found.setdefault(one.recipient, []).append((one.channel, one.template))
    return found


def minutes(work: Work, clock: FixedClock, count: int) -> None:
    for _ in range(count):
        clock.advance(minutes=1)
        jobs.remind(work)


def desk_alarm(work: Work) -> DeskAlarm:
    work.session.expire_all()
    return work.session.scalars(select(DeskAlarm)).one()


class TestRinging:
    def test_the_night_duty_and_the_towns_desk_are_rung_by_text_and_by_call(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        case = cable(work)

        assert case.owner_id == team[Role.GRID_FULL].id
        assert rung(work) == {
            WORKER_PHONE: [(Channel.SMS, "T15"), (Channel.VOICE, "T15")],
            NIGHT_PHONE: [(Channel.VOICE, "T16")],  # a landline takes no texts
        }

    def test_whoever_sits_at_the_desk_tonight_is_rung_instead_of_the_phone(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        work.session.get_one(Person, team[Role.TOWN_ADMIN].id).phone = "13900000009"
        make_duty(work.session, Kind.DESK, team[Role.TOWN_ADMIN], TOWN)

        cable(work)

        assert rung(work)["13900000009"] == [(Channel.SMS, "T16"), (Channel.VOICE, "T16")]
        assert NIGHT_PHONE not in rung(work)

    def test_both_ring_every_minute_and_not_for_ever(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        cable(work)

        minutes(work, three, 60)

        found = rung(work)
        calls = [one for one in found[WORKER_PHONE] if one[0] is Channel.VOICE]
        assert calls == [(Channel.VOICE, "T15")] + [(Channel.VOICE, "T16")] * (MOST_RINGS - 1)
        assert len(found[NIGHT_PHONE]) == MOST_RINGS

    def test_run_twice_in_a_minute_it_rings_once(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        cable(work)
        minutes(work, three, 1)

        jobs.remind(work)
        jobs.remind(work)

        assert len(rung(work)[NIGHT_PHONE]) == 2

    def test_to_take_it_is_not_to_go(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        case = cable(work)
        do(work, case, Move.ACCEPT, team[Role.GRID_FULL])

        minutes(work, three, 2)

        assert len(rung(work)[WORKER_PHONE]) == 6
        assert len(rung(work)[NIGHT_PHONE]) == 3

    @pytest.mark.parametrize("answer", [service.on_my_way, service.log_call])
    def test_to_say_i_am_going_or_to_call_is(
        self, work: Work, team: dict[Role, Actor], three: FixedClock, answer: object
    ) -> None:
        case = cable(work)
        do(work, case, Move.ACCEPT, team[Role.GRID_FULL])
        answer(work, case.id, by=team[Role.GRID_FULL])  # type: ignore[operator]
        before = rung(work)

        minutes(work, three, 15)

        assert rung(work) == before
        assert work.session.scalars(select(Alarm.rings_at)).all() == [None]
        assert desk_alarm(work).rings_at is None

    def test_what_had_not_gone_out_yet_is_taken_back(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        case = cable(work)
        do(work, case, Move.ACCEPT, team[Role.GRID_FULL])
        service.on_my_way(work, case.id, by=team[Role.GRID_FULL])

        work.session.expire_all()
        states = set(work.session.scalars(select(Message.state)))
        assert states == {MessageState.GIVEN_UP}

    def test_the_ladder_goes_on_and_the_next_ones_phone_rings(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        case = cable(work)
        for _ in range(6):
            three.advance(minutes=1)
            jobs.climb(work)
            jobs.remind(work)

        assert case.owner_level is Level.VILLAGE
        ringing = work.session.scalars(select(Alarm).where(Alarm.rings_at.is_not(None))).all()
        assert [one.person_id for one in ringing] == [team[Role.VILLAGE_ADMIN].id]
        assert len(work.session.scalars(select(DeskAlarm)).all()) == 1

    def test_in_the_morning_the_desk_is_left_alone(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        three.moment = THREE + timedelta(hours=3, minutes=58)
        cable(work, submitted_at=three.moment)

        minutes(work, three, 5)

        assert len(rung(work)[NIGHT_PHONE]) == 2

    @pytest.mark.parametrize(
        ("hour", "more"), [(0, {"danger": False}), (9, {}), (0, {"category": "0602"})]
    )
    def test_by_day_what_can_wait_and_what_is_for_the_police_rings_no_desk(
        self,
        work: Work,
        team: dict[Role, Actor],
        three: FixedClock,
        hour: int,
        more: dict[str, object],
    ) -> None:
        three.advance(hours=hour)

        cable(work, submitted_at=three.moment, **more)

        assert NIGHT_PHONE not in rung(work)
        assert work.session.scalars(select(DeskAlarm)).all() == []

    def test_nobody_at_all_is_there_and_the_desk_is_rung(
        self, work: Work, three: FixedClock
    ) -> None:
        gone = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        work.session.get_one(Area, TOWN).night_phone = NIGHT_PHONE

        case = cable(work, staff_reporter=gone.id)  # whoever reported it does not take it

        assert case.owner_id is None
        assert rung(work) == {NIGHT_PHONE: [(Channel.VOICE, "T16")]}

    def test_without_desk_or_phone_nothing_breaks_and_the_page_says_so(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        work.session.get_one(Area, TOWN).night_phone = None

        cable(work)
        minutes(work, three, 3)

        alarm = desk_alarm(work)
        assert (alarm.rung, alarm.rings_at) == (0, None)
        (call,) = queries.called_tonight(work.session, by=team[Role.TOWN_ADMIN], now=three.moment)
        assert (call.rung, call.answered) == (0, False)

    def test_asked_for_again_at_night_it_is_another_round(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        make_case(work.session, state=State.CLOSED, urgency="urgent", night=False)
        case = work.session.scalars(select(Case)).one()
        case.closed_at = three.moment

        service.reopen(work, case.id, reason="又掉下来了")

        assert desk_alarm(work).round == 1
        assert len(rung(work)[NIGHT_PHONE]) == 1


class TestTheDesk:
    def test_i_know_lets_the_desk_rest_and_nobody_else(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        case = cable(work)
        service.desk_knows(work, case.id, by=team[Role.TOWN_ADMIN])
        service.desk_knows(work, case.id, by=team[Role.TOWN_ADMIN])

        minutes(work, three, 3)

        assert len(rung(work)[NIGHT_PHONE]) == 1
        assert len(rung(work)[WORKER_PHONE]) == 8
        assert acts_of(work.session, case).count(Act.NOTE) == 1
        assert desk_alarm(work).answered_by == team[Role.TOWN_ADMIN].id

    @pytest.mark.parametrize("accepted", [False, True])
    def test_i_go_takes_it_over_by_the_table_and_every_phone_rests(
        self, work: Work, team: dict[Role, Actor], three: FixedClock, *, accepted: bool
    ) -> None:
        case = cable(work)
        if accepted:
            do(work, case, Move.ACCEPT, team[Role.GRID_FULL])

        service.desk_goes(work, case.id, by=team[Role.TOWN_ADMIN])
        before = rung(work)
        minutes(work, three, 15)

        assert (case.owner_id, case.owner_level) == (team[Role.TOWN_ADMIN].id, Level.TOWN)
        assert (case.state, case.responded_at) == (State.HANDLING, THREE)
        assert Move.REASSIGN in acts_of(work.session, case)
        assert rung(work) == before
        jobs.climb(work)
        assert case.owner_id == team[Role.TOWN_ADMIN].id

    def test_what_nobody_has_the_desk_may_take(self, work: Work, three: FixedClock) -> None:
        make_case(work.session, state=State.ACCEPTED, urgency="urgent")
        case = work.session.scalars(select(Case)).one()
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

        service.desk_goes(work, case.id, by=town)

        assert (case.owner_id, case.state) == (town.id, State.HANDLING)

    def test_its_own_case_needs_no_taking_over(self, work: Work, three: FixedClock) -> None:
        town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
        case = cable(work)
        assert case.owner_id == town.id

        service.desk_goes(work, case.id, by=town)

        assert Move.REASSIGN not in acts_of(work.session, case)
        assert case.responded_at == THREE

    def test_whoever_reported_it_does_not_go_themselves(
        self, work: Work, team: dict[Role, Actor]
    ) -> None:
        case = cable(work, staff_reporter=team[Role.TOWN_ADMIN].id)

        with pytest.raises(NotYours):
            service.desk_goes(work, case.id, by=team[Role.TOWN_ADMIN])

    @pytest.mark.parametrize(
        ("role", "area"), [(Role.TOWN_ADMIN, NEXT_TOWN), (Role.SYSADMIN, DISTRICT)]
    )
    def test_the_next_towns_desk_hears_and_says_nothing(
        self, work: Work, team: dict[Role, Actor], three: FixedClock, role: Role, area: str
    ) -> None:
        case = cable(work)
        stranger = make_staff(work.session, role, area=area)

        for verb in (service.desk_knows, service.desk_goes):
            with pytest.raises(NoSuchCase):
                verb(work, case.id, by=stranger)
        assert queries.called_tonight(work.session, by=stranger, now=three.moment) == ()

    def test_what_somebody_goes_to_is_no_longer_on_its_page(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        case = cable(work)
        town = team[Role.TOWN_ADMIN]
        assert [
            one.card.case_id for one in queries.called_tonight(work.session, by=town, now=NOON)
        ] == [case.id]

        service.desk_goes(work, case.id, by=town)

        assert queries.called_tonight(work.session, by=town, now=NOON) == ()


class TestWhomItIsAgainst:
    def test_a_phone_they_may_pick_up_rings_no_more(
        self, work: Work, team: dict[Role, Actor], three: FixedClock
    ) -> None:
        case = cable(work)
        first = len(rung(work)[NIGHT_PHONE])
        bar(work, "case", [case.id], accused=[team[Role.TOWN_ADMIN].id])

        minutes(work, three, 3)

        assert first > 0
        assert len(rung(work)[NIGHT_PHONE]) == first
        assert len(rung(work)[WORKER_PHONE]) > first

    @pytest.mark.parametrize("near", ["accused", "kin"])
    def test_whoever_is_on_duty_at_the_desk_is_not_rung(
        self, work: Work, team: dict[Role, Actor], three: FixedClock, near: str
    ) -> None:
        on_duty, other = team[Role.TOWN_ADMIN], team[Role.VILLAGE_ADMIN]
        work.session.get_one(Person, on_duty.id).phone = "13900000002"
        make_duty(work.session, Kind.DESK, on_duty, TOWN)
        first, second = sorted((on_duty.id, other.id))
        work.session.add(Kin(person_id=first, other_id=second, noted_at=NOON))
        before = cable(work)
        heard = len(rung(work)["13900000002"])
        accused = on_duty if near == "accused" else other
        bar(work, "case", [before.id], accused=[accused.id])

        minutes(work, three, 3)

        assert heard > 0
        assert len(rung(work)["13900000002"]) == heard
        assert NIGHT_PHONE not in rung(work)
