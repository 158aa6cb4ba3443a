"""A household that loses coins, and everybody who takes part in it."""

from datetime import date, timedelta

from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.grants import Role
from points import queries, service
from points.models import Appeal, Deduction
from tests.factories import DISTRICT, make_staff
from tests.fakes import FixedClock
from tests.points.claims import Village


class Court:
    """A household with five coins, and everybody who can take them."""

    def __init__(self, village: Village, clock: FixedClock) -> None:
        self.village, self.clock, self.work = village, clock, village.work
        village.fund()
        village.approve(village.claimed(), village.town)
        assert village.balance() == 5

    def notice(self, code: str = "N03", **more: object) -> Deduction:
        known = {
            "number": self.village.home.number,
            "name": "李明",
            "code": code,
            "words": "楼道堆了纸箱，三次上门没有清。",
            "key": code,
            "by": self.village.village,
        }
        return service.notice(self.work, **(known | more))  # type: ignore[arg-type]

    def check(self, one: Deduction, *, mended: bool, by: Actor | None = None) -> Deduction:
        return service.check(
            self.work,
            one.id,
            mended=mended,
            words="去看过了",
            turn=one.turn,
            by=by or self.village.village,
        )

    def decide(self, one: Deduction, *, agree: bool = True, by: Actor | None = None) -> Deduction:
        return service.decide_deduction(
            self.work,
            one.id,
            agree=agree,
            reason="属实" if agree else "证据不够",
            turn=one.turn,
            by=by or self.village.town,
        )

    def taken(self, code: str = "N03") -> Deduction:
        one = self.notice(code)
        self.clock.moment += timedelta(days=30)
        self.check(one, mended=False)
        return self.decide(one)

    def confirm(self, appeal: Appeal, by: Actor | None = None, **more: object) -> Appeal:
        """Let somebody else of the district sign what was upheld."""
        by = by or make_staff(self.work.session, Role.DISTRICT_CMD, area=DISTRICT)
        known = {"agree": True, "reason": ""} | more
        return service.confirm_appeal(self.work, appeal.id, by=by, **known)  # type: ignore[arg-type]

    def whole(self) -> bool:
        return list(queries.verify(self.work.session)) == []


def today_of(court: Court) -> date:
    return court.clock.moment.astimezone(SHANGHAI).date()
