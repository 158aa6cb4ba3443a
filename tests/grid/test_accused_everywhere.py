"""Whom a case is against, and their kin, meet it nowhere: every read, page, verb and notice."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid import queries, service
from grid.models import Alarm, Case, CaseFile, FileKind, Help
from grid.queries.accused import accused_of, colleagues
from grid.queries.departments import helps_asked
from grid.queries.pages import file_of
from grid.rules import Finding, Level, Move, State, Urgency
from grid.rules.accused import Against, Heard
from grid.service import Values
from grid.service.accused import Charge, accuse, write_answer
from kernel import audit
from kernel.access import Actor
from kernel.errors import NotFound, Refusal
from kernel.grants import Role
from kernel.outbound import Message
from kernel.work import Work
from people.models import Area, Kin, Person, RobotKind
from people.queries import AuditFilter, audit_page, audit_rows
from tests.factories import DISTRICT, GRID, TOWN, VILLAGE, make_household, make_staff
from tests.fakes import NOON, FixedClock
from tests.grid.factories import make_case
from tests.grid.pages import Desk

# The reads run on both databases in their own tests; here it is asked whether one was forgotten.
pytestmark = pytest.mark.once(beside="sqlite")

CLAIM = "有人反映处理不及时。"
ROLES = {
    Role.GRID_FULL: GRID,
    Role.GRID_PART: GRID,
    Role.GRID_LEADER: VILLAGE,
    Role.VILLAGE_ADMIN: VILLAGE,
    Role.TOWN_ADMIN: TOWN,
    Role.DISTRICT_CMD: DISTRICT,
    Role.AUDITOR: DISTRICT,
}


def charge(person_id: int, key: str = "k") -> Charge:
    return Charge(key=key, against=Against.STAFF, claim=CLAIM, person_id=person_id)


def against(work: Work, case: Case, accused: Actor) -> None:
    """Let the town write down that the case is against somebody."""
    town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)
    accuse(work, case.id, charge(accused.id), by=town)


def add_picture(session: Session, case: Case, number: int) -> None:
    kind = FileKind.REPORT
    session.add(CaseFile(case_id=case.id, attachment_id=number, kind=kind, step_number=1))
    session.flush()


def kin_of(session: Session, accused: Actor, role: Role) -> Actor:
    """Return somebody of the staff who is written down as kin."""
    other = make_staff(session, role, area=ROLES[role])
    first, second = sorted((accused.id, other.id))
    session.add(Kin(person_id=first, other_id=second, noted_at=NOON))
    session.flush()
    return other


def mate_of(session: Session, accused: Actor, role: Role) -> Actor:
    """Return somebody of the staff who lives behind the same door."""
    other = make_staff(session, role, area=ROLES[role])
    home = make_household(session)
    for one in (accused, other):
        session.get_one(Person, one.id).household_id = home.id
    session.flush()
    return other


WHO: dict[str, Callable[[Session, Actor, Role], Actor]] = {
    "accused": lambda _session, accused, _role: accused,
    "kin": kin_of,
    "household-mate": mate_of,
}


def meets(session: Session, case: Case, by: Actor) -> list[str]:
    """Return every read that gives the case to *by*."""
    pages = {
        "queue": queries.queue(session, by=by, now=NOON),
        "to_verify": queries.to_verify(session, by=by, now=NOON),
        "to_spot_check": queries.to_spot_check(session, by=by, now=NOON),
        "listed": queries.listed(session, by=by, now=NOON),
        "by number": queries.listed(
            session, by=by, now=NOON, filters=queries.Filters(number=case.number)
        ),
    }
    found = [
        name for name, page in pages.items() if any(one.case_id == case.id for one in page.cards)
    ]
    found += ["counts"] if queries.counts(session, by=by, now=NOON).by_state else []
    found += ["version"] if queries.queue_version(session, by=by) != "0-0-0-0" else []
    found += ["accused"] if accused_of(session, case.id, by=by) else []
    found += ["colleagues"] if colleagues(session, case.id, by=by) else []
    picture = session.scalar(select(CaseFile.attachment_id).where(CaseFile.case_id == case.id))
    tries: dict[str, Callable[[], object]] = {
        "detail": lambda: queries.detail(session, case.id, by=by, now=NOON),
        "candidates": lambda: queries.candidates(session, case.id, by=by, now=NOON),
        "file": lambda: file_of(session, picture or 0, by=by),
    }
    for name, read in tries.items():
        try:
            read()
        except NotFound:
            continue
        found.append(name)
    return found


@pytest.mark.parametrize("near", WHO)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", [State.HANDLING, State.TO_VERIFY, State.RETURNED])
def test_no_read_gives_it_to_them(
    work: Work, make_attachment: int, role: Role, near: str, state: State
) -> None:
    case = make_case(work.session, state=state)
    add_picture(work.session, case, make_attachment)
    accused = make_staff(work.session, role, area=ROLES[role])
    reader = WHO[near](work.session, accused, role)
    before = meets(work.session, case, reader)

    against(work, case, accused)

    assert before
    assert meets(work.session, case, reader) == []


@pytest.mark.parametrize("near", WHO)
def test_no_verb_is_theirs(work: Work, near: str) -> None:
    case = make_case(work.session, state=State.HANDLING)
    accused = make_staff(
        work.session,
        Role.GRID_FULL,
        Role.GRID_LEADER,
        Role.VILLAGE_ADMIN,
        Role.TOWN_ADMIN,
        Role.DISTRICT_CMD,
        area=TOWN,
    )
    by = WHO[near](work.session, accused, Role.TOWN_ADMIN)
    case.owner_id, case.owner_level = by.id, Level.TOWN
    work.session.flush()
    against(work, case, accused)
    verbs: list[Callable[[], object]] = [
        lambda: service.log_call(work, case.id, by=by),
        lambda: service.on_my_way(work, case.id, by=by),
        lambda: service.classify(work, case.id, by=by, category="0301"),
        lambda: service.write_voice_line(work, case.id, by=by, line="一句"),
        lambda: service.add_note(work, case.id, by=by, note="一句"),
        lambda: service.read_contact(work, case.id, by=by),
        lambda: service.spot_check(work, case.id, by=by, note="看过"),
        lambda: accuse(work, case.id, charge(case.owner_id or 0, "again"), by=by),
        lambda: write_answer(work, 1, key="k", heard=Heard.CALL, words="没有", by=by),
        *(
            lambda move=move: service.move(
                work,
                case.id,
                move,
                by=by,
                expected=case.state,
                values=Values(reason="一句", result_text="一句", finding=Finding.TRUE),
            )
            for move in queries.STAFF_MOVES
            if move is not Move.MERGE
        ),
    ]

    for verb in verbs:
        with pytest.raises(NotFound):
            verb()


@pytest.mark.parametrize("near", WHO)
def test_nobody_can_give_it_to_them(work: Work, near: str) -> None:
    case = make_case(work.session, state=State.HANDLING)
    accused = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
    near_one = WHO[near](work.session, accused, Role.VILLAGE_ADMIN)
    against(work, case, accused)
    town = make_staff(work.session, Role.TOWN_ADMIN, area=TOWN)

    offered = queries.candidates(work.session, case.id, by=town, now=NOON)

    assert offered
    assert not {accused.id, near_one.id} & {one.person_id for one in offered}
    with pytest.raises(Refusal, match="接不了"):
        service.move(
            work,
            case.id,
            Move.REASSIGN,
            by=town,
            expected=case.state,
            values=Values(owner=near_one.id, reason="换人"),
        )


def test_the_ladder_and_the_alarm_pass_them_by(work: Work, clock: FixedClock) -> None:
    case = make_case(work.session, state=State.DISPATCHED, urgency=Urgency.URGENT, climbs_at=NOON)
    leader = make_staff(work.session, Role.GRID_LEADER, area=VILLAGE)
    village = make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
    against(work, case, leader)
    clock.advance(minutes=2)

    service.climb(work)
    service.remind(work)

    assert case.owner_id == village.id
    rung = set(work.session.scalars(select(Alarm.person_id).where(Alarm.case_id == case.id)))
    assert leader.id not in rung


def test_no_group_hears_of_it(work: Work) -> None:
    worker = make_staff(work.session, Role.GRID_FULL, area=GRID)
    case = make_case(work.session, state=State.HANDLING, owner_id=worker.id)
    make_staff(work.session, Role.VILLAGE_ADMIN, area=VILLAGE)
    for code in (GRID, VILLAGE, TOWN, DISTRICT):
        area = work.session.get_one(Area, code)
        area.robot, area.robot_url = RobotKind.WECOM, f"https://robot/{code}"
    against(work, case, worker)

    service.urge(work, case.id)
    service.supplement(work, case.id, words="又来了", attachments=[])

    assert work.session.scalars(select(Message)).all() == []


def test_a_case_against_nobody_is_still_told_to_the_group(work: Work) -> None:
    case = make_case(work.session, state=State.HANDLING)
    area = work.session.get_one(Area, VILLAGE)
    area.robot, area.robot_url = RobotKind.WECOM, "https://robot/village"

    service.urge(work, case.id)

    assert len(work.session.scalars(select(Message)).all()) == 1


@pytest.mark.parametrize("near", WHO)
def test_the_log_shows_them_no_line_about_it(work: Work, near: str) -> None:
    case, other = make_case(work.session), make_case(work.session)
    accused = make_staff(work.session, Role.AUDITOR, area=DISTRICT)
    reader = WHO[near](work.session, accused, Role.AUDITOR)
    stranger = make_staff(work.session, Role.AUDITOR, area=DISTRICT)
    against(work, case, accused)
    audit.note(work, by=None, action="case.contact-read", subject=f"case:{other.id}")
    work.session.flush()

    def subjects(by: Actor) -> set[str]:
        return {one.subject for one in audit_page(work.session, AuditFilter(), by=by).lines}

    def exported(by: Actor) -> set[str]:
        return {one.line.subject for one in audit_rows(work.session, AuditFilter(), by=by)}

    assert subjects(reader) == {f"case:{other.id}"}
    assert subjects(stranger) == {f"case:{other.id}", f"case:{case.id}"}
    mine, theirs = exported(reader), exported(stranger)
    assert theirs - mine == {f"case:{case.id}"}


@pytest.mark.parametrize("near", WHO)
@pytest.mark.parametrize("role", [Role.TOWN_ADMIN, Role.DISTRICT_CMD])
def test_nobody_of_them_is_asked_for_help_with_it(work: Work, role: Role, near: str) -> None:
    case = make_case(work.session, state=State.HANDLING)
    accused = make_staff(work.session, role, area=ROLES[role])
    reader = WHO[near](work.session, accused, role)
    asked = Help(
        case_id=case.id,
        area_code=case.area_code,
        asked_by=case.owner_id,
        asked_at=NOON,
        from_department="urban_mgmt",
        to_department="town",
        words="请来看看",
    )
    work.session.add(asked)
    work.session.flush()
    before = helps_asked(work.session, by=reader)

    against(work, case, accused)

    assert len(before) == 1
    assert helps_asked(work.session, by=reader) == ()
    with pytest.raises(NotFound):
        service.answer_help(work, asked.id, by=reader, comes=True, words="就来")


def pages_of(app: Flask) -> set[str]:
    """Return the patterns of all staff pages that name a case, and no page that changes one."""
    return {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("grid.") and "GET" in (rule.methods or set())
    }


def test_every_staff_page_there_is_is_tried(
    app: Flask, work: Work, desk: Desk, make_attachment: int
) -> None:
    """Whatever page another day adds, the accused opens it here too."""
    roles = (Role.GRID_LEADER, Role.VILLAGE_ADMIN, Role.TOWN_ADMIN)
    accused = make_staff(work.session, *roles, area=TOWN)
    case = make_case(work.session, state=State.TO_VERIFY, place_name="独一无二的地方")
    add_picture(work.session, case, make_attachment)
    desk.sits(accused)
    seen = desk.read("/staff/desk")
    against(work, case, accused)

    for pattern in sorted(pages_of(app)):
        path = pattern.replace("<number>", case.number).replace(
            "<int:attachment_id>", str(make_attachment)
        )
        answer = desk.get(path)
        assert answer.status_code in {200, 302, 303, 304, 400, 403, 404}, path
        assert "独一无二的地方" not in answer.text, path
        assert case.words not in answer.text, path
        if "<" in pattern:
            assert answer.status_code in {403, 404}, path

    assert "独一无二的地方" in seen
