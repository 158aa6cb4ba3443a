"""Cases with everything that can hang on one, each part with words of its own."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from sqlalchemy.orm import Session

from grid.models import (
    Act,
    Case,
    CaseFile,
    DeskAlarm,
    Extension,
    External,
    FileKind,
    Handover,
    Help,
    Objection,
    Outside,
    Step,
    SupervisorCall,
    UnitWord,
)
from grid.rules import CallCause, Level, Privacy, State, Urgency
from grid.rules.outside import How, Said, digest
from kernel import crockford
from kernel.access import Actor
from kernel.grants import Role
from kernel.media import Attachment, Kind
from kernel.media import State as MediaState
from tests.factories import make_staff
from tests.fakes import NOON
from tests.grid.factories import make_case
from tests.matrix.domain import PLACES, Thing

IN_STATE = {
    "handling": State.HANDLING,
    "dispatched": State.DISPATCHED,
    "to_verify": State.TO_VERIFY,
    "submitted": State.SUBMITTED,
    "objected": State.OBJECTED,
    "spot": State.CLOSED,
    "rejected": State.REJECTED,
}
LATER = timedelta(days=3)
_numbers = count(1)


@dataclass(slots=True)
class Planted:
    """A case, the thing it stands for, and its words by their kind."""

    case: Case
    thing: Thing
    words: dict[str, str]


def plant_case(session: Session, place: str, state: str, *, worker: Actor, key: str) -> Planted:
    """Return a case of *worker*'s; *key* makes all its words different from all others."""
    police = key.startswith("police-") or key in {"own-police_aux", "own-station"}
    name = "".join(part.title() for part in key.replace("_", "-").split("-"))
    words = {
        "place": f"CanaryPlace{name}",
        "notes": f"CanaryNotes{name}",
        "words": f"CanaryWords{name}",
        "caller": f"CanaryCaller{name}",
    }
    case = make_case(
        session,
        number=crockford.with_check(f"MATRX{next(_numbers):06}"),
        area_code=PLACES[place],
        state=IN_STATE[state],
        place_name=words["place"],
        words=words["words"],
        where="",
        caller_name=words["caller"],
        caller_phone=f"1371{session.query(Case).count():07}",
        owner_id=None if state in {"submitted", "objected", "rejected"} else worker.id,
        owner_level=None if state in {"submitted", "objected", "rejected"} else _level(key),
        department="police_station" if police else _department(key),
        privacy=Privacy.POLICE if police else Privacy.NORMAL,
        urgency=Urgency.URGENT if state == "dispatched" else Urgency.NORMAL,
        close_by=NOON + LATER,
        to_spot_check=state == "spot",
        extension_open=state == "handling",
        taken_at=NOON if state != "dispatched" else None,
    )
    words["number"] = case.number
    names = {"number": case.number, "id": str(case.id), "phone": case.caller_phone or ""}
    thing = Thing(
        place,
        state,
        department=case.department or "",
        police=police,
        urgent=state == "dispatched",
        names=names,
    )
    thing.asked = "other_department" if state == "to_verify" else ""
    names |= _hang(session, case, worker, words["notes"], state)
    return Planted(case, thing, words)


def _level(key: str) -> Level:
    role = key.removeprefix("own-")
    return {
        "grid_leader": Level.GRID_LEADER,
        "village_admin": Level.VILLAGE,
        "town_admin": Level.TOWN,
        "district_cmd": Level.DISTRICT,
        "dept_handler": Level.DEPARTMENT,
        "other_department": Level.DEPARTMENT,
        "police_aux": Level.POLICE_AUX,
        "station": Level.POLICE_STATION,
    }.get(role, Level.GRID)


def _department(key: str) -> str:
    return "fire" if key == "own-other_department" else "urban_mgmt"


def _hang(session: Session, case: Case, worker: Actor, notes: str, state: str) -> dict[str, str]:
    """Hang on it what can hang on a case; return what addresses call these parts by."""
    town = make_staff(session, Role.TOWN_ADMIN, area=case.area_code[:9])
    picture = Attachment(
        key=f"picture-{case.id}",
        owner=f"grid.case:{case.id}",
        kind=Kind.PICTURE,
        state=MediaState.READY,
        mime="image/jpeg",
        size=10,
        digest="0" * 64,
        stored="x",
        thumb="x",
        received_at=NOON,
    )
    session.add(picture)
    session.flush()
    session.add(
        CaseFile(case_id=case.id, attachment_id=picture.id, kind=FileKind.REPORT, step_number=1)
    )
    for act in (Act.HELP, Act.HANDOVER, Act.OUTSIDE, Act.EXTERNAL):
        _step(session, case, act, worker)
    asked = {"case_id": case.id, "asked_at": NOON}
    helped = Help(
        **asked,
        asked_by=worker.id,
        area_code=case.area_code,
        from_department="urban_mgmt",
        to_department="town" if state != "to_verify" else "fire",
        for_police=case.is_police,
        words=f"{notes}Help",
    )
    handed = Handover(
        **asked,
        asked_by=worker.id,
        turn=case.turn,
        from_department="urban_mgmt",
        to_department="market",
        reason=f"{notes}Handover",
    )
    unit = Outside(
        case_id=case.id,
        key=f"unit-{case.id}",
        how=How.LINK,
        unit="power",
        name="供电所",
        given_by=town.id,
        given_at=NOON,
        what=f"{notes}What",
        where=f"{notes}Where",
        photos=[picture.id],
        secret=digest(f"secret-{case.id}"),
        expires_at=NOON + LATER,
    )
    call = SupervisorCall(
        case_id=case.id,
        round=0,
        cause=CallCause.NOT_SOLVED,
        level=Level.POLICE_STATION if case.is_police else Level.VILLAGE,
        said=f"{notes}Said",
        owed_at=NOON,
        due_by=NOON + LATER,
    )
    session.add_all((helped, handed, unit, call))
    session.flush()
    _step(session, case, Act.UNIT_SAID, None)
    session.add_all(
        (
            UnitWord(
                outside_id=unit.id,
                key=f"word-{case.id}",
                at=NOON,
                said=Said.COMING,
                words=f"{notes}Unit",
                step_number=case.last_step,
            ),
            External(
                case_id=case.id,
                system="12345 热线",
                number=f"{notes}External"[:40],
                folded=f"OUT{case.id:08}",
                set_by=town.id,
                set_at=NOON,
            ),
        )
    )
    if state == "handling":
        session.add(Extension(**asked, asked_by=worker.id, reason=f"{notes}Time"))
    if state == "objected":
        session.add(
            Objection(
                case_id=case.id,
                said_on=case.id,
                reason=f"{notes}Objection",
                made_at=NOON,
                decide_by=NOON + LATER,
            )
        )
    if state == "dispatched":
        session.add(
            DeskAlarm(area_code=case.area_code[:9], case_id=case.id, round=0, began_at=NOON, rung=1)
        )
    session.flush()
    return {
        "attachment_id": str(picture.id),
        "help_id": str(helped.id),
        "handover_id": str(handed.id),
        "outside_id": str(unit.id),
        "call_id": str(call.id),
        "secret": f"secret-{case.id}",
    }


def _step(session: Session, case: Case, act: Act, who: Actor | None) -> None:
    case.last_step += 1
    session.add(
        Step(
            case_id=case.id,
            number=case.last_step,
            at=NOON,
            who=None if who is None else who.id,
            act=act,
            why="",
            owner_id=case.owner_id,
        )
    )
    session.flush()
