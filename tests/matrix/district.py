"""A district in which the same things lie in five places, each with words of its own in it."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizen.models import Report
from complaints.models import Complaint
from complaints.rules import About, Desk
from complaints.rules import State as ComplaintState
from grid.models import Case, Duty, Hours, Phrase
from kernel import audit
from kernel.access import Actor
from kernel.db import keyring
from kernel.grants import Role
from kernel.outbound import Channel, Message, MessageState
from kernel.outbox import Delivery
from kernel.work import Work, parts, transaction
from people.models import Area, HouseholdImport, JoinRequest, Person
from people.rules import ImportState
from points.models import Claim, RuleVersion
from points.rules.claims import ClaimState
from points.rules.table import SHIPPED, ReviewLevel
from qr import service as qr
from qr.models import LookAlike, SignIn
from qr.queries import Wanted
from qr.rules import CodeKind, Format, How, OrderState, Wrong
from tests.factories import make_area, make_household, make_person, make_staff
from tests.fakes import NOON
from tests.grid.factories import a_number
from tests.matrix.barred import make_barred
from tests.matrix.cases import Planted, plant_case
from tests.matrix.domain import AT_LENGTH, DEPARTMENT, HANDS, PLACES, Thing, hat_of
from tests.matrix.lists_planted import plant_following, plant_list
from tests.matrix.months import plant_month
from tests.matrix.planted import District
from tests.matrix.shops import plant_shop
from tests.people.homes import make_resident

STATES = ("handling", "dispatched", "to_verify", "submitted", "objected", "spot", "rejected")
LATER = timedelta(days=3)
PICTURE = b"\xff\xd8\xff\xd9"


def word(what: str, place: str) -> str:
    """Return a word that is nowhere else."""
    return f"Canary{what.title()}{place.title()}"


def phone(kind: int, place: str) -> str:
    """Return a number that is nowhere else."""
    return f"1370{kind:03}{list(PLACES).index(place):04}"


def plant(session: Session) -> District:
    """Plant everything."""
    found = District()
    for code in PLACES.values():
        make_area(session, code)
    found.actors = dict(_make_actors(session))
    for number, place in enumerate(PLACES):
        _plant_people(session, found, place)
        worker = _worker(session, place)
        for state in STATES:
            keep(found, plant_case(session, place, state, worker=worker, key=f"{state}-{place}"))
        names = {"person_id": str(worker.id)}
        found.add("worker", Thing(place, department="urban_mgmt", names=names))
        aux = make_staff(session, Role.POLICE_AUX, area=PLACES[place][:12])
        keep(found, plant_case(session, place, "handling", worker=aux, key=f"police-{place}"))
        _plant_receipt(session, found, place)
        _plant_complaint(session, found, place)
        _plant_claim(session, found, place)
        words = {one: word(one, place) for one in ("month", "objection")}
        plant_month(session, found, place, words)
        _plant_tables(session, found, place, number)
        plant_shop(session, found, place, number)
    _make_residents(session, found)
    for role in HANDS:
        case = plant_case(session, "here", "handling", worker=found.actors[role], key=f"own-{role}")
        case.thing.owner = role
        keep(found, case, kind="own")
    _plant_machinery(session, found)
    make_barred(session, found)
    session.commit()
    return found


def keep(found: District, planted: Planted, kind: str = "case") -> None:
    """Keep a case under its state, and what beside it has an address of its own."""
    thing = planted.thing
    kind = "police" if thing.police and kind == "case" else kind
    found.add(thing.state if kind == "case" else kind, thing, **planted.words)


def _make_actors(session: Session) -> Iterator[tuple[str, Actor]]:
    for role in AT_LENGTH:
        department = DEPARTMENT.get(role, "")
        real = Role.DEPT_HANDLER if department else Role(role)
        actor = make_staff(session, real, area=hat_of(role), department=department)
        person = session.get_one(Person, actor.id)
        person.work_phone = f"0571-5550{actor.id:04}"
        yield role, actor
    yield "nobody", make_staff(session)


def _make_residents(session: Session, found: District) -> None:
    """Let somebody of the household here sign in, one who left it, and one of nowhere."""
    home = found.of("household", "here").names
    found.actors["head"] = Actor(int(home["person_id"]))
    for who in ("member", "left", "outsider"):
        resident = make_resident(session, f"某{who}")
        if who == "member":
            session.get_one(Person, resident.id).household_id = int(home["household_id"])
        found.actors[who] = resident
    session.flush()


def _worker(session: Session, place: str) -> Actor:
    return make_staff(session, Role.GRID_FULL, area=PLACES[place])


def _plant_people(session: Session, found: District, place: str) -> None:
    """Plant what is private of a place and of somebody who works there."""
    area = session.get_one(Area, PLACES[place])
    area.night_phone = phone(1, place)
    area.robot_url = f"https://robot.example/{word('robot', place)}"
    words = {"area": area.night_phone, "nobody": word("robot", place)}
    found.add("area", Thing(place, names={"code": area.code}), **words)
    staff = make_staff(session, Role.GRID_PART, area=area.code)
    person = session.get_one(Person, staff.id)
    person.name, person.phone = word("staff", place), phone(2, place)
    person.phone_index = keyring().index(person.phone)
    thing = Thing(place, names={"person_id": str(staff.id)})
    found.add("person", thing, staff=person.name, nobody=person.phone)
    _plant_household(session, found, place)


def _plant_household(session: Session, found: District, place: str) -> None:
    """Plant a household with a member, and somebody who wants in."""
    home = make_household(session, PLACES[place])
    home.address, home.number = word("address", place), f"H{list(PLACES).index(place)}CANARY"
    member = make_person(session, word("member", place))
    member.household_id, member.is_head = home.id, True
    member.phone = phone(3, place)
    member.phone_index = keyring().index(member.phone)
    names = {"household_id": str(home.id), "person_id": str(member.id), "number": home.number}
    thing = Thing(place, names=names)
    found.add("household", thing, address=home.address, member=member.name, nobody=member.phone)
    asker = make_person(session, word("asker", place))
    request = JoinRequest(
        person_id=asker.id,
        household_id=home.id,
        number=home.number,
        asked_at=NOON,
        expires_at=NOON + LATER,
    )
    session.add(request)
    session.flush()
    found.add("request", Thing(place, names={"request_id": str(request.id)}), member=asker.name)


def _plant_receipt(session: Session, found: District, place: str) -> None:
    """Plant what the resident said from whose words the case in hand was made."""
    case = found.of("handling", place)
    row = session.get_one(Case, int(case.names["id"]))
    report = Report(
        area_code=row.area_code,
        submission_key=word("submission", place),
        digest="0" * 64,
        number=row.number,
        here=True,
        place_name=row.place_name,
        words=row.words,
        notice_version="",
        said_at=NOON,
        phone_index=keyring().index(row.caller_phone or ""),
        case_id=row.id,
    )
    session.add(report)
    session.flush()
    names = {"number": row.number, "wish": "add", "id": str(report.id)}
    found.add("receipt", Thing(place, case.state, "", case.department, names=names))


def _plant_complaint(session: Session, found: District, place: str) -> None:
    row = Complaint(
        key=word("key", place),
        number=a_number(),
        area_code=PLACES[place][:12],
        about=About.WORKER,
        words=word("complaint", place),
        phone=phone(4, place),
        filed_at=NOON,
        desk=Desk.TOWN,
        state=ComplaintState.OPEN,
        due_by=NOON + LATER,
    )
    session.add(row)
    session.flush()
    thing = Thing(place, names={"number": row.number, "id": str(row.id)})
    found.add("complaint", thing, complaint=row.words)


def _plant_claim(session: Session, found: District, place: str) -> None:
    """Plant what the member of the planted household wrote to earn coins."""
    home = found.of("household", place).names
    session.merge(
        RuleVersion(
            version=SHIPPED.version,
            text=SHIPPED.text,
            digest=SHIPPED.digest,
            valid_from=date(2000, 1, 1),
            set_at=NOON,
        )
    )
    session.flush()
    row = Claim(
        area_code=PLACES[place],
        source_kind="form",
        source_id=word("key", place),
        rule_code="P04",
        rule_version=SHIPPED.version,
        person_id=int(home["person_id"]),
        household_id=int(home["household_id"]),
        words=word("claim", place),
        earned_on=NOON.date(),
        coins=5,
        levels="village,town",
        state=ClaimState.SUBMITTED,
        waiting_for=ReviewLevel.VILLAGE,
        filed_at=NOON,
    )
    session.add(row)
    session.flush()
    names = {"claim_id": str(row.id), "attachment_id": "0", "person_id": home["person_id"]}
    found.add("claim", Thing(place, names=names), claim=row.words)
    plant_list(session, found, place, row)
    plant_following(session, found, place, row)


def _plant_tables(session: Session, found: District, place: str, number: int) -> None:
    """Plant a line of duty, a town's own sentence, an import and a code."""
    area = PLACES[place]
    on_duty = make_staff(session, Role.GRID_FULL, area=area)
    line = Duty(
        area_code=area,
        person_id=on_duty.id,
        kind="day",
        first_day=date(2026, 3, 2),
        last_day=date(2026, 3, 20),
        opens=480,
        closes=1080,
        written_at=NOON,
    )
    phrase = Phrase(
        area_code=area[:9],
        situation="ask",
        words=word("phrase", place),
        who=on_duty.id,
        made_at=NOON,
    )
    asker = make_staff(session, Role.TOWN_ADMIN, area=area[:9])
    table = HouseholdImport(
        asked_by=asker.id,
        asked_at=NOON,
        state=ImportState.REFUSED,
        done_at=NOON,
        problems=[word("import", place)],
        problem_count=1,
    )
    if place in {"here", "away", "abroad"}:
        session.add(phrase)
    hours = Hours(area_code=area, role=Role.GRID_FULL, weekday=6, opens=60, closes=120)
    session.add_all((line, table, hours))
    session.flush()
    found.add("line", Thing(place, names={"line_id": str(line.id)}))
    found.add("hours", Thing(place, names={"row": str(hours.id)}))
    if phrase.id:
        found.add("phrase", Thing(place, names={"phrase_id": str(phrase.id)}))
    found.add(
        "import", Thing(place, names={"import_id": str(table.id)}), nobody=word("import", place)
    )
    session.commit()
    _plant_code(found, place)


def _plant_code(found: District, place: str) -> None:
    """Plant a code, and an order to print it."""
    area = PLACES[place]
    with transaction() as work:
        name = word("spot", place)[:60]
        issued = qr.issue(work, kind=CodeKind.SPOT, area_code=area, place_name=name, by=None)
        names = {"token": issued.token, "code_id": str(issued.code.id)}
        seen = word("wrong", place)
        qr.say_wrong(work, issued.code.id, wrong=Wrong.FOREIGN, seen=seen)
        wanted = Wanted(area_code=area, form=Format.PLATE)
        order = qr.order_pieces(work, wanted, by=None)
        order.state = OrderState.READY
        printed = {"order_id": str(order.id), "number": "0", "view": "0"}
        names_of = _plant_activity(work, area, place)
        sticker = word("sticker", place)
        qr.say_look_alike(work, area, where=sticker)
        planted = select(LookAlike.id).where(LookAlike.where == sticker)
        strange = {"sticker_id": str(work.session.scalars(planted).one()), "attachment_id": "0"}
    words = {"activity": word("activity", place), "attender": word("attender", place)}
    found.add("activity", Thing(place, names=names_of), **words)
    found.add("code", Thing(place, names=names), spot=name, wrong=seen)
    found.add("order", Thing(place, names=printed))
    found.add("sticker", Thing(place, names=strange), sticker=sticker)


def _plant_activity(work: Work, area: str, place: str) -> dict[str, str]:
    """Plant an activity at which somebody has signed in, and return its names."""
    wanted = qr.ActivityWanted(
        name=word("activity", place),
        area_code=area,
        place="",
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=2),
    )
    activity = qr.make_activity(work, wanted, by=None)
    row = SignIn(
        code_id=activity.code_id,
        key=f"planted-{place}",
        how=How.NAMED,
        name=word("attender", place),
        signed_at=NOON,
    )
    work.session.add(row)
    return {"code_id": str(activity.code_id)}


def _plant_machinery(session: Session, found: District) -> None:
    """Plant what only the operator and the auditor look at, and the one picture of all cases."""
    parts().store.put("x", PICTURE)
    parked = Delivery(
        handler="grid.jobs.climb", payload={}, written_at=NOON, due_at=NOON, parked_at=NOON
    )
    session.add(parked)
    session.flush()
    found.add("parked", Thing("here", names={"row_id": str(parked.id)}))
    sent = message(session, "case:0", "说过的话")
    session.commit()
    found.add("message", Thing("here", names={"message_id": str(sent.id)}))
    with transaction() as work:
        _note(work)


def _note(work: Work) -> None:
    audit.note(work, by=None, action="case.contact-read", subject="case:0", detail="CanaryAudit")


def message(session: Session, about: str, text: str) -> Message:
    """Return a saved message that went out about something."""
    row = Message(
        channel=Channel.SMS,
        template="T01",
        recipient="13700009999",
        text=text,
        about=about,
        written_at=NOON,
        state=MessageState.SENT,
        sent_at=NOON,
        expires_at=NOON + LATER,
    )
    session.add(row)
    session.flush()
    return row
