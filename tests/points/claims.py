"""A village with people who claim and people who review.  Say only what the test is about."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from grid.events import CaseClosed
from grid.models import Case
from grid.rules import Finding, State, Urgency
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import Work
from people.models import Household, Person
from points import handlers, queries, service
from points.models import Claim
from points.rules.claims import Decision
from points.service import Owner, Written
from tests.factories import DISTRICT, NEXT_VILLAGE, TOWN, VILLAGE, make_area, make_staff
from tests.fakes import NOON
from tests.grid.factories import make_case
from tests.people.homes import make_home, make_resident

DAY = NOON.date()


@dataclass
class Village:
    """Somebody at every level, a resident with a household, and funds."""

    work: Work
    village: Actor
    town: Actor
    district: Actor
    next_village: Actor
    resident: Actor
    home: Household

    def closed(self, **values: Any) -> Case:  # noqa: ANN401 - columns of Case
        """Return a closed case that the resident reported."""
        known: dict[str, Any] = {
            "state": State.CLOSED,
            "category": "0102",
            "urgency": Urgency.NORMAL,
            "reported_by": self.resident.id,
        }
        return make_case(self.work.session, **(known | values))

    def hear(self, case: Case, finding: Finding | None = None) -> Claim | None:
        """Let points hear that a case was closed; return what it claims, if anything."""
        event = CaseClosed(
            case_id=case.id,
            category=case.category,
            urgency=case.urgency.value,
            finding=(finding or case.finding or Finding.TRUE).value,
            reported_by=case.reported_by,
        )
        handlers.claim_for_case(self.work, event)
        return self.work.session.scalar(select(Claim).where(Claim.case_id == case.id))

    def claimed(self, **values: Any) -> Claim:  # noqa: ANN401 - columns of Case
        """Return the claim of a case that was closed just now."""
        found = self.hear(self.closed(**values))
        assert found is not None
        return found

    def written(self, rule: str = "P04", **more: Any) -> Claim:  # noqa: ANN401
        """Return a claim that somebody wrote."""
        by = more.pop("by", self.resident)
        known: dict[str, Any] = {
            "key": "form-1",
            "rule_code": rule,
            "words": "参加了反诈宣讲。",
            "day": DAY,
        }
        return service.claim_written(self.work, Written(**(known | more)), by=by)

    def approve(self, claim: Claim, by: Actor) -> Claim:
        """Let somebody pass a claim."""
        return service.review(
            self.work, claim.id, decision=Decision.APPROVE, turn=claim.turn, by=by
        )

    def fund(self, coins: int = 1000, key: str = "1") -> None:
        """Give the village funds."""
        service.give_quota(self.work, VILLAGE, coins=coins, key=key, by=self.town)

    def balance(self, household_id: int | None = None) -> int:
        """Return what a household has."""
        owner = Owner.household(household_id or self.home.id)
        account = service.account_id(self.work, owner)
        return queries.balance(self.work.session, account).free


def make_village(work: Work) -> Village:
    """Return a village without funds."""
    session = work.session
    make_area(session, VILLAGE)
    home = make_home(session)
    resident = make_resident(session)
    session.get_one(Person, resident.id).household_id = home.id
    session.flush()
    return Village(
        work=work,
        village=make_staff(session, Role.VILLAGE_ADMIN, area=VILLAGE),
        town=make_staff(session, Role.TOWN_ADMIN, area=TOWN),
        district=make_staff(session, Role.DISTRICT_CMD, area=DISTRICT),
        next_village=make_staff(session, Role.VILLAGE_ADMIN, area=NEXT_VILLAGE),
        resident=resident,
        home=home,
    )
