"""What the tests of households do again and again."""

from sqlalchemy import select

from kernel.access import Actor
from kernel.audit import AuditLine
from kernel.outbox import Delivery
from kernel.work import Work
from people import service
from people.models import Household
from people.rules import HouseholdRow, MemberRow
from tests.factories import (
    GRID,
)

PHONE = "13812345678"


WHY = "本人要求"


def actions(work: Work) -> list[str]:
    work.session.flush()
    lines = work.session.scalars(select(AuditLine).order_by(AuditLine.id))
    return [line.action for line in lines if line.action.startswith("household.")]


def owed(work: Work) -> list[str]:
    work.session.flush()
    return [row.handler for row in work.session.scalars(select(Delivery))]


def add(work: Work, by: Actor, **more: object) -> Household:
    row = HouseholdRow(**{"area_code": GRID, "address": "5幢101室", **more})  # type: ignore[arg-type]
    head = MemberRow(name="陈建国", phone=PHONE)
    return service.add_household(work, row, head=head, by=by)
