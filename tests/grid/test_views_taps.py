"""A button is there for as long as there is something to tap it for."""

from sqlalchemy.orm import Session

from grid.rules import State
from kernel.access import Actor
from kernel.grants import Role
from tests.factories import GRID, make_staff
from tests.grid.factories import make_case
from tests.grid.pages import Desk, seen, url


def test_who_has_set_out_is_not_asked_again_until_it_comes_back(
    session: Session, desk: Desk, worker: Actor
) -> None:
    case = make_case(session, state=State.HANDLING, owner_id=worker.id, category="0503")
    desk.sits(worker)
    button = url(case, "on-my-way")
    assert button in desk.read(url(case))

    desk.post(button, **seen(case))
    session.refresh(case)
    desk.post(url(case, "note"), note="带了梯子", **seen(case))
    after = desk.read(url(case))

    assert button not in after
    assert "出发去现场" in after
    done = desk.post(url(case, "result"), result_text="好了", finding="true", **seen(case))
    assert done.status_code == 303
    session.refresh(case)
    desk.sits(make_staff(session, Role.GRID_FULL, area=GRID))
    desk.post(url(case, "send-back"), reason="还剩两箱", **seen(case))
    desk.sits(worker)
    assert button in desk.read(url(case))
