"""Activities: signing up, who was there, and who was there."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import qr.service
from kernel.outbound import Message
from kernel.work import parts
from people.models import Person
from points import queries, service
from points.errors import (
    Full,
    NobodyThere,
    TooLate,
    Unsaid,
)
from points.models import Activity, SignUp
from points.rules.activities import minutes_of
from points.service import Confirmed
from qr.models import SignIn
from qr.rules import rotating
from tests.factories import NEXT_VILLAGE, make_area
from tests.fakes import NOON
from tests.points.patrols import BEGIN, Patrol


def test_the_same_sign_in_sent_twice_or_from_two_phones_counts_once(patrol: Patrol) -> None:
    who, activity = patrol.village.resident, patrol.post()
    patrol.at(minutes=1)
    for once in ("page-1", "page-1", "page-2"):
        patrol.scan(activity, who, once)
        patrol.clock.advance(minutes=1)

    rows = patrol.work.session.scalars(select(SignIn)).all()
    assert len(rows) == 1
    assert rows[0].signed_at == BEGIN + timedelta(minutes=1)


def test_signing_out_twice_is_the_same_minute_and_a_clock_set_back_takes_no_time_away(
    patrol: Patrol,
) -> None:
    who, activity = patrol.village.resident, patrol.post()
    key, code = rotating.key_of(parts().settings.secret_key), activity.code_id or 0
    patrol.at(minutes=0)
    patrol.scan(activity, who, "in")
    patrol.at(minutes=90)
    entry = rotating.make_entry(key, code, "out", now=patrol.clock.now())
    left = []
    for _ in range(2):
        left.append(qr.service.sign_out(patrol.work, code, entry, who.id).left_at)
        patrol.clock.advance(minutes=3)
    patrol.at(minutes=30)  # somebody has set the clock back
    patrol.scan(activity, who, "again", out=True)

    assert left == [BEGIN + timedelta(minutes=90)] * 2
    row = patrol.work.session.scalars(select(SignIn)).one()
    assert row.left_at == left[0]
    assert minutes_of(BEGIN, BEGIN + timedelta(hours=2), BEGIN + timedelta(hours=1), BEGIN) == 0


def test_there_is_room_for_so_many_and_leaving_makes_room(patrol: Patrol) -> None:
    work, one, two = patrol.work, patrol.village.resident, patrol.neighbour()
    activity = patrol.post(capacity=1)

    assert service.sign_up(work, activity.id, by=one)
    assert not service.sign_up(work, activity.id, by=one)
    with pytest.raises(Full):
        service.sign_up(work, activity.id, by=two)
    for _ in range(2):
        service.leave(work, activity.id, by=one)
    assert service.sign_up(work, activity.id, by=two)
    assert activity.taken == 1
    patrol.at(minutes=0)
    with pytest.raises(TooLate):
        service.leave(work, activity.id, by=two)


def test_more_on_the_list_than_there_was_room_for_are_not_confirmed(patrol: Patrol) -> None:
    activity = patrol.attended(patrol.village.resident, patrol.neighbour(), capacity=1)

    with pytest.raises(Full):
        service.confirm_roll(patrol.work, activity.id, {}, remark="", by=patrol.leader)
    left_off = {patrol.village.resident.id: Confirmed(why="没有报名")}
    assert service.confirm_roll(patrol.work, activity.id, left_off, remark="", by=patrol.leader)


def test_who_has_no_phone_is_signed_up_in_and_out_by_household_and_name(patrol: Patrol) -> None:
    work, home, activity = patrol.work, patrol.village.home, patrol.post()
    number, name = home.number.lower(), " 王 秀英 "

    def sign(*, out: bool = False) -> bool:
        return service.sign_in_for(
            work, activity.id, number=number, name=name, out=out, by=patrol.leader
        )

    assert service.sign_up_for(work, activity.id, number=number, name=name, by=patrol.leader)
    assert work.session.scalars(select(SignUp.helped_by)).all() == [patrol.leader.id]
    with pytest.raises(TooLate):
        sign()
    patrol.at(minutes=0)
    with pytest.raises(Unsaid):
        sign(out=True)
    assert sign()
    assert not sign()
    patrol.at(hours=2)
    assert sign(out=True)
    for number, name in (("H999999", "王秀英"), (home.number, "王"), (home.number, "")):
        with pytest.raises(NobodyThere):
            service.sign_in_for(work, activity.id, number=number, name=name, by=patrol.leader)
    patrol.at(hours=3)
    assert service.confirm_roll(work, activity.id, {}, remark="", by=patrol.leader) == 1


def test_a_patrol_of_four_weeks_is_four_activities(patrol: Patrol) -> None:
    patrol.post(weeks=4)

    rows = patrol.work.session.scalars(select(Activity).order_by(Activity.id)).all()
    assert [one.starts_at - BEGIN for one in rows] == [timedelta(weeks=n) for n in range(4)]
    assert len({one.series for one in rows}) == 1
    assert len({one.code_id for one in rows}) == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rule_code": "P01"}, "规则"),
        ({"rule_code": "P14"}, "规则"),
        ({"capacity": 0}, "人数"),
        ({"capacity": 201}, "人数"),
        ({"weeks": 13}, "周"),
        ({"least_minutes": 121}, "多久"),
        ({"team": "队" * 41}, "40"),
        ({"words": "字" * 501}, "500"),
        ({"area_code": NEXT_VILLAGE}, "这里"),
    ],
)
def test_what_cannot_be_posted(patrol: Patrol, change: dict[str, object], said: str) -> None:
    make_area(patrol.work.session, NEXT_VILLAGE)

    with pytest.raises(Exception, match=said):
        patrol.post(**change)


def test_the_rule_of_its_posting_stays_its_own(patrol: Patrol) -> None:
    activity = patrol.attended(patrol.village.resident)
    table = queries.rules_in_force(patrol.work.session, NOON.date())
    assert activity.rule_version == table.version

    with pytest.raises(TooLate):
        service.edit_activity(
            patrol.work,
            activity.id,
            words="",
            team="",
            capacity=5,
            least_minutes=0,
            by=patrol.leader,
        )


def test_one_that_is_called_off_takes_nobody_and_has_no_list(patrol: Patrol) -> None:
    work, activity = patrol.work, patrol.post()
    service.call_off(work, activity.id, reason="下雨", by=patrol.leader)

    for again in (
        lambda: service.call_off(work, activity.id, reason="下雨", by=patrol.leader),
        lambda: service.sign_up(work, activity.id, by=patrol.village.resident),
    ):
        with pytest.raises(TooLate):
            again()
    patrol.at(hours=5)
    with pytest.raises(TooLate):
        service.confirm_roll(work, activity.id, {}, remark="", by=patrol.leader)


@pytest.mark.parametrize(("minutes", "told"), [(-1, 1), (1, 0)])
def test_who_signed_up_and_has_a_phone_hears_that_it_is_called_off(
    patrol: Patrol, minutes: int, told: int
) -> None:
    work, who, activity = patrol.work, patrol.village.resident, patrol.post()
    service.sign_up(work, activity.id, by=who)
    home = patrol.village.home.number
    service.sign_up_for(work, activity.id, by=patrol.leader, number=home, name="王秀英")
    patrol.at(minutes=minutes)

    service.call_off(work, activity.id, reason="下雨", by=patrol.leader)

    sent = work.session.scalars(select(Message)).all()
    assert [one.recipient for one in sent] == [work.session.get_one(Person, who.id).phone] * told
    assert all("夜间巡防" in one.text and "3月2日21:00" in one.text for one in sent)


def test_who_signed_up_is_forgotten_in_time_or_when_they_ask(patrol: Patrol) -> None:
    work, activity = patrol.work, patrol.post(capacity=2)
    service.sign_up(work, activity.id, by=patrol.village.resident)
    service.sign_up(work, activity.id, by=patrol.neighbour())

    assert service.forget_wishes(work, patrol.village.resident.id) == 1
    work.session.expire_all()
    assert activity.taken == 1
    patrol.clock.moment = activity.ends_at + timedelta(days=180)
    assert service.forget_sign_ups(work) == 0
    patrol.clock.advance(seconds=1)
    assert service.forget_sign_ups(work) == 1
    assert service.forget_sign_ups(work) == 0
    assert work.session.scalars(select(SignUp.person_id)).all() == []
