"""Kin of the staff: written down by whoever keeps them, for nobody else to see."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.access import Actor
from kernel.db import keyring
from kernel.grants import Role
from kernel.work import Work
from people import queries
from people.errors import NoSuchPerson
from people.models import Barred, Kin
from people.queries import kin
from people.service.bars import bar, bar_kin, spread
from people.service.kin import note_kin
from tests.factories import GRID, NEXT_TOWN, TOWN, make_person, make_staff
from tests.grid.pages import Desk

PHONE = "13812345678"


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


@pytest.fixture
def town(session: Session) -> Actor:
    return make_staff(session, Role.TOWN_ADMIN, area=TOWN)


@pytest.fixture
def worker(session: Session) -> Actor:
    return make_staff(session, Role.GRID_FULL, area=GRID)


def path(who: Actor) -> str:
    return f"/staff/people/{who.id}/kin"


def test_a_colleague_is_written_down_by_login_and_taken_back(
    session: Session, desk: Desk, town: Actor, worker: Actor
) -> None:
    other = make_staff(session, Role.GRID_LEADER, area=GRID)
    desk.sits(town)

    for _ in range(2):
        assert desk.post(path(worker), who=f"STAFF{other.id}").status_code == 303
    both = [kin.kin_of(session, one.id, by=town)[0].person_id for one in (worker, other)]
    rows = len(session.scalars(select(Kin)).all())
    desk.post(path(worker), drop=str(other.id))

    assert both == [other.id, worker.id]
    assert rows == 1
    assert session.scalars(select(Kin)).all() == []


def test_a_resident_is_written_down_by_number_and_shown_masked(
    session: Session, desk: Desk, town: Actor, worker: Actor
) -> None:
    aunt = make_person(session, "李秀英")
    aunt.phone, aunt.phone_index = PHONE, keyring().index(PHONE)
    desk.sits(town)

    desk.post(path(worker), who=PHONE)

    page = desk.read(path(worker))
    assert "李*" in page
    assert "138****5678" in page
    assert "李秀英" not in page


@pytest.mark.parametrize("who", ["", "nobody", "13900000000", "'; drop", "\x00"])
def test_nobody_is_refused_with_a_sentence_and_what_was_typed(
    desk: Desk, town: Actor, worker: Actor, who: str
) -> None:
    desk.sits(town)

    answer = desk.post(path(worker), who=who)

    assert answer.status_code == 422
    assert "err" in answer.text


def test_oneself_is_refused(desk: Desk, town: Actor, worker: Actor) -> None:
    desk.sits(town)

    answer = desk.post(path(worker), who=f"staff{worker.id}")

    assert answer.status_code == 422
    assert "本人" in answer.text


@pytest.mark.parametrize("role", [Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.AUDITOR])
def test_who_keeps_no_staff_does_not_get_there(
    session: Session, desk: Desk, worker: Actor, role: Role
) -> None:
    desk.sits(make_staff(session, role, area=TOWN))

    assert desk.get(path(worker)).status_code == 403
    assert desk.post(path(worker), who="x").status_code == 403


def test_next_door_there_is_no_such_person(session: Session, desk: Desk, worker: Actor) -> None:
    stranger = make_staff(session, Role.TOWN_ADMIN, area=NEXT_TOWN)
    desk.sits(stranger)

    assert desk.get(path(worker)).status_code == 404
    assert desk.post(path(worker), who="x").status_code == 404
    with pytest.raises(NoSuchPerson):
        kin.kin_of(session, worker.id, by=stranger)
    assert queries.hats_of(session, worker.id)


class TestBars:
    def rows(self, work: Work) -> set[tuple[int, int, bool]]:
        return {
            (row.person_id, row.ref, row.is_accused) for row in work.session.scalars(select(Barred))
        }

    def test_keep_away_the_accused_and_kin_but_not_kin_of_kin(
        self, work: Work, town: Actor, worker: Actor
    ) -> None:
        aunt, cousin = (make_staff(work.session, Role.GRID_FULL, area=GRID) for _ in range(2))
        note_kin(work, worker.id, who=f"staff{aunt.id}", by=town)
        note_kin(work, aunt.id, who=f"staff{cousin.id}", by=town)

        for _ in range(2):
            bar(work, "case", [7], accused=[worker.id])

        assert self.rows(work) == {(worker.id, 7, True), (aunt.id, 7, False)}

    def test_reach_whoever_turns_out_to_be_kin_afterwards(self, work: Work, worker: Actor) -> None:
        aunt, cousin = (make_staff(work.session, Role.GRID_FULL, area=GRID) for _ in range(2))
        bar(work, "case", [7], accused=[worker.id])

        bar_kin(work, aunt.id, worker.id)
        bar_kin(work, cousin.id, aunt.id)

        assert self.rows(work) == {(worker.id, 7, True), (aunt.id, 7, False)}

    def test_of_one_thing_hold_for_all_that_belongs_to_it(self, work: Work, worker: Actor) -> None:
        other = make_staff(work.session, Role.GRID_FULL, area=GRID)
        bar(work, "case", [7], accused=[worker.id])
        bar(work, "case", [8], accused=[other.id])
        bar(work, "complaint", [7], accused=[other.id])

        spread(work, "case", [7, 8])

        cases = {
            (row.person_id, row.ref)
            for row in work.session.scalars(select(Barred).where(Barred.about == "case"))
        }
        assert cases == {(one, ref) for one in (worker.id, other.id) for ref in (7, 8)}
