"""What staff read of cases: queue, lists, one case, and who can take it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from grid import queries, service
from grid.models import Act, Case
from grid.queries import Filters, Page
from grid.queries.facts import mover_for
from grid.rules import Colour, Move, State, Urgency
from kernel import crockford
from kernel.grants import Role
from kernel.permissions import Permission
from kernel.work import Work
from tests.factories import (
    DISTRICT,
    GRID,
    NEXT_GRID,
    TOWN,
    VILLAGE,
    make_staff,
)
from tests.fakes import NOON
from tests.grid.factories import do, make_case


def holds(page: Page, case: Case) -> bool:
    return case.id in {card.case_id for card in page.cards}


class TestQueue:
    def test_what_burns_first_is_on_top(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        later, sooner, urgent, silent = (
            make_case(session, owner_id=worker.id, **values)
            for values in (
                {"burns_at": NOON + timedelta(hours=2)},
                {"burns_at": NOON + timedelta(hours=1)},
                {"burns_at": NOON + timedelta(hours=9), "urgency": Urgency.URGENT},
                {"burns_at": None},
            )
        )

        cards = queries.queue(session, by=worker, now=NOON).cards

        assert [card.case_id for card in cards] == [urgent.id, sooner.id, later.id, silent.id]
        assert cards[0].colour is Colour.RED

    def test_it_takes_one_statement_however_long_and_fifty_a_page(
        self, session: Session, statements: list[str]
    ) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        for _ in range(53):
            make_case(session, owner_id=worker.id)
        session.flush()
        session.expunge_all()
        statements.clear()

        page = queries.queue(session, by=worker, now=NOON)

        assert len(statements) == 1
        assert (len(page.cards), page.more) == (50, True)
        rest = queries.queue(session, by=worker, now=NOON, page=2)
        assert (len(rest.cards), rest.more) == (3, False)

    def test_the_handler_does_not_find_it_among_what_to_verify(self, session: Session) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        case = make_case(session, state=State.TO_VERIFY, owner_id=worker.id)

        assert holds(queries.queue(session, by=worker, now=NOON), case)
        assert not holds(queries.to_verify(session, by=worker, now=NOON), case)

    def test_a_part_timer_is_not_offered_what_is_urgent(self, session: Session) -> None:
        part = make_staff(session, Role.GRID_PART, area=f"{GRID}01")
        urgent = make_case(session, state=State.TO_VERIFY, urgency=Urgency.URGENT)
        normal = make_case(session, state=State.TO_VERIFY)

        page = queries.to_verify(session, by=part, now=NOON)

        assert holds(page, normal)
        assert not holds(page, urgent)

    @pytest.mark.parametrize("role", [Role.TOWN_ADMIN, Role.GRID_LEADER])
    def test_what_nobody_owns_lies_on_the_towns_desk(self, session: Session, role: Role) -> None:
        case = make_case(session, state=State.RETURNED)
        reader = make_staff(session, role, area=TOWN if role is Role.TOWN_ADMIN else VILLAGE)

        page = queries.queue(session, by=reader, now=NOON)

        assert holds(page, case) == (role is Role.TOWN_ADMIN)

    def test_its_version_changes_with_every_step_and_only_then(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id)
        other = make_case(work.session)
        seen = [queries.queue_version(work.session, by=worker)]

        service.urge(work, other.id)
        assert queries.queue_version(work.session, by=worker) == seen[0]
        service.urge(work, case.id)
        seen.append(queries.queue_version(work.session, by=worker))
        do(work, case, Move.RETURN, worker, reason="不归我")
        seen.append(queries.queue_version(work.session, by=worker))

        assert len(set(seen)) == 3

    def test_it_takes_one_statement(self, session: Session, statements: list[str]) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        statements.clear()

        queries.queue_version(session, by=worker)

        assert len(statements) == 1


class TestListed:
    def test_it_is_masked_for_all_but_who_handles_it(self, session: Session) -> None:
        worker, colleague = (make_staff(session, Role.GRID_FULL, area=GRID) for _ in range(2))
        make_case(session, owner_id=worker.id, where="三单元401张三家", voice_line="张三说")

        (card,) = queries.listed(session, by=colleague, now=NOON).cards
        (own,) = queries.listed(session, by=worker, now=NOON).cards

        assert (card.words, card.where, card.voice_line) == ("", "", "")
        assert (own.where, own.voice_line) == ("三单元401张三家", "张三说")

    @pytest.mark.parametrize(
        "filters",
        [
            Filters(state=State.RETURNED),
            Filters(area=NEXT_GRID),
            Filters(urgency=Urgency.URGENT),
            Filters(category="0201"),
            Filters(overdue=True),
        ],
    )
    def test_each_filter_leaves_what_it_says(self, session: Session, filters: Filters) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_case(session, burns_at=NOON + timedelta(hours=1))
        one = make_case(
            session,
            state=State.RETURNED,
            area_code=NEXT_GRID,
            urgency=Urgency.URGENT,
            category="0201",
            burns_at=NOON,
        )

        page = queries.listed(session, by=town, now=NOON, filters=filters)

        assert ([card.case_id for card in page.cards], page.total) == ([one.id], 1)

    def test_a_number_is_found_as_people_type_it(self, session: Session) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_case(session)
        case = make_case(session)
        typed = crockford.grouped(case.number, (4, 4, 4)).lower().replace("0", "o")

        page = queries.listed(session, by=town, now=NOON, filters=Filters(number=typed))

        assert [card.case_id for card in page.cards] == [case.id]

    @pytest.mark.parametrize("text", ["%", "5_", "' OR 1=1", "\0", "八", "9" * 500])
    def test_nonsense_finds_nothing_and_breaks_nothing(self, session: Session, text: str) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_case(session)

        page = queries.listed(session, by=town, now=NOON, filters=Filters(number=text))

        assert page.cards == ()

    def test_two_statements_however_many(self, session: Session, statements: list[str]) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        for _ in range(4):
            make_case(session)
        session.flush()
        session.expunge_all()
        statements.clear()

        page = queries.listed(session, by=town, now=NOON, page=10**9)

        assert len(statements) == 2
        assert (page.cards, page.total) == ((), 4)

    def test_counts_by_state_and_what_is_late(self, session: Session) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        make_case(session, burns_at=NOON)
        make_case(session, urgency=Urgency.URGENT)
        make_case(session, state=State.CLOSED, urgency=Urgency.URGENT)

        counts = queries.counts(session, by=town, now=NOON)

        assert counts.by_state == {State.DISPATCHED: 2, State.CLOSED: 1}
        assert (counts.open, counts.overdue, counts.urgent) == (2, 1, 1)


class TestDetail:
    def test_who_is_at_it_reads_all_in_a_handful_of_statements(
        self, work: Work, make_attachment: int, statements: list[str]
    ) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id, where="三单元")
        service.attach(work, case.id, attachment_id=make_attachment)
        for _ in range(5):
            service.supplement(work, case.id, words="又来了", attachments=())
        case_id = case.id
        work.session.flush()
        work.session.expunge_all()
        statements.clear()

        seen = queries.detail(work.session, case_id, by=worker, now=NOON)

        assert len(statements) <= 4
        assert seen.content is not None
        assert (seen.content.words, seen.content.where) == ("楼道里堆满了纸箱。", "三单元")
        assert [file.attachment_id for file in seen.content.files] == [make_attachment]
        assert seen.may_read_contact
        assert [step.note for step in seen.steps] == ["又来了"] * 5
        assert {offer.move for offer in seen.offers} == {
            Move.ACCEPT,
            Move.RETURN,
            Move.ESCALATE,
        }
        assert Act.CALLED in seen.acts

    def test_whoever_works_on_the_main_case_reads_what_was_merged_into_it(self, work: Work) -> None:
        worker, other = (make_staff(work.session, Role.GRID_FULL, area=GRID) for _ in range(2))
        main = make_case(work.session, owner_id=worker.id, reporters=2)
        child = make_case(work.session, state=State.MERGED, main_id=main.id)

        seen = queries.detail(work.session, main.id, by=worker, now=NOON)

        assert [one.number for one in seen.merged] == [child.number]
        assert queries.detail(work.session, child.id, by=worker, now=NOON).content is not None
        assert queries.detail(work.session, child.id, by=other, now=NOON).content is None

    def test_who_only_reads_gets_no_word_of_the_resident(self, work: Work) -> None:
        worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
        case = make_case(work.session, owner_id=worker.id, where="三单元")
        service.supplement(work, case.id, words="我叫张三", attachments=())
        service.write_voice_line(work, case.id, by=worker, line="张三说纸箱")
        auditor = make_staff(work.session, Role.AUDITOR, area=DISTRICT)

        seen = queries.detail(work.session, case.id, by=auditor, now=NOON)

        assert seen.content is None
        assert not seen.may_read_contact
        assert (seen.offers, seen.acts) == ((), frozenset())
        assert "张三" not in repr(seen)
        assert "三单元" not in repr(seen)

    @pytest.mark.parametrize("handled", [True, False])
    def test_whoever_handled_it_is_not_offered_to_verify(
        self, session: Session, *, handled: bool
    ) -> None:
        worker = make_staff(session, Role.GRID_FULL, area=GRID)
        owner = {"owner_id": worker.id} if handled else {}
        case = make_case(session, state=State.TO_VERIFY, **owner)

        seen = queries.detail(session, case.id, by=worker, now=NOON)

        offered = {offer.move for offer in seen.offers}
        assert offered == (set() if handled else {Move.VERIFY, Move.SEND_BACK})


def test_a_hat_that_reaches_nothing_here_moves_nothing(session: Session) -> None:
    case = make_case(session)
    mediator = make_staff(session, Role.MEDIATOR, area=VILLAGE)
    auditor = make_staff(session, Role.AUDITOR, area=DISTRICT)

    assert mover_for(mediator, case, Permission.CASE_WITHDRAW).roles == frozenset()
    assert mover_for(auditor, case, Permission.CASE_READ).roles == {Role.AUDITOR}


class TestCandidates:
    def test_the_nearest_first_with_what_they_have_to_do(self, session: Session) -> None:
        town = make_staff(session, Role.TOWN_ADMIN, area=TOWN)
        leader = make_staff(session, Role.GRID_LEADER, area=VILLAGE)
        busy, free = (make_staff(session, Role.GRID_FULL, area=GRID) for _ in range(2))
        make_case(session, owner_id=busy.id)
        case = make_case(session, state=State.RETURNED, staff_reporter=leader.id)

        found = queries.candidates(session, case.id, by=town, now=NOON)

        people = [one.person_id for one in found]
        assert people == [free.id, busy.id, town.id]
        assert [one.open_cases for one in found] == [0, 1, 0]
