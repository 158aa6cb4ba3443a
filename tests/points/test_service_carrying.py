"""What goes along with coins that follow a household: its debts, and the days on which they end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from people import service as homes
from people.events import HouseholdsMerged
from points import handlers, queries, service
from points.errors import (
    CannotAdjust,
    NotEnough,
)
from points.rules.adjustments import AdjustmentState, AdjustmentWhy
from tests.fakes import FixedClock
from tests.people.homes import make_home
from tests.points.claims import Village
from tests.points.courts import Court
from tests.points.moves import Move

S, W = AdjustmentState, AdjustmentWhy


def test_nobody_gets_out_of_a_deduction_by_splitting_or_merging(
    village: Village, clock: FixedClock
) -> None:
    move = Move(village)
    court = Court.__new__(Court)
    court.village, court.clock, court.work = village, clock, village.work
    one = court.notice("N01")
    new = move.split()
    with pytest.raises(CannotAdjust):
        move.propose(new, W.SPLIT, taker="李小明")
    clock.advance(days=30)
    court.check(one, mended=False)
    move.merge()
    event = HouseholdsMerged(household_id=move.other.id, closed_household_id=village.home.id)
    handlers.follow_merged(village.work, event)
    village.work.session.refresh(one)
    assert one.household_id == move.other.id
    move.sign(move.propose(move.other, W.MERGE))

    court.decide(one)

    assert (one.taken, one.owed, village.balance(move.other.id)) == (5, 15, 0)
    appeal = service.appeal_deduction(village.work, one.id, words="冤枉", by=village.resident)
    assert appeal.deduction_id == one.id
    assert move.whole()


def test_a_debt_follows_two_mergers_in_whatever_order_they_are_heard_of(
    village: Village, clock: FixedClock
) -> None:
    move = Move(village)
    court = Court.__new__(Court)
    court.village, court.clock, court.work = village, clock, village.work
    one = court.notice("N01")
    last = make_home(village.work.session, "吴有")
    move.merge()
    homes.merge_households(
        village.work, last.id, other_number=move.other.number, reason="又并", by=village.village
    )
    heard = [
        HouseholdsMerged(household_id=last.id, closed_household_id=move.other.id),
        HouseholdsMerged(household_id=move.other.id, closed_household_id=village.home.id),
    ]

    for events in (heard, heard, heard[::-1]):
        for event in events:
            handlers.follow_merged(village.work, event)
        village.work.session.refresh(one)
        assert one.household_id == last.id


def test_coins_that_follow_end_when_they_would_have_and_the_oldest_go_first(
    move: Move, clock: FixedClock
) -> None:
    village = move.village
    new = move.split()
    clock.moment += timedelta(days=365)
    claim = village.written(day=clock.moment.date())
    village.approve(claim, village.village)
    village.approve(claim, village.town)
    assert village.balance() == 10
    one = move.sign(move.propose(new, W.SPLIT, coins=7, taker="李小明"))
    assert one.carried == 5
    day = clock.moment.date()
    book = queries.own_book(move.work.session, move.son.id, today=day)
    assert book is not None
    assert book.expiring == 5
    clock.moment = clock.moment.replace(year=clock.moment.year + 1, month=1, day=2)

    service.expire_coins(move.work)

    assert (village.balance(), village.balance(new.id)) == (3, 2)
    clock.moment = clock.moment.replace(year=clock.moment.year + 1)
    service.expire_coins(move.work)
    assert (village.balance(), village.balance(new.id)) == (0, 0)
    assert move.whole()


def test_a_move_gives_no_second_life_there_and_back_nor_before_the_job_runs(
    move: Move, clock: FixedClock
) -> None:
    village = move.village
    new = move.split()
    clock.moment += timedelta(days=365)
    move.sign(move.propose(new, W.SPLIT, coins=4, taker="李小明"))
    back = move.wish(village.home, W.SPLIT, coins=3, key="back")
    back = replace(back, from_number=new.number, giver="李小明", taker=move.head_name)
    move.sign(service.propose_adjustment(move.work, back, by=village.village))
    again = move.propose(new, W.SPLIT, coins=4, taker="李小明", key="again")
    clock.moment = clock.moment.replace(year=clock.moment.year + 1, month=1, day=2)

    with pytest.raises(NotEnough), move.work.session.begin_nested():
        move.sign(again)  # they ran out on the last of December, the job has only not come yet

    service.expire_coins(move.work)
    assert (village.balance(), village.balance(new.id)) == (0, 0)
    assert move.whole()
