"""What households look like beside families: a dormitory, and somebody who wants to be let in."""

from collections.abc import Sequence
from typing import Final

from demo.rules import folk
from kernel.access import Actor
from kernel.db import keyring
from kernel.work import Work
from people import service as people
from people.models import Household, Person
from people.rules import HouseholdKind, MemberRow

GUESTS: Final = ("赵师傅", "钱师傅", "孙师傅", "周师傅", "吴师傅", "郑师傅")
NEWCOMER: Final = folk.FIRST_RESIDENT + 900  # beyond all heads


def fill_homes(work: Work, heads: Sequence[Person]) -> None:
    """Let there be more than families, and something for a head to decide."""
    _make_dormitory(work, heads[-1])
    _let_somebody_ask(work, heads[0])


def _make_dormitory(work: Work, head: Person) -> None:
    """Let the household of *head*, who runs it, be a dormitory with guests."""
    people.describe_household(
        work,
        head.household_id or 0,
        kind=HouseholdKind.DORMITORY,
        name="纺织厂集体宿舍",
        address="工业路8号",
        by=None,
    )
    for name in GUESTS:
        people.add_member(work, head.household_id or 0, MemberRow(name=name), by=None)


def _let_somebody_ask(work: Work, head: Person) -> None:
    """Let a newcomer ask to join the household of *head*, which nobody has answered yet."""
    phone = folk.phone(NEWCOMER)
    newcomer = Person(name="", phone=phone, phone_index=keyring().index(phone), made_at=work.now())
    work.session.add(newcomer)
    work.session.flush()
    home = work.session.get_one(Household, head.household_id)
    people.ask_to_join(work, number=home.number, name="冯小妹", by=Actor(newcomer.id))
