"""Coins follow households that split, merge, move or end: by two people, and none is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from kernel.grants import Role
from people import service as homes
from people.models import Kin, Person
from people.service import forget_households
from points import queries, service
from points.errors import (
    CannotAdjust,
    NobodyThere,
    NoSuchAdjustment,
    NotEnough,
    NotYoursToReview,
    Unsaid,
    WrongMoment,
)
from points.models import Posting
from points.rules import Line, System
from points.rules.adjustments import AdjustmentState, AdjustmentWhy
from points.rules.claims import ClaimState
from points.service import Owner
from points.service.forgetting_words import DEDUCTIONS
from tests.factories import NEXT_TOWN, TOWN, VILLAGE, make_staff
from tests.fakes import FixedClock
from tests.people.homes import make_home
from tests.points.claims import DAY, Village
from tests.points.courts import Court
from tests.points.moves import Move

S, W = AdjustmentState, AdjustmentWhy


def test_after_a_split_a_part_follows_and_both_books_say_whence_and_who_signed(move: Move) -> None:
    new = move.split()
    one = move.propose(new, W.SPLIT, coins=2, taker="李小明")
    assert move.village.balance() == 5

    move.sign(one)

    assert (one.state, move.village.balance(), move.village.balance(new.id)) == (S.POSTED, 3, 2)
    posting = move.work.session.get_one(Posting, one.posting_id)
    assert (posting.kind, posting.actor_id, posting.second_actor_id) == (
        "adjust",
        move.village.village.id,
        move.village.town.id,
    )
    day = move.work.now().date()
    for reader, amount in ((move.village.resident, -2), (move.son, 2)):
        book = queries.own_passbook(move.work.session, reader.id, year=day.year, today=day)
        assert book is not None
        line = book.lines[-1]
        assert line.amount == amount
        assert line.followed is not None
        assert (line.followed.giver, line.followed.taker) == (move.village.home.number, new.number)
        assert (line.followed.why, line.followed.number) == (W.SPLIT, one.id)
        assert len(line.reviewers) == 2
    assert move.whole()


def test_a_household_that_is_there_gives_only_to_one_it_split_from(move: Move) -> None:
    for why in AdjustmentWhy:
        with pytest.raises(CannotAdjust):
            move.propose(move.other, why)
    new = move.split()
    with pytest.raises(CannotAdjust):
        move.propose(None, W.SPLIT)
    with pytest.raises(CannotAdjust):
        move.propose(new, W.DEATH, taker="李小明")
    with pytest.raises(CannotAdjust):
        move.propose(move.village.home, W.SPLIT)
    back = move.propose(new, W.SPLIT, taker="李小明")
    move.sign(back)
    wanted = replace(
        move.wish(move.village.home, W.SPLIT),
        from_number=new.number,
        giver="李小明",
        taker=move.head_name,
        key="back",
    )
    returned = service.propose_adjustment(move.work, wanted, by=move.village.village)
    assert move.sign(returned).coins == 5
    assert move.village.balance() == 5


def test_what_was_merged_gives_to_the_household_it_became_part_of_and_is_listed_until_then(
    move: Move,
) -> None:
    assert move.left() == []
    move.merge()
    assert move.left() == [(move.village.home.number, 5, 0)]
    third = make_home(move.work.session, "吴有")
    for to, why in ((third, W.MERGE), (None, W.MERGE), (move.other, W.DEATH)):
        with pytest.raises(CannotAdjust):
            move.propose(to, why, taker="吴有")

    move.sign(move.propose(move.other, W.MERGE))

    assert move.village.balance(move.other.id) == 5
    assert move.left() == []
    assert move.whole()


def test_the_villages_funds_get_it_only_when_nobody_is_left(move: Move) -> None:
    move.end()
    heirs = make_home(move.work.session, "李大")
    session = move.work.session
    earner = session.get_one(Person, move.village.resident.id)
    earner.household_id = heirs.id  # who earned it is still one of ours
    session.flush()
    with pytest.raises(CannotAdjust):
        move.propose(None, W.DEATH, giver="", giver_consent=None)
    earner.household_id = None
    session.flush()
    budget = Owner.budget(VILLAGE)
    before = queries.balance(session, service.account_id(move.work, budget)).free

    move.sign(move.propose(None, W.DEATH, giver="", giver_consent=None))

    assert queries.balance(session, service.account_id(move.work, budget)).free == before + 5
    assert move.left() == []
    assert move.whole()


def test_heirs_get_it_and_somebody_says_so_for_them(move: Move) -> None:
    move.end()
    with pytest.raises(Unsaid):
        move.propose(move.other, W.DEATH, giver="")
    with pytest.raises(Unsaid):
        move.propose(move.other, W.DEATH, taker_consent=None)
    with pytest.raises(NobodyThere):
        move.propose(move.other, W.DEATH, taker="周不全")

    assert move.sign(move.propose(move.other, W.DEATH, giver="女儿李芳")).state is S.POSTED


def test_who_signs_is_somebody_else_and_kin_to_neither_household(move: Move) -> None:
    session, village = move.work.session, move.village
    new = move.split()
    kin = make_staff(session, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, area=TOWN)
    low, high = sorted((kin.id, move.son.id))
    session.add(Kin(person_id=low, other_id=high, noted_at=move.work.now()))
    session.flush()
    with pytest.raises(NotYoursToReview):
        move.propose(new, W.SPLIT, taker="李小明", by=kin)
    one = move.propose(new, W.SPLIT, taker="李小明", by=village.town)
    for by in (kin, village.town):
        with pytest.raises(NotYoursToReview):
            move.sign(one, by=by)
    away = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    for by in (village.village, village.next_village, away):
        with pytest.raises(NoSuchAdjustment):
            move.sign(one, by=by)
        with pytest.raises((NoSuchAdjustment, NotYoursToReview)):
            service.withdraw_adjustment(move.work, one.id, by=by)
    with pytest.raises(NobodyThere):
        move.propose(new, W.SPLIT, by=village.next_village)


@pytest.mark.parametrize("how", ["moved out", "merged", "ended"])
def test_who_lived_there_and_never_earned_handles_nothing_of_it(
    village: Village, clock: FixedClock, how: str
) -> None:
    session = village.work.session
    lived = make_staff(session, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN, Role.DISTRICT_CMD, area=TOWN)
    session.get_one(Person, lived.id).household_id = village.home.id
    move = Move(village)
    court = Court.__new__(Court)
    court.village, court.clock, court.work = village, clock, village.work
    appeal = service.appeal_deduction(
        village.work, court.taken().id, words="冤枉", by=village.resident
    )
    claim = village.written()
    if how == "moved out":
        homes.remove_member(
            village.work, village.home.id, lived.id, reason="去了外地", by=village.village
        )
    if how == "merged":
        move.merge()
        homes.remove_member(
            village.work, move.other.id, lived.id, reason="去了外地", by=village.village
        )
    else:
        move.end()
    clock.advance(days=40)
    forget_households(village.work)
    assert session.get_one(Person, lived.id, populate_existing=True).household_id is None
    one = move.propose(move.other, W.MERGE if how == "merged" else W.MOVE)

    for handles in (
        lambda: village.approve(claim, lived),
        lambda: service.decide_appeal(village.work, appeal.id, uphold=True, reason="是", by=lived),
        lambda: move.sign(one, by=lived),
        lambda: move.propose(move.other, one.why, by=lived, key="again", coins=1),
    ):
        with pytest.raises(NotYoursToReview):
            handles()


def test_a_member_does_not_sign_and_a_no_has_its_reason_and_is_the_end(move: Move) -> None:
    session, village = move.work.session, move.village
    new = move.split()
    one = move.propose(new, W.SPLIT, taker="李小明")
    member = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
    session.get_one(Person, member.id).household_id = new.id
    session.flush()
    with pytest.raises(NotYoursToReview):
        move.sign(one, by=member)
    with pytest.raises(Unsaid):
        move.sign(one, by=village.district, agree=False, reason="")

    move.sign(one, by=village.district, agree=False, reason="协议没有签字")

    assert (one.state, village.balance()) == (S.REFUSED, 5)
    with pytest.raises(WrongMoment):
        move.sign(one, by=village.district)


def test_the_same_form_is_once_and_no_more_is_proposed_than_there_is(move: Move) -> None:
    new = move.split()
    one = move.propose(new, W.SPLIT, coins=4, taker="李小明")
    assert move.propose(new, W.SPLIT, coins=4, taker="李小明") is one
    for coins, refusal in ((2, CannotAdjust), (0, Unsaid), (-1, Unsaid), (10**9, CannotAdjust)):
        with pytest.raises(refusal):
            move.propose(new, W.SPLIT, coins=coins, taker="李小明", key="2")
    rest = move.propose(new, W.SPLIT, taker="李小明", key="3")
    assert rest.coins == 1
    with pytest.raises(CannotAdjust):
        move.propose(new, W.SPLIT, taker="李小明", key="4")
    service.withdraw_adjustment(move.work, rest.id, by=move.village.village)
    assert rest.state is S.WITHDRAWN
    spend(move, 2)
    with pytest.raises(NotEnough), move.work.session.begin_nested():
        move.sign(one)


CHANGES = (
    "UPDATE points_adjustment SET coins = coins + 1",
    "UPDATE points_adjustment SET why = 'death'",
    "UPDATE points_adjustment SET to_household_id = NULL, village = area_code",
    "UPDATE points_adjustment SET proposed_by = proposed_by + 1",
    "UPDATE points_adjustment SET reason = 'x'",
    "DELETE FROM points_adjustment",
)
OF_WHAT_WAITS = ("UPDATE points_adjustment SET reason = ''",)
OF_WHAT_IS_POSTED = (
    "UPDATE points_adjustment SET state = 'refused', posting_id = NULL",
    "UPDATE points_adjustment SET decided_by = decided_by + 1",
)


def test_after_the_first_signature_nobody_changes_anything_of_it(move: Move) -> None:
    one = move.propose(move.split(), W.SPLIT, coins=2, taker="李小明")
    session = move.work.session

    def refused(*changes: str) -> None:
        for change in changes:
            nested = session.begin_nested()
            with pytest.raises(DatabaseError, match=r"not changed|append-only|only"):
                session.execute(text(change))
            nested.rollback()

    refused(*CHANGES, *OF_WHAT_WAITS)
    move.sign(one)
    refused(*CHANGES, *OF_WHAT_IS_POSTED)


def spend(move: Move, coins: int) -> int:
    """Set coins of the household aside; return the hold's number."""
    owners = [Owner.household(move.village.home.id), Owner.system(System.REDEEMED)]
    home, far = service.account_ids(move.work, owners).values()
    line = Line(debit=home, credit=far, amount=coins)
    return service.hold(move.work, key=f"h:{coins}", lines=[line], effective_on=DAY).id


def test_what_is_held_stays_and_what_comes_back_is_listed_again(move: Move) -> None:
    held = spend(move, 2)
    move.merge()
    assert move.left() == [(move.village.home.number, 3, 2)]
    one = move.sign(move.propose(move.other, W.MERGE))
    assert one.coins == 3
    assert move.left() == [(move.village.home.number, 0, 2)]

    service.release(move.work, held, effective_on=DAY)

    assert move.left() == [(move.village.home.number, 2, 0)]
    move.sign(move.propose(move.other, W.MERGE, key="2"))
    assert (move.left(), move.village.balance(move.other.id)) == ([], 5)


def test_a_claim_that_waits_is_paid_where_its_earner_lives_now(move: Move) -> None:
    village = move.village
    claim = village.written(day=DAY)
    village.approve(claim, village.village)
    move.merge()

    village.approve(claim, village.town)

    assert claim.state is ClaimState.PAID
    assert village.balance(move.other.id) == claim.granted
    assert move.left() == [(village.home.number, 5, 0)]


def test_who_agreed_and_why_is_forgotten_after_two_years_and_the_coins_stay(
    move: Move, clock: FixedClock
) -> None:
    one = move.sign(move.propose(move.split(), W.SPLIT, taker="李小明"))
    assert service.forget_adjustments(move.work) == 0
    clock.moment += DEDUCTIONS + timedelta(minutes=1)
    assert service.words_due(move.work)["deduction"] == 1

    assert service.forget_adjustments(move.work) == 1

    move.work.session.refresh(one)
    assert (one.reason, one.giver, one.taker, one.coins) == ("", None, None, 5)
    assert move.whole()


def test_what_nobody_signs_lapses_after_as_long_and_is_forgotten_too(
    move: Move, clock: FixedClock
) -> None:
    new = move.split()
    one = move.propose(new, W.SPLIT, taker="李小明")
    clock.moment += DEDUCTIONS + timedelta(minutes=1)
    assert service.words_due(move.work)["deduction"] == 1

    assert [service.forget_adjustments(move.work) for _ in range(2)] == [1, 0]

    move.work.session.refresh(one)
    assert (one.state, one.decided_by, one.posting_id) == (S.LAPSED, None, None)
    assert (one.reason, one.giver, one.taker, one.coins) == ("", None, None, 5)
    with pytest.raises(WrongMoment):
        move.sign(one)
    # Its coins wait for nobody any more.
    assert move.propose(new, W.SPLIT, taker="李小明", key="again").coins == 5
    assert move.whole()


def test_the_next_village_reads_none_of_it(move: Move) -> None:
    new = move.split()
    one = move.propose(new, W.SPLIT, taker="李小明")
    move.end()
    session = move.work.session
    for by, seen in ((move.village.village, 1), (move.village.next_village, 0)):
        assert len(queries.adjustments_listed(session, by=by)) == seen
        assert len(queries.left_behind(session, by=by)) == seen
    assert queries.adjustment_detail(session, one.id, by=move.village.town).one is one
    with pytest.raises(NoSuchAdjustment):
        queries.adjustment_detail(session, one.id, by=move.village.next_village)
