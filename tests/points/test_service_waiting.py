"""A full activity: who waits moves up by themselves, in order, and is told; photographs."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

import qr.service
from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.errors import NotFound
from kernel.grants import Role
from kernel.media import Attachment, MediaRefused, TooManyFiles
from kernel.media import State as FileState
from kernel.outbound import Message
from kernel.work import Work
from points import handlers, queries, service
from points.errors import NoSuchActivity, TooLate, Unsaid
from points.models import Activity, SignUp, Waiting
from qr.events import ActivityStopped
from tests.browser import jpeg
from tests.factories import NEXT_TOWN, NEXT_VILLAGE, make_area, make_staff
from tests.grid.pages import Desk, photo
from tests.people.homes import make_resident
from tests.points.patrols import BEGIN, Patrol


@pytest.fixture
def full(patrol: Patrol) -> tuple[Patrol, Activity, list[Actor]]:
    """An activity for one, who signed up, and two who wait."""
    activity = patrol.post(capacity=1)
    people = [make_resident(patrol.work.session) for _ in range(3)]
    service.sign_up(patrol.work, activity.id, by=people[0])
    for one in people[1:]:
        assert service.wait_for(patrol.work, activity.id, by=one)
        assert not service.wait_for(patrol.work, activity.id, by=one)
    return patrol, activity, people


Full = tuple[Patrol, Activity, list[Actor]]


def on_list(work: Work) -> list[int]:
    return list(work.session.scalars(select(SignUp.person_id).order_by(SignUp.person_id)))


def in_line(work: Work) -> list[int]:
    return list(work.session.scalars(select(Waiting.person_id).order_by(Waiting.id)))


def told(work: Work) -> list[str]:
    return [one.template for one in work.session.scalars(select(Message).order_by(Message.id))]


def test_who_waits_longest_moves_up_when_somebody_leaves_and_is_told_once(full: Full) -> None:
    patrol, activity, (one, two, three) = full
    work = patrol.work
    card = queries.activity_card(work.session, activity.id, person_id=three.id)
    assert (card.waiting, card.place_in_line, card.mine) == (2, 2, False)

    service.leave(work, activity.id, by=one)
    service.leave(work, activity.id, by=one)

    assert (on_list(work), in_line(work)) == ([two.id], [three.id])
    assert (activity.taken, told(work)) == (1, ["T53"])
    assert [card.activity.id for card in queries.own_wishes(work.session, three.id, now=BEGIN)] == [
        activity.id
    ]
    service.leave(work, activity.id, by=three)  # out of the line; nobody else moves
    service.leave(work, activity.id, by=two)
    assert (on_list(work), in_line(work), activity.taken) == ([], [], 0)


def test_more_room_is_theirs_who_wait_and_a_forgotten_name_makes_room(full: Full) -> None:
    patrol, activity, (one, two, three) = full
    service.edit_activity(
        patrol.work, activity.id, words="", team="", capacity=2, least_minutes=60, by=patrol.leader
    )
    assert (on_list(patrol.work), told(patrol.work)) == ([one.id, two.id], ["T53"])

    service.forget_wishes(patrol.work, one.id)

    assert on_list(patrol.work) == [two.id, three.id]
    assert activity.taken == 2


def test_nobody_is_called_to_what_was_called_off(full: Full) -> None:
    patrol, activity, (one, two, three) = full
    service.edit_activity(
        patrol.work, activity.id, words="", team="", capacity=2, least_minutes=60, by=patrol.leader
    )
    service.call_off(patrol.work, activity.id, reason="下雨", by=patrol.leader)
    before = told(patrol.work)

    service.leave(patrol.work, activity.id, by=one)
    service.forget_wishes(patrol.work, two.id)

    assert (on_list(patrol.work), in_line(patrol.work)) == ([], [three.id])
    assert (activity.taken, told(patrol.work)) == (0, before)


def test_nobody_moves_up_once_it_has_begun_and_nobody_waits_for_what_is_off(full: Full) -> None:
    patrol, activity, (_one, _two, _three) = full
    other = make_resident(patrol.work.session)
    service.call_off(patrol.work, activity.id, reason="下雨", by=patrol.leader)
    with pytest.raises(TooLate):
        service.wait_for(patrol.work, activity.id, by=other)
    assert told(patrol.work) == ["T52"] * 3

    begun = patrol.post(capacity=1)
    service.sign_up(patrol.work, begun.id, by=other)
    patrol.at(minutes=1)
    with pytest.raises(TooLate):
        service.wait_for(patrol.work, begun.id, by=make_resident(patrol.work.session))


def test_whoever_counts_on_it_is_told_when_its_words_change_and_only_then(full: Full) -> None:
    patrol, activity, _people = full
    for words in ("带手电。", "带手电。"):
        service.edit_activity(
            patrol.work,
            activity.id,
            words=words,
            team="",
            capacity=1,
            least_minutes=60,
            by=patrol.leader,
        )

    assert told(patrol.work) == ["T54"] * 3


def test_stopped_on_the_page_of_plain_activities_they_are_told_as_well(full: Full) -> None:
    patrol, activity, _people = full
    code = activity.code_id or 0
    qr.service.call_off(patrol.work, code, reason="下雨", by=patrol.village.town)
    handlers.tell_stopped_activity(patrol.work, ActivityStopped(code_id=code))
    assert told(patrol.work) == ["T52"] * 3

    handlers.tell_stopped_activity(patrol.work, ActivityStopped(code_id=code + 1))
    patrol.at(minutes=1)
    handlers.tell_stopped_activity(patrol.work, ActivityStopped(code_id=code))
    assert len(told(patrol.work)) == 3


def test_the_line_is_the_leaders_to_see_and_masked(full: Full) -> None:
    patrol, activity, _people = full
    session = patrol.work.session
    make_area(session, NEXT_VILLAGE)
    away = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)

    assert queries.line_of(session, activity.id, by=away) == []
    assert [one.name for one in queries.line_of(session, activity.id, by=patrol.leader)] == [
        "李*"
    ] * 2


def test_photographs_are_kept_once_shown_when_ready_and_deleted_by_the_leader(
    patrol: Patrol,
) -> None:
    work, activity = patrol.work, patrol.post()
    away = make_staff(work.session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    for by in (away, patrol.village.resident):
        with pytest.raises(NoSuchActivity):
            service.add_photos(work, activity.id, [jpeg("red", "x")], by=by)
    with pytest.raises(Unsaid):
        service.add_photos(work, activity.id, [], by=patrol.leader)
    with pytest.raises(MediaRefused):
        service.add_photos(work, activity.id, [b"no picture"], by=patrol.leader)

    same = jpeg("red", "x")
    for _ in range(2):
        assert service.add_photos(work, activity.id, [same], by=patrol.leader) == 1

    [shown] = queries.activity_photos(work.session, activity)
    with pytest.raises(NotFound):
        queries.activity_photo(work.session, activity.id, shown.id)
    shown.state = FileState.READY
    work.session.flush()
    assert queries.activity_photo(work.session, activity.id, shown.id).id == shown.id
    other = patrol.post(name="别的活动")
    with pytest.raises(NotFound):
        queries.activity_photo(work.session, other.id, shown.id)
    with pytest.raises(NoSuchActivity):
        service.drop_photo(work, other.id, shown.id, by=patrol.leader)
    service.drop_photo(work, activity.id, shown.id, by=patrol.leader)
    assert work.session.scalars(select(Attachment)).all() == []


def test_a_photograph_that_could_not_be_opened_counts_until_it_is_deleted(patrol: Patrol) -> None:
    work, activity = patrol.work, patrol.post()
    sent = [jpeg("red", str(number)) for number in range(service.MOST_PHOTOS)]
    assert service.add_photos(work, activity.id, sent, by=patrol.leader) == 9
    for one in queries.activity_photos(work.session, activity):
        one.state, one.refused_why = FileState.REFUSED, "打不开"
    work.session.flush()

    with pytest.raises(TooManyFiles), work.session.begin_nested():
        service.add_photos(work, activity.id, [jpeg("blue", "y")], by=patrol.leader)

    broken = queries.activity_photos(work.session, activity)[0]
    service.drop_photo(work, activity.id, broken.id, by=patrol.leader)
    assert service.add_photos(work, activity.id, [jpeg("blue", "y")], by=patrol.leader) == 9


def test_half_a_year_later_photographs_and_the_line_are_gone(full: Full) -> None:
    patrol, activity, _people = full
    service.add_photos(patrol.work, activity.id, [jpeg("red", "x")], by=patrol.leader)
    patrol.clock.moment = BEGIN + timedelta(days=180)
    assert (service.photos_due(patrol.work), service.forget_photos(patrol.work)) == (0, 0)
    patrol.clock.advance(days=1)
    with pytest.raises(TooLate):
        service.add_photos(patrol.work, activity.id, [jpeg("blue", "y")], by=patrol.leader)

    assert service.photos_due(patrol.work) == 1
    assert [service.forget_photos(patrol.work) for _ in range(2)] == [1, 0]
    service.forget_sign_ups(patrol.work)
    assert in_line(patrol.work) == []


def test_on_the_pages_a_full_activity_offers_the_line_and_photographs(
    client: FlaskClient, session: Session, patrol: Patrol
) -> None:
    activity = patrol.post(capacity=1)
    service.sign_up(patrol.work, activity.id, by=patrol.village.resident)
    desk = Desk(client, session)
    page = f"/volunteer/{activity.id}"
    assert "登录后候补" in client.get(page).text
    desk.sits(patrol.leader)
    there = f"/staff/volunteer/{activity.id}"

    assert desk.post(f"{there}/photos").status_code == 422
    sent = desk.post(f"{there}/photos", photos=photo())
    assert sent.status_code == 303
    assert "正在处理" in desk.read(there)
    assert session.query(AuditLine).filter_by(action="volunteer.photo-add").count() == 1
    number = session.query(Attachment).one().id
    assert client.get(f"{page}/photos/{number}").status_code == 404
    assert desk.post(f"{there}/photos/{number}/drop").status_code == 303
    assert desk.post(f"{there}/photos/{number}/drop").status_code == 404
    waits = desk.post(f"{page}/wait")
    assert waits.status_code == 303
    assert "排第 1" in client.get(page).text
