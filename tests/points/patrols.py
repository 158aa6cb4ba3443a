"""A patrol that people come to, for tests of activities and of their lists."""

from datetime import timedelta

from sqlalchemy import select

import qr.service
from kernel.access import Actor
from kernel.grants import Role
from kernel.work import parts
from people.models import Person
from points import service
from points.models import Activity, Claim, ListLine
from points.rules.claims import Decision
from points.rules.table import ReviewLevel
from points.service import ActivityWanted
from qr.rules import rotating
from qr.service import Attender
from tests.factories import GRID, make_area, make_staff
from tests.fakes import NOON, FixedClock
from tests.people.homes import make_home, make_resident
from tests.points.claims import Village

BEGIN = NOON + timedelta(hours=1)


class Patrol:
    """An activity of two hours that begins in one, led by a grid leader."""

    def __init__(self, village: Village, clock: FixedClock) -> None:
        self.village, self.clock, self.work = village, clock, village.work
        make_area(self.work.session, GRID)
        self.leader = make_staff(self.work.session, Role.GRID_LEADER, area=GRID)

    def post(self, **more: object) -> Activity:
        known = {
            "name": "夜间巡防",
            "area_code": GRID,
            "place": "村口",
            "starts_at": BEGIN,
            "ends_at": BEGIN + timedelta(hours=2),
            "rule_code": "P05",
            "capacity": 20,
            "least_minutes": 60,
        }
        wanted = ActivityWanted(**(known | more))  # type: ignore[arg-type]
        return service.post_activity(self.work, wanted, by=self.leader)[0]

    def at(self, **since_begin: float) -> None:
        self.clock.moment = BEGIN + timedelta(**since_begin)

    def scan(self, activity: Activity, who: Actor, once: str, *, out: bool = False) -> object:
        key = rotating.key_of(parts().settings.secret_key)
        code = activity.code_id or 0
        entry = rotating.make_entry(key, code, once, now=self.clock.now())
        if out:
            return qr.service.sign_out(self.work, code, entry, who.id)
        return qr.service.sign_in(self.work, code, entry, Attender(person_id=who.id, device=once))

    def attended(self, *people: Actor, **more: object) -> Activity:
        """Return an activity at which *people* were for two hours, its list not yet confirmed."""
        activity = self.post(**more)
        self.at(minutes=-5)
        for who in people:
            self.scan(activity, who, f"in-{who.id}")
        self.at(hours=2, minutes=1)
        for who in people:
            self.scan(activity, who, f"out-{who.id}", out=True)
        self.at(hours=2, minutes=31)
        return activity

    def neighbour(self, name: str = "王秀英") -> Actor:
        """Return somebody with an account in a household of their own."""
        session = self.work.session
        home, found = make_home(session, "周全"), make_resident(session, name)
        session.get_one(Person, found.id).household_id = home.id
        session.flush()
        return found

    def claims(self, activity: Activity) -> list[Claim]:
        of_list = select(ListLine.claim_id).where(ListLine.activity_id == activity.id)
        statement = select(Claim).where(Claim.id.in_(of_list)).order_by(Claim.id)
        return list(self.work.session.scalars(statement))

    def judge(self, activity: Activity, by: Actor, **more: object) -> tuple[int, int]:
        level = ReviewLevel.TOWN if by.wears(Role.TOWN_ADMIN) else ReviewLevel.VILLAGE
        waiting = [one for one in self.claims(activity) if one.waiting_for is level]
        known = {
            "decision": Decision.APPROVE,
            "turns": {one.id: one.turn for one in waiting},
            "refused": {},
        }
        return service.review_roll(self.work, activity.id, by=by, **(known | more))  # type: ignore[arg-type]
