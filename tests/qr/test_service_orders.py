"""An order holds just what was asked for, and is printed once, however often its worker dies."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.delivery import deliver
from kernel.grants import Role
from kernel.outbox import Delivery
from kernel.work import parts, transaction
from people.errors import NoSuchArea
from people.models import Household
from qr import queries, rules, service
from qr.errors import NoSuchOrder, NothingToPrint, NotYourArea
from qr.models import Code, PrintItem, PrintOrder
from qr.queries import Wanted
from qr.rules import CodeKind, CodeState, Format, Meaning, Move, Only, OrderState, formats
from qr.rules.press import proof
from tests.citizen.factories import deliver_all
from tests.factories import (
    GRID,
    NEXT_VILLAGE,
    VILLAGE,
    make_area,
    make_household,
    make_staff,
)
from tests.fakes import FixedClock
from tests.qr.test_cli import give_address

LABELS = Wanted(area_code=VILLAGE, form=Format.LABELS_24)
CARDS = Wanted(area_code=VILLAGE, form=Format.CARDS)

# Drawing sheets and reading them again is most of the work, and asks no database.
DRAWN = pytest.mark.once(beside="sqlite")


def hang(session: Session, count: int, area: str = GRID) -> list[int]:
    """Order codes of an area; return their numbers."""
    make_area(session, area)
    session.commit()
    with transaction() as work:
        issued = [
            service.issue(
                work, kind=CodeKind.SPOT, area_code=area, place_name=f"{at}号灯杆", by=None
            )
            for at in range(count)
        ]
        return [one.code.id for one in issued]


def ordered(wanted: Wanted = LABELS, by: Actor | None = None) -> int:
    with transaction() as work:
        return service.order_pieces(work, wanted, by=by).id


def order(session: Session, order_id: int) -> PrintOrder:
    session.expire_all()
    found = session.get(PrintOrder, order_id)
    assert found is not None
    return found


def held(session: Session, order_id: int) -> list[int | None]:
    items = select(PrintItem.code_id).where(PrintItem.order_id == order_id)
    return list(session.scalars(items.order_by(PrintItem.position)))


def read(session: Session, order_id: int) -> list[str]:
    """Return what a phone reads off the finished files."""
    form = order(session, order_id).form
    files = queries.order_files(session, order_id)
    pdfs = [service.read_file(parts().store, file.stored, form=form) for file in files]
    return sorted(
        text[-17:] if form is Format.CARDS else text[-13:]
        for pdf in pdfs
        for text in proof.read_all(pdf)
    )


def tokens(session: Session, code_ids: list[int]) -> list[str]:
    codes = session.scalars(select(Code).where(Code.id.in_(code_ids)))
    return sorted(code.token or "" for code in codes)


def stored() -> list[Path]:
    return list((parts().settings.var / "media" / "prints").glob("*"))


class TestWhatIsHeld:
    def test_grid_by_grid_and_number_by_number(self, session: Session) -> None:
        second = hang(session, 2, area=f"{VILLAGE}002")
        first = hang(session, 2, area=f"{VILLAGE}001")

        assert held(session, ordered()) == [*first, *second]

    def test_nothing_of_another_village_nor_what_has_ended(self, session: Session) -> None:
        mine = hang(session, 3)
        hang(session, 1, area=f"{NEXT_VILLAGE}001")
        with transaction() as work:
            service.revoke(work, mine[0], reason="撤了", by=None)
            new = service.replace(work, mine[1], reason="坏了", by=None).code.id

        assert sorted(x or 0 for x in held(session, ordered())) == sorted([mine[2], new])

    @pytest.mark.parametrize(("only", "at"), [(Only.NEVER_PRINTED, 0), (Only.DAMAGED, 2)])
    def test_only_what_was_asked_for(self, session: Session, only: Only, at: int) -> None:
        mine = hang(session, 3)
        for number, moves in ((1, [Move.PRINT]), (2, [Move.PRINT, Move.REPORT_DAMAGE])):
            code = session.get_one(Code, mine[number])
            for move in moves:
                code.state = rules.next_state(code.state, move)
        session.commit()

        wanted = Wanted(area_code=VILLAGE, form=Format.LABELS_24, only=only)

        assert held(session, ordered(wanted)) == [mine[at]]

    def test_nothing_is_no_order(self, session: Session) -> None:
        make_area(session, VILLAGE)
        session.commit()

        with pytest.raises(NothingToPrint):
            ordered()
        assert session.scalars(select(PrintOrder)).all() == []

    def test_more_than_fifty_thousand_are_refused(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hang(session, 3)
        monkeypatch.setattr(rules, "MOST", 2)

        with pytest.raises(NothingToPrint, match="有 2 张以上，一次最多印这么多"):
            ordered()

    def test_for_an_area_that_is_none_or_somebody_elses_there_is_no_order(
        self, session: Session
    ) -> None:
        hang(session, 1)
        make_area(session, NEXT_VILLAGE)
        stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
        session.commit()

        with pytest.raises(NotYourArea):
            ordered(by=stranger)
        with pytest.raises(NoSuchArea):
            ordered(Wanted(area_code="330106001999", form=Format.LABELS_24))

    def test_another_village_sees_no_order_of_mine(self, session: Session) -> None:
        hang(session, 1)
        make_area(session, NEXT_VILLAGE)
        mine = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
        session.commit()
        number = ordered(by=mine)

        assert [one.id for one in queries.order_page(session, by=mine)] == [number]
        assert queries.order_page(session, by=stranger) == []
        with pytest.raises(NoSuchOrder):
            queries.order_detail(session, number, by=stranger)


def test_whoever_works_next_door_finds_nothing_to_print_here(session: Session) -> None:
    mine = hang(session, 2)
    home = make_household(session, GRID).id
    stranger = make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE)
    own = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)

    assert session.scalars(queries.code_ids(LABELS, by=stranger)).all() == []
    assert session.scalars(queries.household_ids(CARDS, by=stranger)).all() == []
    assert session.scalars(queries.code_ids(LABELS, by=own)).all() == mine
    assert session.scalars(queries.household_ids(CARDS, by=own)).all() == [home]


@pytest.fixture
def final(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let links be the ones that may hang on walls."""
    give_address(app, monkeypatch, "https://qr.x-city.cn")


@pytest.mark.usefixtures("final")
@DRAWN
class TestPrinting:
    def test_each_code_is_on_paper_once_and_reads(self, session: Session) -> None:
        mine = hang(session, 30)
        number = ordered()

        deliver_all(session)

        done = order(session, number)
        assert (done.state, done.done, done.left_out) == (OrderState.READY, 30, 0)
        assert read(session, number) == tokens(session, mine)

    def test_a_printed_code_keeps_its_look_and_the_log_knows_it(self, session: Session) -> None:
        [mine] = hang(session, 1)
        ordered()

        deliver_all(session)

        code = session.get_one(Code, mine)
        assert code.state is CodeState.PRINTED
        assert code.look is not None
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "qr.print")).all()
        assert [line.subject for line in lines] == [f"qr_code:{mine}"]

    def test_an_order_of_several_files_loses_and_doubles_nothing(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small = {Format.LABELS_24: replace(rules.LAYOUTS[Format.LABELS_24], columns=1, rows=1)}
        monkeypatch.setattr(formats, "LAYOUTS", {**rules.LAYOUTS, **small})
        monkeypatch.setattr(formats, "MOST_PAGES", 2)
        mine = hang(session, 5)
        number = ordered()

        deliver_all(session)

        assert [file.number for file in queries.order_files(session, number)] == [0, 1, 2]
        assert read(session, number) == tokens(session, mine)

    def test_the_same_file_printed_twice_at_once_counts_once(self, session: Session) -> None:
        mine, kept = hang(session, 2), len(stored())
        number = ordered()
        row_id = session.scalars(select(Delivery.id).where(Delivery.done_at.is_(None))).one()
        session.commit()
        with transaction() as work:
            slow = service.print_next(work, number)
        assert slow is not None
        late = slow.run("1")
        deliver(row_id)

        with transaction() as work:
            slow.after(work, late)
        deliver_all(session)

        assert order(session, number).done == 2
        assert len(queries.order_files(session, number)) == 1
        assert read(session, number) == tokens(session, mine)
        assert len(stored()) == kept + 1

    def test_what_ended_since_it_was_ordered_is_left_out_and_said(self, session: Session) -> None:
        mine = hang(session, 3)
        number = ordered()
        with transaction() as work:
            service.revoke(work, mine[1], reason="撤了", by=None)

        deliver_all(session)

        assert order(session, number).left_out == 1
        assert read(session, number) == tokens(session, [mine[0], mine[2]])

    def test_a_character_without_a_shape_stops_the_order_by_name(self, session: Session) -> None:
        [mine] = hang(session, 1)
        session.get_one(Code, mine).place_name = "小店💧"
        session.commit()
        number = ordered()

        deliver_all(session)

        failed = order(session, number)
        assert failed.state is OrderState.FAILED
        assert "💧" in failed.trouble
        assert queries.order_files(session, number) == []

    def test_again_prints_the_same_ones_with_successors_in_their_place(
        self, session: Session
    ) -> None:
        mine = hang(session, 3)
        village = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        session.commit()
        number = ordered()
        hang(session, 1)
        with transaction() as work:
            new = service.replace(work, mine[0], reason="坏了", by=None).code.id
            service.revoke(work, mine[1], reason="撤了", by=None)

        with transaction() as work:
            again = service.order_again(work, number, by=village).id

        assert held(session, again) == [new, mine[2]]


@DRAWN
def test_on_a_host_that_is_not_final_it_is_a_sample_and_no_code_counts_as_printed(
    session: Session,
) -> None:
    mine = hang(session, 1)
    number = ordered()

    deliver_all(session)

    assert order(session, number).sample
    assert session.get_one(Code, mine[0]).state is CodeState.ORDERED


@pytest.mark.usefixtures("final")
@DRAWN
class TestCards:
    @pytest.fixture(autouse=True)
    def homes(self, session: Session) -> list[int]:
        make_area(session, GRID)
        homes = [make_household(session, GRID).id for _ in range(3)]
        session.commit()
        return homes

    def test_each_household_gets_a_card_that_works(
        self, session: Session, homes: list[int]
    ) -> None:
        number = ordered(CARDS)

        deliver_all(session)

        found = [queries.resolve(session, token) for token in read(session, number)]
        assert sorted(one.household_id or 0 for one in found) == sorted(homes)
        assert {one.state for one in found} == {CodeState.PRINTED}

    def test_printed_again_the_old_card_is_dead(self, session: Session) -> None:
        village = make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE)
        session.commit()
        number = ordered(CARDS)
        deliver_all(session)
        old = read(session, number)

        with transaction() as work:
            again = service.order_again(work, number, by=village).id
        deliver_all(session)

        assert {queries.resolve(session, one).meaning for one in old} == {Meaning.ENDED}
        new = [queries.resolve(session, one) for one in read(session, again)]
        assert {one.meaning for one in new} == {Meaning.LIVE}

    def test_a_worker_killed_before_it_wrote_leaves_no_token_that_counts(
        self, session: Session
    ) -> None:
        number = ordered(CARDS)
        with transaction() as work:
            killed = service.print_next(work, number)
        assert killed is not None
        killed.run("1")  # and no more

        deliver_all(session)

        codes = session.scalars(select(Code).where(Code.kind == CodeKind.HOUSEHOLD)).all()
        assert len(codes) == 3
        assert {queries.resolve(session, one).meaning for one in read(session, number)} == {
            Meaning.LIVE
        }

    def test_the_file_lies_sealed_and_is_gone_after_a_day(
        self, session: Session, clock: FixedClock
    ) -> None:
        number = ordered(CARDS)
        deliver_all(session)
        [file] = queries.order_files(session, number)
        with parts().store.open(file.stored) as opened:
            assert b"%PDF" not in opened.read()

        clock.advance(hours=23, minutes=59)
        with transaction() as work:
            service.forget_order_files(work)
        assert order(session, number).state is OrderState.READY
        clock.advance(minutes=2)
        with transaction() as work:
            service.forget_order_files(work)
        deliver_all(session)

        assert order(session, number).state is OrderState.EXPIRED
        assert queries.order_files(session, number) == []
        with pytest.raises(FileNotFoundError), parts().store.open(file.stored):
            pass

    def test_a_closed_household_gets_none(self, session: Session, homes: list[int]) -> None:
        session.get_one(Household, homes[0]).closed_at = parts().clock.now()
        session.commit()

        number = ordered(CARDS)

        assert order(session, number).pieces == 2

    def test_only_those_without_a_card_may_be_asked_for(
        self, session: Session, homes: list[int]
    ) -> None:
        ordered(Wanted(area_code=GRID, form=Format.CARDS))
        deliver_all(session)
        make_household(session, GRID)
        session.commit()

        number = ordered(replace(CARDS, only=Only.NEVER_PRINTED))

        assert order(session, number).pieces == 1
