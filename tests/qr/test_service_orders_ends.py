"""What an order may not do at its edges: outlive its time, lose a spot, print what is no label."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kernel.db import db
from kernel.grants import Role
from kernel.work import parts, transaction
from qr import jobs, queries, rules, service
from qr.errors import CardsUnderWay, NothingToPrint, NotYourArea
from qr.models import Code
from qr.queries import Wanted
from qr.rules import Format, OrderState, formats
from tests.citizen.factories import deliver_all
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_VILLAGE,
    VILLAGE,
    make_area,
    make_household,
    make_staff,
)
from tests.fakes import FixedClock
from tests.qr.test_service_orders import CARDS, hang, held, order, ordered, stored


def test_a_household_s_card_is_never_printed_as_a_label(session: Session) -> None:
    make_area(session, GRID)
    home = make_household(session, GRID).id
    village = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    with transaction() as work:
        card = service.issue_card(work, home, by=village).code.id

    with pytest.raises(NothingToPrint), transaction() as work:
        service.order_code(work, card, Format.LABELS_24, by=village)


def test_again_prints_what_hangs_by_now_however_often_it_was_replaced(session: Session) -> None:
    mine = hang(session, 2)
    village = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()
    number = ordered()
    last = mine[0]
    for _ in range(3):
        with transaction() as work:
            last = service.replace(work, last, reason="坏了", by=None).code.id

    with transaction() as work:
        again = service.order_again(work, number, by=village).id

    assert held(session, again) == [last, mine[1]]


def test_cards_of_an_order_that_failed_half_way_are_gone_after_a_day(
    session: Session, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {Format.CARDS: replace(rules.LAYOUTS[Format.CARDS], columns=1, rows=1)}
    monkeypatch.setattr(formats, "LAYOUTS", {**rules.LAYOUTS, **small})
    monkeypatch.setattr(formats, "MOST_PAGES", 2)
    make_area(session, GRID)
    make_household(session, GRID)
    make_household(session, GRID).name = "好人家💧"
    session.commit()
    number = ordered(CARDS)
    deliver_all(session)
    assert order(session, number).state is OrderState.FAILED
    [file] = queries.order_files(session, number)

    clock.advance(hours=24, minutes=1)
    with transaction() as work:
        service.forget_order_files(work)
    deliver_all(session)

    assert queries.order_files(session, number) == []
    with pytest.raises(FileNotFoundError), parts().store.open(file.stored):
        pass
    assert session.query(Code).count() == 1


def sweep(session: Session) -> None:
    session.commit()
    with transaction() as work:
        work.later(jobs.sweep_files)
    deliver_all(session)


def test_what_a_killed_worker_has_left_is_swept_up_after_all_files_have_expired(
    session: Session, clock: FixedClock
) -> None:
    hang(session, 1)
    number = ordered()
    before = set(stored())
    with transaction() as work:
        killed = service.print_next(work, number)
    assert killed is not None
    killed.run("1")  # and no more
    [left] = set(stored()) - before
    os.utime(left, (clock.now().timestamp(), clock.now().timestamp()))

    sweep(session)
    assert left.exists()
    clock.advance(days=8, hours=1)
    sweep(session)

    assert not left.exists()


def test_cards_under_way_are_not_ordered_again(session: Session) -> None:
    make_area(session, GRID)
    make_household(session, GRID)
    make_household(session, f"{VILLAGE}002")
    session.commit()
    ordered(replace(CARDS, area_code=GRID))

    with pytest.raises(CardsUnderWay):
        ordered(CARDS)
    elsewhere = ordered(replace(CARDS, area_code=f"{VILLAGE}002"))
    deliver_all(session)

    assert order(session, elsewhere).state is OrderState.READY
    assert order(session, ordered(CARDS)).pieces == 2


def test_of_two_who_order_cards_at_once_one_is_told_of_the_other(live: Flask) -> None:
    with live.app_context():
        session = db.session()
        make_area(session, GRID)
        make_household(session, GRID)
        session.commit()
    start = Barrier(2)

    def ask() -> str:
        with live.app_context():
            start.wait()
            try:
                ordered(CARDS)
            except CardsUnderWay:
                return "told"
            return "ordered"

    with ThreadPoolExecutor(2) as both:
        said = sorted(one.result() for one in [both.submit(ask) for _ in range(2)])

    assert said == ["ordered", "told"]


def test_nobody_hears_how_much_there_is_to_print_next_door(session: Session) -> None:
    hang(session, 2)
    hang(session, 1, area=f"{NEXT_VILLAGE}001")
    stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
    session.commit()
    here = Wanted(area_code=VILLAGE, form=Format.LABELS_24)

    with pytest.raises(NotYourArea):
        queries.order_size(session, here, by=stranger)
    with pytest.raises(NotYourArea):
        queries.check_area(session, VILLAGE, by=stranger)
    whole = queries.order_size(session, replace(here, area_code=DISTRICT), by=None)
    assert (whole.pieces, whole.sheets, whole.files) == (3, 1, 1)


def test_a_batch_of_chosen_codes_is_all_of_them_or_none(session: Session) -> None:
    here, there = hang(session, 2), hang(session, 1, area=f"{NEXT_VILLAGE}001")
    village = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
    session.commit()

    with transaction() as work:
        both = service.order_codes(work, [*there, *here], Format.PLATE, by=None)
        assert both.area_code == rules.common_area([GRID, f"{NEXT_VILLAGE}001"])
        assert held(session, both.id) == [*here, *there]
    for some, by in (([*here, *there], village), ([*here, 9999], None), ([], None)):
        with pytest.raises(NothingToPrint), transaction() as work:
            service.order_codes(work, some, Format.PLATE, by=by)


@pytest.mark.parametrize(
    ("codes", "common"),
    [
        (["330106001001001"], "330106001001001"),
        (["330106001001001", "330106001001"], "330106001001"),
        (["33010600100100101", "330106001001001"], "330106001001001"),
        (["330106001001001", "330106001002001"], "330106001"),
        (["330106001", "330106002001"], "330106"),
    ],
)
def test_codes_of_several_places_belong_to_what_holds_them_all(
    codes: list[str], common: str
) -> None:
    assert rules.common_area(codes) == common
    assert rules.common_area(codes[::-1]) == common
