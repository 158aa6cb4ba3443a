"""What the tables refuse, whoever writes."""

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from grid.models import Act, Case, Hours, LadderStep, Step
from grid.rules import Finding, State
from grid.rules import Step as LadderName
from kernel.grants import Role
from tests.factories import GRID, make_area
from tests.fakes import NOON
from tests.grid.factories import make_case


class TestCase:
    @pytest.mark.parametrize(
        ("state", "change"),
        [
            (State.DISPATCHED, {"lat": 30.0}),
            (State.DISPATCHED, {"owner_id": None, "owner_level": None}),
            (State.RETURNED, {"owner_level": "grid"}),
            (State.ACCEPTED, {"admitted_at": None}),
            (State.DISPATCHED, {"state": State.CLOSED}),
            (State.DISPATCHED, {"state": State.MERGED}),
            (State.DISPATCHED, {"state": State.REJECTED}),
            (State.HANDLING, {"state": State.TO_VERIFY}),
            (State.CLOSED, {"finding": None}),
            (State.DISPATCHED, {"finding": Finding.TRUE}),
            (State.REJECTED, {"responsible_channel": ""}),
            (State.DISPATCHED, {"returns": 3}),
            (State.DISPATCHED, {"reopens": 2}),
            (State.DISPATCHED, {"reporters": 0}),
            (State.DISPATCHED, {"number": "1"}),
            (State.DISPATCHED, {"area_code": "999999"}),
        ],
    )
    def test_it_cannot_be_in_two_minds(
        self, session: Session, state: State, change: dict[str, object]
    ) -> None:
        case = make_case(session, state=state)

        with pytest.raises(IntegrityError):
            session.execute(update(Case).where(Case.id == case.id).values(**change))
        session.rollback()

    def test_it_is_not_merged_into_itself(self, session: Session) -> None:
        case = make_case(session)
        change = {"state": State.MERGED, "main_id": case.id}

        with pytest.raises(IntegrityError):
            session.execute(update(Case).where(Case.id == case.id).values(**change))
        session.rollback()

    @pytest.mark.parametrize("name", ["number", "source"])
    def test_number_and_source_are_given_once(self, session: Session, name: str) -> None:
        first = make_case(session)

        with pytest.raises(IntegrityError):
            make_case(session, **{name: getattr(first, name)})
        session.rollback()

    def test_name_and_number_of_a_resident_lie_sealed(self, session: Session) -> None:
        make_case(session)

        (row,) = session.connection().exec_driver_sql(
            "SELECT caller_name, caller_phone FROM grid_case"
        )

        assert "张三" not in row[0]
        assert "138" not in row[1]


class TestStep:
    @pytest.mark.parametrize("change", [update(Step).values(why="nie"), delete(Step)])
    def test_what_happened_stays(self, session: Session, change: object) -> None:
        case = make_case(session)
        session.add(Step(case_id=case.id, number=1, at=NOON, act=Act.NOTE))
        session.flush()

        with pytest.raises(DatabaseError, match="only ever added to"):
            session.execute(change)  # type: ignore[call-overload]
        session.rollback()

    @pytest.mark.parametrize(
        "values", [{}, {"act": Act.NOTE, "move": "accept"}, {"move": "accept"}]
    )
    def test_it_is_one_move_or_one_act(self, session: Session, values: dict[str, object]) -> None:
        case = make_case(session)
        session.add(Step(case_id=case.id, number=1, at=NOON, **values))

        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_rung_is_taken_once_in_a_round(session: Session) -> None:
    case = make_case(session)
    for _ in range(2):
        session.add(
            LadderStep(
                case_id=case.id, round=0, step=LadderName.ACCEPT, taken_at=NOON, went_up=True
            )
        )

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("weekday", "opens", "closes"), [(7, 0, 60), (-1, 0, 60), (0, 60, 60), (0, -1, 5), (0, 0, 1441)]
)
def test_a_shift_lies_within_a_day(session: Session, weekday: int, opens: int, closes: int) -> None:
    make_area(session, GRID)
    session.add(
        Hours(area_code=GRID, role=Role.GRID_FULL, weekday=weekday, opens=opens, closes=closes)
    )

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
