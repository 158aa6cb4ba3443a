"""Stock stands in the same books as coins, and changes nothing of a household's month."""

from sqlalchemy import select

from kernel.work import Work
from points import queries as books
from points import service as points
from points.models import Posting, Statement
from points.rules.months import cut_of
from shop import service
from tests.factories import VILLAGE
from tests.points.claims import make_village
from tests.points.test_service_months import MARCH, at, closes, earn, rows
from tests.shop.shops import TODAY, Shop, counted, gone


def test_a_month_with_stock_in_the_books_is_as_without(work: Work) -> None:
    village = make_village(work)
    village.fund()
    earn(village, 10)
    shop = Shop(work)
    shop.bring(("G01", 50, None), ("G02", 50, None))
    service.take_out(work, shop.gift().id, gone(3), by=shop.first)
    move = service.count(work, shop.gift("G02").id, counted(60, "漏数"), by=shop.first)
    service.sign_count(work, move.id, by=shop.second)
    money = books.funds(work.session, by=village.town, today=work.now().date())
    at(village, cut_of(MARCH))

    assert points.make_due_month(work) == MARCH

    assert rows(village, MARCH) == [{"volunteering": 10, "closing": 10}]
    assert len(work.session.scalars(select(Statement)).all()) == 1
    assert closes(village)[MARCH].area_code == VILLAGE
    assert [(one.given, one.gauge.coins) for one in money if one.code == VILLAGE] == [(10, 10)]
    points.seal_day(work, TODAY)
    assert list(books.verify(work.session)) == []


def test_a_stock_posting_that_was_wrong_can_be_undone_by_two(work: Work) -> None:
    shop = Shop(work)
    shop.bring()
    posting = work.session.scalars(select(Posting.id).where(Posting.kind == "stock_in")).one()

    points.reverse(
        work,
        posting,
        effective_on=TODAY,
        actor_id=shop.first.id,
        second_actor_id=shop.second.id,
    )

    assert shop.shelf().on_hand == 0
    assert list(books.verify(work.session)) == []
