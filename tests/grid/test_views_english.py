"""The staff pages in English: no word is left in Chinese but names and what people wrote."""

import pytest
from sqlalchemy.orm import Session

from grid.rules import Finding, State, Urgency
from grid.rules.phrases import SHIPPED
from kernel.access import Actor
from kernel.calendar import calendar_of
from kernel.grants import Role
from tests.english import left_over
from tests.factories import DISTRICT, GRID, TOWN, VILLAGE, make_staff
from tests.fakes import NOON
from tests.grid.factories import make_case
from tests.grid.pages import Desk, seen, url

# Ready phrases are written to residents, in their language.
PHRASES = [words for said in SHIPPED.values() for words in said]
WRITTEN = ("楼道里堆满了纸箱。", "张三", "已清走。", "楼道里堆满了纸箱", *PHRASES)


def holidays(session: Session) -> set[str]:
    """The names in the calendar, which are data."""
    return {day.name for day in calendar_of(session).days}


@pytest.mark.parametrize("path", ["/staff/", "/staff/live/queue", "/staff/verify", "/staff/patrol"])
def test_what_a_worker_opens(session: Session, desk: Desk, worker: Actor, path: str) -> None:
    mine = {"owner_id": worker.id}
    make_case(session, urgency=Urgency.URGENT, night=True, **mine)
    make_case(session, state=State.HANDLING, responded_at=NOON, reporters=2, returns=1, **mine)
    make_case(session, state=State.TO_VERIFY)
    desk.sits(worker)

    page = desk.read(f"{path}?lang=en")

    assert left_over(page, session, *WRITTEN) == []


@pytest.mark.parametrize(
    "path",
    [
        "/staff/desk",
        "/staff/desk?state=all&overdue=y",
        "/staff/hours",
        "/staff/account",
        "/staff/account/password",
        "/staff/account/totp",
        "/staff/people",
        "/staff/people/new",
        "/staff/people/import",
        "/staff/areas",
        f"/staff/areas/{VILLAGE}",
        f"/staff/areas/{VILLAGE}/close",
        "/staff/audit",
        "/staff/operator/",
        "/staff/operator/messages",
        "/staff/operator/calendar",
    ],
)
def test_what_those_above_open(session: Session, desk: Desk, path: str) -> None:
    roles = (Role.TOWN_ADMIN, Role.DISTRICT_CMD, Role.AUDITOR, Role.SYSADMIN)
    chief = make_staff(session, *roles, area=DISTRICT)
    for state in State:
        make_case(session, state=state)
    make_staff(session, Role.GRID_FULL, area=GRID)
    desk.sits(chief)

    answer = desk.get(f"{path}{'&' if '?' in path else '?'}lang=en")

    if answer.status_code != 403:  # a page that none of these roles may open says so
        assert answer.status_code == 200
    assert left_over(answer.text, session, *WRITTEN, *holidays(session)) == []


@pytest.mark.parametrize("state", list(State))
def test_a_case_at_every_point(session: Session, desk: Desk, worker: Actor, state: State) -> None:
    leader = make_staff(session, Role.GRID_LEADER, Role.TOWN_ADMIN, area=TOWN)
    held = {State.DISPATCHED, State.HANDLING, State.TO_VERIFY}
    case = make_case(session, state=state, **({"owner_id": worker.id} if state in held else {}))

    for actor in (worker, leader):
        desk.sits(actor)

        assert left_over(desk.get(f"{url(case)}?lang=en").text, session, *WRITTEN) == []


def test_a_day_at_work(session: Session, desk: Desk, worker: Actor) -> None:
    leader = make_staff(session, Role.GRID_LEADER, Role.TOWN_ADMIN, area=TOWN)
    case = make_case(session, owner_id=worker.id)
    desk.sits(worker)
    desk.read("/staff/?lang=en")
    answers = [desk.post(url(case, "accept"), **seen(case))]
    answers.append(desk.post(url(case, "accept"), **seen(case)))  # once more, too late
    for verb, fields in (
        ("call", {"reached": "yes"}),
        ("call", {}),
        ("note", {"note": ""}),
        ("contact", {}),
        ("return", {"reason": ""}),
        ("result", {"result_text": "done", "finding": Finding.TRUE.value}),
    ):
        session.refresh(case)
        answers.append(desk.post(url(case, verb), **seen(case), **fields))
    pages = [answer.text for answer in answers] + [desk.read(url(case))]
    desk.sits(leader)
    pages += [desk.read(url(case)), desk.read("/staff/")]

    for page in pages:
        assert left_over(page, session, *WRITTEN, "打通了") == []
