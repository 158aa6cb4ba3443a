"""The figures of a shop, against explicit lots; and what no gift and no delivery may be."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import rules
from shop.errors import Unsaid
from shop.rules import Category, Funding, GiverKind, GoodsLine, GoodsWish, Level, Origin, Receipt
from tests.shop.shops import wish

DAY = date(2026, 10, 1)
Step = tuple[int, int | None]  # above zero comes, with the days it is good; below zero goes
steps = st.lists(
    st.tuples(st.integers(-12, 12).filter(bool), st.none() | st.integers(0, 6)), max_size=12
)


class Lots:
    """A shelf of lots: what ends first is taken first."""

    def __init__(self) -> None:
        self.lots: list[tuple[date, int]] = []
        self.receipts: list[Receipt] = []
        self.gone = 0

    def step(self, pieces: int, days: int | None) -> None:
        if pieces > 0:
            until = None if days is None else DAY + timedelta(days=days)
            self.lots.append((until or date.max, pieces))
            self.receipts.append(Receipt(pieces, until, self.gone))
            return
        left = min(-pieces, sum(count for _, count in self.lots))
        self.gone += left
        kept = []
        for until, count in sorted(self.lots):
            taken = min(left, count)
            left -= taken
            kept.append((until, count - taken))
        self.lots = kept

    def ending(self, day: date) -> int:
        return sum(count for until, count in self.lots if until <= day)


@given(steps, st.integers(-1, 7))
def test_what_ends_by_a_day_is_what_explicit_lots_say(history: list[Step], days: int) -> None:
    shelf, day = Lots(), DAY + timedelta(days=days)
    for pieces, good in history:
        shelf.step(pieces, good)
    dated = [one for one in shelf.receipts if one.good_until is not None]

    assert rules.ends_by(shelf.receipts, gone=shelf.gone, day=day) == shelf.ending(day)
    assert rules.ends_by(dated, gone=shelf.gone, day=day) == shelf.ending(day)


def test_the_late_ones_may_have_left_before_the_early_ones_came() -> None:
    """The shorter formula, on hand less what is good after the day, says none here."""
    shelf = Lots()
    for pieces, good in ((10, 6), (-5, None), (5, 1)):
        shelf.step(pieces, good)

    assert rules.ends_by(shelf.receipts, gone=5, day=DAY + timedelta(days=1)) == 5


@pytest.mark.parametrize(
    ("on_hand", "level", "low"),
    [(0, Level.NONE, True), (1, Level.FEW, True), (5, Level.FEW, True), (6, Level.SOME, False)],
)
def test_strangers_learn_a_word_and_no_number(on_hand: int, level: Level, *, low: bool) -> None:
    assert rules.level(on_hand, 5) is level
    assert rules.is_low(on_hand, 5) is low


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12", 1200),
        (" 12.5 ", 1250),
        ("0.05", 5),
        *((bad, None) for bad in ("12.505", "-1", "", "1e3", "１２", "12.", ".5", "99999999")),
    ],
)
def test_money_is_whole_fen_or_nothing(typed: str, fen: int | None) -> None:
    assert rules.fen(typed) == fen
    if fen is not None:
        assert rules.fen(rules.yuan(fen)) == fen


def test_the_default_catalogue_is_whole() -> None:
    gifts = rules.default_gifts()

    assert len(gifts) == len({one.sku for one in gifts}) == 15
    assert [one.sku for one in gifts if one.keeps_dates] == ["G09", "G10", "G11"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"sku": "g 1"}, "编号"),
        ({"name": ""}, "叫什么"),
        ({"category": None}, "哪一类"),
        ({"coins": 0}, "几币"),
        ({"cost_fen": -1}, "参考价"),
        ({"unit": ""}, "单位"),
        ({"per_month": 0}, "每户每月"),
        ({"warn_below": -1}, "提醒"),
        ({"note": "长" * 201}, "备注"),
        ({"category": Category.FOOD}, "保质期"),
    ],
)
def test_no_gift_is_like_that(bad: dict[str, Any], said: str) -> None:
    rules.check_gift(wish())
    with pytest.raises(Unsaid, match=said):
        rules.check_gift(wish(**bad))


def goods(**more: Any) -> GoodsWish:  # noqa: ANN401
    known: dict[str, Any] = {
        "origin": Origin.BOUGHT,
        "giver_kind": GiverKind.FIRM,
        "giver": "供销社",
        "may_name": False,
        "funding": Funding.VILLAGE,
        "paid_fen": 100,
        "key": "form",
        "lines": [GoodsLine(gift_id=1, pieces=1)],
    }
    return GoodsWish(**(known | more))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"origin": None}, "买的还是捐的"),
        ({"giver_kind": None}, "单位还是个人"),
        ({"giver": ""}, "哪家店"),
        ({"giver_kind": GiverKind.PERSON, "may_name": True, "giver": ""}, "谁捐的"),
        ({"funding": None}, "哪里的钱"),
        ({"funding": Funding.GIVEN}, "买的要选"),
        ({"origin": Origin.DONATED}, "不花钱"),
        ({"paid_fen": -1}, "一共花了"),
        ({"paid_fen": 0}, "花了多少元"),
        ({"origin": Origin.DONATED, "funding": Funding.GIVEN}, "0 元"),
        ({"lines": []}, "至少写一样"),
        ({"lines": [GoodsLine(gift_id=1, pieces=1)] * 2}, "写了两次"),
    ],
)
def test_no_delivery_is_like_that(bad: dict[str, Any], said: str) -> None:
    rules.check_goods(goods())
    with pytest.raises(Unsaid, match=said):
        rules.check_goods(goods(**bad))


def test_a_person_who_does_not_agree_is_not_named() -> None:
    person = {"giver_kind": GiverKind.PERSON, "giver": "王阿婆"}

    assert goods(**person).shown_as == "不具名"
    assert goods(**person, may_name=True).shown_as == "王阿婆"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (GoodsLine(gift_id=1, pieces=-1, good_until=DAY), "件数"),
        (GoodsLine(gift_id=1, pieces=1, is_day=False), "写成 2027"),
        (GoodsLine(gift_id=1, pieces=1), "哪一天"),
        (GoodsLine(gift_id=1, pieces=1, good_until=DAY - timedelta(days=1)), "已经过了"),
    ],
)
def test_food_comes_with_a_day_that_is_still_to_come(line: GoodsLine, said: str) -> None:
    good = GoodsLine(gift_id=1, pieces=1, good_until=DAY)
    rules.check_goods_line(good, name="大米", keeps_dates=True, today=DAY)
    with pytest.raises(Unsaid, match=f"大米：.*{said}"):
        rules.check_goods_line(line, name="大米", keeps_dates=True, today=DAY)
