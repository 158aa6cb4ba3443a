"""The demo's areas, people and codes."""

import json
from collections.abc import Iterable
from typing import Final

from sqlalchemy import select

from demo.rules import district, folk, spots
from demo.rules.chance import SeededChance
from grid import service as grid
from grid.rules.duty import DAY, WEEK, Shift
from kernel.db import keyring
from kernel.facts import establish
from kernel.grants import Role
from kernel.work import Work
from people import service as people
from people.models import Household, Person
from people.rules import StaffRow, hash_password
from qr import service as qr
from qr.models import Code
from qr.rules import CodeKind
from qr.service import Particulars

CARDS: Final = "demo-cards"  # the fact that keeps what the database itself has only hashed
POLICE: Final = frozenset({"police_station"})
CALLER_KINDS: Final = frozenset({CodeKind.SPOT, CodeKind.PLACE})


def settle_areas(work: Work) -> None:
    """Found the district, and have a worker on duty at every hour."""
    for area in district.areas():
        people.add_area(work, area, by=None)
    for town in district.TOWNS:
        whole_days = [Shift(day, 0, DAY) for day in WEEK]
        grid.set_hours(work, area_code=town, role=Role.GRID_FULL, shifts=whole_days, by=None)
        daytime = [Shift(day, 8 * 60, 20 * 60) for day in WEEK]
        grid.set_hours(work, area_code=town, role=Role.GRID_PART, shifts=daytime, by=None)
        grid.set_hours(work, area_code=town, role=Role.POLICE_AUX, shifts=whole_days, by=None)


def hire(work: Work, staff: Iterable[StaffRow]) -> None:
    """Open accounts; all with the demo's one password, which need not be changed."""
    hashed = hash_password(folk.PASSWORD, chance=work.parts.chance)
    for row in staff:
        people.add_staff(work, row, by=None, password=folk.PASSWORD, hashed=hashed)


def is_late(row: StaffRow) -> bool:
    """Whether somebody joins on the last day: until then the second town has no police."""
    return any(
        hat.area == district.TOWNS[1] and (hat.role is Role.POLICE_AUX or hat.department in POLICE)
        for hat in row.hats
    )


def house(work: Work, chance: SeededChance, *, households: int) -> list[Person]:
    """Register households with who lives there; return their heads.

    Rows and not verbs: a line in the log for each would cost the first start its time.
    """
    homes = [_home(work, number, chance) for number in range(households)]
    work.session.add_all(homes)
    work.session.flush()
    heads = []
    for number, home in enumerate(homes):
        people_here = [_person(work, home, name) for name in folk.members(chance)]
        head, mobile = people_here[0], folk.phone(folk.FIRST_RESIDENT + number)
        head.is_head, head.phone, head.phone_index = True, mobile, keyring().index(mobile)
        work.session.add_all(people_here)
        heads.append(head)
    work.session.flush()
    return heads


def hang_codes(work: Work, heads: list[Person]) -> None:
    """Order the sixty codes; one is revoked and one replaced, as happens."""
    for label in spots.labels():
        code = qr.issue(
            work,
            kind=label.kind,
            area_code=label.area,
            place_name=label.name,
            more=Particulars(category=label.category, position=label.position),
            by=None,
        ).code
        if label.name == spots.REVOKED:
            qr.revoke(work, code.id, reason="菜场拆了", by=None)
        elif label.name == spots.REPLACED:
            qr.replace(work, code.id, reason="被广告贴住了", by=None)
    cards = [_card(work, head) for head in heads[: spots.CARDS]]
    establish(work, CARDS, json.dumps(cards, ensure_ascii=False))


def scannable(work: Work) -> list[Code]:
    """Return the codes that residents of the demo report at, in order."""
    return [
        code
        for code in work.session.scalars(select(Code).order_by(Code.area_code, Code.id))
        if code.kind in CALLER_KINDS and code.revoked_at is None and code.replaced_by_id is None
    ]


def _home(work: Work, number: int, chance: SeededChance) -> Household:
    grid_code = district.GRIDS[number % len(district.GRIDS)]
    return Household(
        area_code=grid_code,
        number=f"{grid_code}{number:04}",
        address=f"{number // len(district.GRIDS) + 1}幢{chance.between(1, 6)}0{number % 4}室",
        opened_at=work.now(),
    )


def _person(work: Work, home: Household, name: str) -> Person:
    return Person(name=name, household_id=home.id, made_at=work.now())


def _card(work: Work, head: Person) -> dict[str, str]:
    home = work.session.get_one(Household, head.household_id)
    more = Particulars(household_id=home.id)
    issued = qr.issue(work, kind=CodeKind.HOUSEHOLD, area_code=home.area_code, more=more, by=None)
    return {"token": issued.token, "kind": CodeKind.HOUSEHOLD.value, "place": home.address}
