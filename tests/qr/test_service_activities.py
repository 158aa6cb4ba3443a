"""Activities are made, people sign in once each, and are forgotten in time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.audit import AuditLine
from kernel.errors import Refusal
from kernel.grants import Role
from kernel.outbox import Delivery, Subscribers, make_routes
from kernel.work import Work, parts, transaction
from people.models import Person
from qr import queries, service
from qr.errors import BadActivity, HasOwnPage, NoSuchActivity, NotNow, NotYourArea
from qr.events import ActivityAttended
from qr.models import Activity, SignIn
from qr.rules import Entry, How, rotating
from qr.service import Attended, Attender
from tests.factories import GRID, NEXT_VILLAGE, VILLAGE, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.people.homes import make_resident
from tests.qr.activities import make_activity, wanted

PHONE = "13800138000"


def entry(code_id: int, once: str) -> Entry:
    key = rotating.key_of(parts().settings.secret_key)
    return rotating.make_entry(key, code_id, once, now=parts().clock.now())


def come(session: Session, code_id: int, once: str, **who: object) -> Attended:
    session.commit()
    with transaction() as work:
        done = service.sign_in(work, code_id, entry(code_id, once), Attender(**who))  # type: ignore[arg-type]
        session.expunge(done.sign_in)
        return done


def count(session: Session) -> int:
    return len(session.scalars(select(SignIn.id)).all())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "  "}, BadActivity),
        ({"ends_at": NOON}, BadActivity),
        ({"ends_at": NOON + timedelta(hours=13)}, BadActivity),
        ({"starts_at": NOON - timedelta(hours=3), "ends_at": NOON}, BadActivity),
        ({"starts_at": NOON + timedelta(days=400), "ends_at": NOON + timedelta(days=401)}, Refusal),
        ({"place": "厅" * 61}, BadActivity),
        ({"area_code": f"{NEXT_VILLAGE}001"}, NotYourArea),
    ],
)
def test_what_cannot_take_place_is_not_made(
    work: Work, change: dict[str, object], said: type[Refusal]
) -> None:
    clerk = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
    make_area(work.session, f"{NEXT_VILLAGE}001")
    make_area(work.session, GRID)
    asked = {name: getattr(wanted(), name) for name in service.ActivityWanted.__slots__}

    with pytest.raises(said):
        service.make_activity(work, service.ActivityWanted(**{**asked, **change}), by=clerk)

    assert work.session.scalars(select(Activity)).all() == []


# Each line: who came, then who came again, and how many that makes.
AGAIN = [
    ({"name": "王芳", "device": "a"}, {"name": "王芳", "device": "a"}, 1),
    ({"name": "王芳", "device": "a"}, {"name": " 王 芳", "device": "a"}, 1),
    ({"name": "王芳", "device": "a"}, {"name": "李明", "device": "a"}, 2),  # they share a phone
    ({"name": "王芳", "device": "a"}, {"name": "王芳", "device": "b"}, 2),  # perhaps a namesake
    ({"name": "王芳", "phone": PHONE}, {"name": "芳芳", "phone": "+86 138 0013 8000"}, 1),
    ({"name": "王芳", "phone": PHONE, "device": "a"}, {"name": "李明", "device": "a"}, 2),
]


@pytest.mark.parametrize(("first", "then", "people"), AGAIN)
def test_the_same_person_or_phone_counts_once(
    session: Session, first: dict[str, str], then: dict[str, str], people: int
) -> None:
    code = make_activity(session)
    come(session, code.id, "1", **first)

    done = come(session, code.id, "2", **then)

    assert (count(session), done.fresh) == (people, people == 2)


def test_a_page_lets_in_one_however_often_it_is_sent(session: Session) -> None:
    code = make_activity(session)
    come(session, code.id, "1", name="王芳", device="a")

    done = come(session, code.id, "1", name="李明", device="b")

    assert (count(session), done.fresh) == (1, False)


def hear(work: Work, event: ActivityAttended) -> None:
    """Stand for whoever will want to know."""


def test_who_is_known_counts_once_on_whichever_phone_and_others_hear_of_it(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, me = make_activity(session), make_resident(session, "王芳")
    heard: Subscribers = {ActivityAttended: (hear,)}
    wired = replace(parts(), subscribers=heard, routes=make_routes(heard, ()))
    monkeypatch.setitem(app.extensions, "parts", wired)

    for once, device in (("1", "a"), ("2", "b")):
        come(session, code.id, once, person_id=me.id, device=device)

    row = session.scalars(select(SignIn)).one()
    told = {"sign_in_id": row.id, "code_id": code.id, "person_id": me.id}
    assert (row.how, row.name, row.person_id) == (How.SIGNED_IN, "王芳", me.id)
    assert [one.payload for one in session.scalars(select(Delivery))] == [told]
    assert queries.attended(session, code.id) == [me.id]


def test_a_number_that_somebody_wrote_becomes_its_owner_when_they_come(session: Session) -> None:
    code, me = make_activity(session), make_resident(session, "王芳")
    phone = session.get_one(Person, me.id).phone or ""
    come(session, code.id, "1", name="小芳", phone=phone)

    done = come(session, code.id, "2", person_id=me.id)

    assert (count(session), done.fresh) == (1, True)
    assert queries.attended(session, code.id) == [me.id]


@pytest.mark.parametrize(
    ("minutes", "taken"), [(-31, False), (-30, True), (150, True), (151, False)]
)
def test_people_sign_in_from_half_an_hour_before_to_half_an_hour_after(
    session: Session, clock: FixedClock, minutes: int, *, taken: bool
) -> None:
    code = make_activity(session)
    clock.advance(minutes=minutes)

    if taken:
        come(session, code.id, "1", name="王芳")
    else:
        with pytest.raises(NotNow):
            come(session, code.id, "1", name="王芳")

    assert count(session) == taken


def test_a_page_of_another_activity_or_of_long_ago_signs_nobody_in(
    session: Session, clock: FixedClock
) -> None:
    code, other = make_activity(session), make_activity(session)
    session.commit()
    late = entry(code.id, "1")
    clock.advance(minutes=11)

    with transaction() as work:
        for code_id, page in ((code.id, late), (code.id, entry(other.id, "2"))):
            with pytest.raises(NotNow):
                service.sign_in(work, code_id, page, Attender(name="王芳"))

    assert count(session) == 0


@pytest.mark.parametrize("verb", ["revoke", "replace"])
def test_not_even_by_hand_does_its_code_end_without_it(session: Session, verb: str) -> None:
    code = make_activity(session)
    session.commit()
    with transaction() as work, pytest.raises(HasOwnPage):
        getattr(service, verb)(work, code.id, reason="下雨", by=None)

    come(session, code.id, "1", name="王芳")

    assert count(session) == 1


def test_an_activity_that_was_called_off_signs_nobody_in(session: Session) -> None:
    code = make_activity(session)
    session.commit()
    with transaction() as work:
        service.call_off(work, code.id, reason="下雨", by=None)

    with pytest.raises(NotNow):
        come(session, code.id, "1", name="王芳")


def test_who_has_no_phone_is_written_down_once_by_whoever_may(session: Session) -> None:
    code = make_activity(session)
    clerk = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
    session.commit()

    with transaction() as work:
        done = [service.sign_in_for(work, code.id, "张大爷", by=clerk).fresh for _ in range(2)]
        with pytest.raises(NoSuchActivity):
            service.sign_in_for(work, code.id, "张大爷", by=stranger)

    assert done == [True, False]
    assert count(session) == 1


def test_names_are_sealed_and_every_look_at_them_is_written_down(session: Session) -> None:
    code = make_activity(session)
    clerk = make_staff(session, Role.GRID_LEADER, area=GRID)
    come(session, code.id, "1", name="王芳芳", phone=PHONE)
    kept = session.connection().exec_driver_sql("SELECT name, phone FROM qr_sign_in").one()
    session.commit()

    with transaction() as work:
        rows = service.read_names(work, code.id, by=clerk, why="page")
        assert [(one.name, one.phone) for one in rows] == [("王芳芳", PHONE)]
        for other in (Role.GRID_FULL, Role.DISTRICT_CMD, Role.MEDIATOR):
            with pytest.raises(NoSuchActivity):
                service.read_names(work, code.id, by=make_staff(session, other), why="page")

    assert "王" not in kept[0]
    assert PHONE not in kept[1]
    lines = session.scalars(select(AuditLine).where(AuditLine.action == "activity.names-read"))
    assert [(one.actor_id, one.detail) for one in lines] == [(clerk.id, "page")]


def test_half_a_year_later_only_the_number_of_people_is_left(
    session: Session, clock: FixedClock
) -> None:
    code = make_activity(session)
    me = make_resident(session, "王芳")
    come(session, code.id, "1", person_id=me.id)
    come(session, code.id, "2", name="李明", device="a")

    gone = []
    for days in (180, 1):
        clock.advance(days=days)
        with transaction() as work:
            gone.append(service.forget_sign_ins(work))
            assert service.sign_ins_due(work) == 0
    with transaction() as work:
        assert service.forget_sign_ins(work) == 0

    session.expire_all()
    rows = session.scalars(select(SignIn)).all()
    assert gone == [0, 2]
    assert [(one.name, one.phone, one.person_id, one.device_index) for one in rows] == [
        (None, None, None, None)
    ] * 2
