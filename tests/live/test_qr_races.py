"""Codes ordered by several people at the same moment."""

from datetime import date

from flask import Flask
from sqlalchemy import select

from kernel.db import db
from kernel.work import Work, transaction
from qr import queries, rules, service
from qr.errors import OneCardOnly, WrongMoment
from qr.models import Trouble
from qr.rules import CodeKind, Wrong
from qr.service import Particulars
from tests.factories import GRID, make_area, make_household
from tests.live.races import HANDS, refusals_of


def order(work: Work) -> service.Issued:
    return service.issue(work, kind=CodeKind.SPOT, area_code=GRID, place_name="桥头", by=None)


def test_no_spot_number_is_given_twice_or_left_out(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, GRID)

    assert refusals_of(live, order) == []

    with live.app_context():
        numbers = [code.spot_number for code in queries.in_area(db.session(), GRID, by=None)]
        first = rules.FIRST_SPOT_NUMBER
        assert sorted(number or 0 for number in numbers) == list(range(first, first + HANDS))


def test_a_household_gets_one_card_and_everybody_else_is_told(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        owner = Particulars(household_id=make_household(work.session, GRID).id)

    refusals = refusals_of(
        live,
        lambda work: service.issue(
            work, kind=CodeKind.HOUSEHOLD, area_code=GRID, by=None, more=owner
        ),
    )

    assert [type(refusal) for refusal in refusals] == [OneCardOnly] * (HANDS - 1)


def test_a_code_gets_one_successor(live: Flask) -> None:
    with live.app_context(), transaction() as work:
        make_area(work.session, GRID)
        code_id = order(work).code.id

    refusals = refusals_of(live, lambda work: service.replace(work, code_id, reason="", by=None))

    assert [type(refusal) for refusal in refusals] == [WrongMoment] * (HANDS - 1)


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

    assert refusals_of(live, both) == []

    with live.app_context():
        session = db.session()
        assert session.scalars(select(Trouble.times)).all() == [HANDS]
        assert queries.scans_of(session, [code_id], today=day)[code_id][-1] == 2 * HANDS
