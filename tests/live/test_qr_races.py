"""Codes ordered by several people at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

from flask import Flask
from sqlalchemy import select

from kernel.db import db
from kernel.errors import Refusal
from kernel.work import Work, transaction
from qr import queries, rules, service
from qr.errors import OneCardOnly, WrongMoment
from qr.models import Trouble
from qr.rules import CodeKind, Wrong
from qr.service import Particulars
from tests.factories import GRID, make_area, make_household

AT_ONCE = 6


def race(app: Flask, verb: Callable[[Work], object]) -> list[Refusal]:
    """Run *verb* in several transactions at once; return the refusals."""
    start = Barrier(AT_ONCE)

    def run(_: int) -> Refusal | None:
        with app.app_context():
            start.wait(10)
            try:
                with transaction() as work:
                    verb(work)
            except Refusal as refusal:
                return refusal
            finally:
                db.session.remove()
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [refusal for refusal in pool.map(run, range(AT_ONCE)) if refusal is not None]


def order(work: Work) -> service.Issued:
    return service.issue(work, kind=CodeKind.SPOT, area_code=GRID, place_name="桥头", by=None)


def test_no_spot_number_is_given_twice_or_left_out(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, GRID)

    assert race(live, order) == []

    with live.app_context():
        numbers = [code.spot_number for code in queries.in_area(db.session(), GRID, by=None)]
        first = rules.FIRST_SPOT_NUMBER
        assert sorted(number or 0 for number in numbers) == list(range(first, first + AT_ONCE))


def test_a_household_gets_one_card_and_everybody_else_is_told(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        owner = Particulars(household_id=make_household(work.session, GRID).id)

    refusals = race(
        live,
        lambda work: service.issue(
            work, kind=CodeKind.HOUSEHOLD, area_code=GRID, by=None, more=owner
        ),
    )

    assert [type(refusal) for refusal in refusals] == [OneCardOnly] * (AT_ONCE - 1)


def test_a_code_gets_one_successor(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, GRID)
        code_id = order(work).code.id

    refusals = race(live, lambda work: service.replace(work, code_id, reason="", by=None))

    assert [type(refusal) for refusal in refusals] == [WrongMoment] * (AT_ONCE - 1)


def test_what_many_say_at_once_is_one_report_and_no_scan_is_lost_in_the_database(
    live: Flask,
) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, GRID)
        code_id = order(work).code.id
    day = date(2026, 3, 2)

    def both(work: Work) -> None:
        service.say_wrong(work, code_id, wrong=Wrong.BROKEN)
        service.note_scans(work, {rules.scan_field(code_id, day): 2})

    assert race(live, both) == []

    with live.app_context():
        session = db.session()
        assert session.scalars(select(Trouble.times)).all() == [AT_ONCE]
        assert queries.scans_of(session, [code_id], today=day)[code_id][-1] == 2 * AT_ONCE
