"""Measures what it takes to pass two hundred claims: one by one, and fifty at a time."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from kernel.access import Actor, Hat
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.grants import Role
from kernel.work import Work, transaction
from people.models import Account, Area, Household, Membership, Person
from people.rules import LEVELS
from points import service
from points.models import Claim
from points.rules.claims import Decision
from points.service import Written

CLAIMS: Final = 200
GRID: Final = "330106001001001"
VILLAGE, TOWN = GRID[:12], GRID[:9]
RULE: Final = "P04"
MS: Final = 1000.0


def measure(say: Callable[[str, str], None]) -> None:
    """Let a town pass two hundred claims each way; each pays what its village's funds reach."""
    with transaction() as work:
        village, town = _people(work)
        service.give_quota(work, VILLAGE, coins=100_000, key="bench", by=town)
    first, second = _passed(0, village), _passed(CLAIMS, village)

    singly = together = 0.0
    # In turns, so that what else the machine does hits both.
    for at in range(0, CLAIMS, service.MOST_AT_ONCE):
        part = slice(at, at + service.MOST_AT_ONCE)
        begun = time.perf_counter()
        for claim, turn in first[part]:
            with transaction() as work:
                service.review(work, claim, decision=Decision.APPROVE, turn=turn, by=town)
        between = time.perf_counter()
        with transaction() as work:
            service.approve_many(work, second[part], by=town)
        singly += between - begun
        together += time.perf_counter() - between
    singly, together = singly / CLAIMS, together / CLAIMS

    paid = db.session().query(Claim).filter(Claim.posting_id.is_not(None)).count()
    if paid != 2 * CLAIMS:
        raise SystemExit(f"{paid} claims were paid")
    say(f"{CLAIMS} claims, one by one", f"{singly * MS:.1f} ms each")
    say(f"{CLAIMS} claims, fifty at a time", f"{together * MS:.1f} ms each")
    say("fifty at a time is faster", f"{singly / together:.1f} times")


def _people(work: Work) -> tuple[Actor, Actor]:
    for digits, level in LEVELS.items():
        if digits <= len(GRID):
            work.session.add(Area(code=GRID[:digits], name=level.value, level=level))
            work.session.flush()
    hats = (Hat(Role.VILLAGE_ADMIN, VILLAGE), Hat(Role.TOWN_ADMIN, TOWN))
    village, town = (_staff(work, hat) for hat in hats)
    return village, town


def _staff(work: Work, hat: Hat) -> Actor:
    person = Person(name=hat.role.value, made_at=work.now())
    work.session.add(person)
    work.session.flush()
    work.session.add(Account(person_id=person.id, login=hat.role.value, password="-"))  # noqa: S106 - nobody signs in
    work.session.add(Membership(person_id=person.id, role=hat.role, area_code=hat.area))
    return Actor(person.id, frozenset({hat}))


def _passed(offset: int, village: Actor) -> Sequence[tuple[int, int]]:
    """Return claims of as many households that the village has passed, and their turns."""
    numbers = []
    for number in range(offset, offset + CLAIMS):
        with transaction() as work:
            numbers.append(_claim(work, number).id)
    for at in range(0, CLAIMS, service.MOST_AT_ONCE):
        with transaction() as work:
            part = [(one, 0) for one in numbers[at : at + service.MOST_AT_ONCE]]
            service.approve_many(work, part, by=village)
    return [(one, 1) for one in numbers]


def _claim(work: Work, number: int) -> Claim:
    home = Household(
        number=f"C{number:06}", area_code=GRID, address=f"{number} 号", opened_at=work.now()
    )
    work.session.add(home)
    work.session.flush()
    head = Person(name=f"王{number}", household_id=home.id, is_head=True, made_at=work.now())
    work.session.add(head)
    work.session.flush()
    day = work.now().astimezone(SHANGHAI).date()
    written = Written(key=f"bench-{number}", rule_code=RULE, words="参加了反诈宣讲。", day=day)
    return service.claim_written(work, written, by=Actor(head.id))
