"""Eight at once at the resident's door, with real commits, on whichever database is under test."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import func, select

from citizen import rules, service
from citizen.errors import RatedAlready, TooMuchWritten, UrgedToday
from citizen.models import Rating, Report, SaidFor, TakenDown, Told, Urge
from citizen.rules import Channel, Place, Satisfied, Solved, Template, Wish
from citizen.service import Heard
from citizen.service.counter import LOOKED
from grid.models import Case, CaseFile
from kernel.audit import AuditLine
from kernel.db import Model, db
from kernel.delivery import deliver, sweep
from kernel.grants import Role
from kernel.media import Attachment, Kind
from kernel.outbox import Delivery
from kernel.work import Parts, transaction
from tests.citizen.factories import PHONE, close, make_case, make_code, make_report, said
from tests.factories import GRID, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.kernel.media.samples import picture

THREADS = 8
STILL_OPEN = 0.3  # seconds before it is committed, in which the others would count
HERE = Place(area_code=GRID, name="菜场东门")


def race(app: Flask, run: Callable[[int], object]) -> list[object]:
    """Let eight threads do *run* at the same moment; return what came of each."""
    barrier = Barrier(THREADS)

    def racer(number: int) -> object:
        with app.app_context():
            barrier.wait()
            return run(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(racer, range(THREADS)))


def count(app: Flask, kind: type[Model]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.fixture(autouse=True)
def _area(live: Flask) -> None:
    with live.app_context():
        make_area(db.session())
        db.session.commit()


def test_eight_taps_are_one_report(live: Flask) -> None:
    words = said()

    def tap(_number: int) -> str:
        with transaction() as work:
            return service.submit(work, words, HERE).number

    assert len(set(race(live, tap))) == 1
    assert count(live, Report) == 1
    assert count(live, Delivery) == 1


def test_eight_browsers_with_one_form_get_one_receipt(live: Flask) -> None:
    with live.app_context():
        token = make_code(db.session())

    def tap(_number: int) -> str:
        data = {"submission_key": "same", "words": "灯不亮"}
        return live.test_client().post(f"/S/{token}", data=data).location

    assert len(set(race(live, tap))) == 1
    assert count(live, Report) == 1


def test_one_key_with_eight_texts_is_eight_reports(live: Flask) -> None:
    words = said()

    def tap(number: int) -> str:
        with transaction() as work:
            return service.submit(work, replace(words, words=f"灯 {number}"), HERE).number

    assert len(set(race(live, tap))) == THREADS
    assert count(live, Report) == THREADS


def test_eight_deliveries_are_one_case(live: Flask) -> None:
    with live.app_context():
        make_report(db.session(), phone=PHONE)
        row_id = db.session.scalars(select(Delivery.id)).one()

    race(live, lambda _number: deliver(row_id))

    assert count(live, Case) == 1
    with live.app_context():
        assert db.session.get_one(Delivery, row_id).done_at is not None


def test_a_file_that_races_the_case_is_on_the_case(live: Flask) -> None:
    with live.app_context():
        report_id = make_report(db.session(), files=4).id

    def run(number: int) -> None:
        with transaction() as work:
            if number % 2:
                service.push_to_grid(work, report_id)
            else:
                content = picture(width=100 + number)
                service.keep(work, report_id, content, kind=Kind.PICTURE, key=f"{number}")

    race(live, run)

    assert count(live, Case) == 1
    assert count(live, Attachment) == count(live, CaseFile) == THREADS // 2


def test_one_file_sent_eight_times_is_one_file(live: Flask) -> None:
    with live.app_context():
        report_id = make_report(db.session(), files=1).id

    def send(_number: int) -> int:
        with transaction() as work:
            return service.keep(work, report_id, picture(), kind=Kind.PICTURE, key="1").id

    assert len(set(race(live, send))) == 1
    assert count(live, Attachment) == 1


def test_eight_taps_urge_and_rate_once(live: Flask) -> None:
    with live.app_context():
        report = make_case(db.session())
        report_id, case_id = report.id, report.case_id

    def urge(_number: int) -> bool:
        try:
            with transaction() as work:
                service.urge(work, report_id)
        except UrgedToday:
            return False
        return True

    def rate(_number: int) -> bool:
        try:
            with transaction() as work:
                service.rate(
                    work, report_id, solved=Solved.SOLVED, satisfied=Satisfied.VERY_SATISFIED
                )
        except RatedAlready:
            return False
        return True

    assert sorted(map(bool, race(live, urge))) == [False] * 7 + [True]
    with live.app_context():
        close(db.session(), case_id)
    assert sorted(map(bool, race(live, rate))) == [False] * 7 + [True]
    assert (count(live, Urge), count(live, Rating)) == (1, 1)


def test_a_step_is_told_once_whoever_tells_it(live: Flask) -> None:
    with live.app_context():
        report_id = make_case(db.session(), phone=PHONE).id

    def tell(_number: int) -> None:
        with transaction() as work:
            service.tell(work, report_id, template=Template.DISPATCHED)

    race(live, tell)

    assert count(live, Told) == 1


def test_with_the_queue_gone_the_receipt_still_comes_and_the_case_later(live: Flask) -> None:
    known: Parts = live.extensions["parts"]
    assert isinstance(known.clock, FixedClock)
    with live.app_context():
        token = make_code(db.session())
    live.extensions["parts"] = replace(known, dispatch=Gone())

    answer = live.test_client().post(f"/S/{token}", data={"words": "灯不亮"})
    live.extensions["parts"] = known
    known.clock.advance(minutes=2)
    with live.app_context():
        owed = sweep()
        deliver(db.session.scalars(select(Delivery.id)).one())

    assert answer.status_code == 303
    assert owed == 1
    assert count(live, Case) == 1


class Gone:
    """A queue that nobody answers for; like the real one it does not raise."""

    def is_up(self) -> bool:
        return False

    def send(self, tickets: object) -> None:
        """Lose what was to be sent."""


def test_eight_clerks_hands_on_one_form_are_one_report_and_one_helper(live: Flask) -> None:
    with live.app_context():
        clerk = make_staff(db.session(), Role.VILLAGE_ADMIN, area=GRID[:12])
        db.session.commit()
    words = said()

    def tap(_number: int) -> str:
        with transaction() as work:
            return service.take_down(work, words, HERE, channel=Channel.PHONE, by=clerk).number

    assert len(set(race(live, tap))) == 1
    assert (count(live, Report), count(live, TakenDown), count(live, Delivery)) == (1, 1, 1)


def test_eight_times_the_same_rating_by_telephone_is_one(live: Flask) -> None:
    with live.app_context():
        clerk = make_staff(db.session(), Role.TOWN_ADMIN, area=GRID[:9])
        report = make_case(db.session(), phone=PHONE)
        close(db.session(), report.case_id)
        report_id = report.id
        db.session.commit()
    heard = Heard(
        key="same",
        channel=Channel.PHONE,
        solved=Solved.SOLVED,
        satisfied=Satisfied.SATISFIED,
    )

    def tap(_number: int) -> bool:
        with transaction() as work:
            service.say_for(work, report_id, Wish.RATE, heard, by=clerk)
        return True

    assert race(live, tap) == [True] * THREADS
    assert (count(live, Rating), count(live, SaidFor)) == (1, 1)


def test_of_eight_looks_at_once_the_last_one_of_the_hour_is_had_once(live: Flask) -> None:
    with live.app_context():
        clerk = make_staff(db.session(), Role.VILLAGE_ADMIN, area=GRID[:12])
        for _ in range(rules.MOST_LOOKS_IN_AN_HOUR - 1):
            db.session.add(
                AuditLine(at=NOON, actor_id=clerk.id, action=LOOKED, subject="phone:x", area="")
            )
        db.session.commit()

    def look(number: int) -> bool:
        try:
            with transaction() as work:
                service.look_up(work, f"1381234000{number}", by=clerk)
                sleep(STILL_OPEN)
        except TooMuchWritten:
            return False
        return True

    assert sorted(map(bool, race(live, look))) == [False] * 7 + [True]
    assert count(live, AuditLine) == rules.MOST_LOOKS_IN_AN_HOUR


def test_of_eight_reports_at_once_the_last_one_of_the_hour_is_taken_once(live: Flask) -> None:
    with live.app_context():
        clerk = make_staff(db.session(), Role.VILLAGE_ADMIN, area=GRID[:12])
        for _ in range(rules.MOST_IN_AN_HOUR - 1):
            report = make_report(db.session())
            db.session.add(
                TakenDown(
                    report_id=report.id,
                    by=clerk.id,
                    area_code=GRID,
                    outside=False,
                    channel=Channel.PHONE,
                    name_given=False,
                    contact_given=False,
                    consent="",
                    taken_at=NOON,
                )
            )
        db.session.commit()

    def take(number: int) -> bool:
        words = replace(said(), words=f"灯 {number}", submission_key=f"{number}")
        try:
            with transaction() as work:
                service.take_down(work, words, HERE, channel=Channel.PHONE, by=clerk)
                sleep(STILL_OPEN)
        except TooMuchWritten:
            return False
        return True

    assert sorted(map(bool, race(live, take))) == [False] * 7 + [True]
    assert count(live, TakenDown) == rules.MOST_IN_AN_HOUR
