"""Doors that several knock at in the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pyotp
from flask import Flask
from sqlalchemy import func, select

from kernel.db import db
from kernel.grants import Role
from kernel.outbound import Message
from kernel.web.limits import MISSES
from kernel.work import Work, transaction
from people import service
from people.errors import AreaTaken, LoginTaken, PhoneTaken, TooManyCodes
from people.models import Account, Person
from people.rules import AreaRow, HatWanted, Row, StaffRow
from tests.factories import GRID, NEXT_GRID, VILLAGE, make_area
from tests.fakes import NOON
from tests.live.races import HANDS, race

GOOD = "门前老槐树下的石凳"
PHONE = "13812345678"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_of_many_guesses_at_once_no_more_are_looked_at_than_may_be(live: Flask) -> None:
    open_account(live)
    most, start = MISSES["sign-in"][0].amount, Barrier(30)

    def guess(_: int) -> int:
        start.wait(10)
        typed = {"login": "nobody", "password": "wrong-password"}
        return live.test_client().post("/staff/sign-in", data=typed).status_code

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(guess, range(30)))

    assert (answers.count(422), answers.count(429)) == (most, 30 - most)


def open_account(app: Flask) -> int:
    with app.app_context(), transaction() as work:
        make_area(work.session, GRID)
        row = StaffRow(login="wang.wei", name="王伟", hats=(HatWanted(Role.GRID_FULL, GRID),))
        return service.add_staff(work, row, by=None, password=GOOD).person_id


def enters(password: str, code: str = "") -> Callable[[Work], bool]:
    def verb(work: Work) -> bool:
        found = service.sign_in(work, login="wang.wei", password=password, code=code)
        return found is not None

    return verb


def test_guesses_made_at_once_are_all_counted(live: Flask) -> None:
    person_id = open_account(live)

    assert race(live, enters("wrong-password")) == [False] * HANDS

    with live.app_context():
        account = db.session().get_one(Account, person_id)
        assert (account.failures, account.locked_until is not None) == (5, True)


def test_a_code_lets_one_in_however_many_show_it(live: Flask) -> None:
    person_id = open_account(live)
    with live.app_context(), transaction() as work:
        work.session.get_one(Account, person_id).totp = SECRET

    answers = race(live, enters(GOOD, pyotp.TOTP(SECRET).at(NOON)))

    assert sorted(map(bool, answers)) == [False] * (HANDS - 1) + [True]


def test_a_phone_signed_in_twice_at_once_is_one_person(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        service.send_code(work, phone=PHONE, purpose=service.SIGN_IN)
    with live.app_context():
        text = db.session().scalars(select(Message)).one().text
        code = next(part for part in text.replace("，", "：").split("：") if part.isdigit())

    answers = race(live, lambda work: service.sign_in_resident(work, phone=PHONE, code=code))

    assert len([one for one in answers if one is not None]) == 1
    with live.app_context():
        assert db.session().scalar(select(func.count()).select_from(Person)) == 1


def test_a_form_sent_several_times_opens_one_account(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, GRID)
    row = StaffRow(
        login="wang.wei", name="王伟", phone=PHONE, hats=(HatWanted(Role.GRID_FULL, GRID),)
    )

    answers = race(live, lambda work: service.add_staff(work, row, by=None).login)

    assert answers.count("wang.wei") == 1
    assert {type(one) for one in answers if one != "wang.wei"} <= {LoginTaken, PhoneTaken}
    with live.app_context():
        assert db.session().scalar(select(func.count()).select_from(Person)) == 1


def test_a_table_imported_several_times_at_once_is_imported(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, VILLAGE)
    rows = [Row(2, {"code": NEXT_GRID, "name": "第2网格"})]

    answers = race(
        live,
        lambda work: service.import_areas(work, rows, by=None, dry_run=False).written,
    )

    assert answers == [True] * HANDS


def test_an_area_added_by_several_is_added_once(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, VILLAGE)

    answers = race(
        live, lambda work: service.add_area(work, AreaRow(NEXT_GRID, "第2网格"), by=None).code
    )

    assert answers.count(NEXT_GRID) == 1
    assert [type(one) for one in answers if one != NEXT_GRID] == [AreaTaken] * (HANDS - 1)


def test_of_many_who_ask_for_a_code_at_once_one_has_it_sent(live: Flask) -> None:
    came = race(live, lambda work: service.send_code(work, phone=PHONE, purpose=service.SIGN_IN))

    assert [isinstance(one, TooManyCodes) for one in came].count(True) == HANDS - 1
    with live.app_context():
        assert db.session.scalar(select(func.count(Message.id))) == 1
