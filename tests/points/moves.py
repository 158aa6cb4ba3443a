"""A household with coins, and what may become of it."""

from dataclasses import replace
from typing import Any

from kernel.access import Actor
from people import service as homes
from people.models import Household, Person
from people.rules import SplitWanted
from points import queries, service
from points.models import Adjustment
from points.rules.adjustments import AdjustmentWhy
from points.rules.helping import Consent
from points.service import AdjustmentWanted
from tests.people.homes import make_home, make_resident
from tests.points.claims import Village


class Move:
    """A household of three with five coins, and what may become of it."""

    def __init__(self, village: Village) -> None:
        self.village, self.work = village, village.work
        session = village.work.session
        home = village.home
        head = session.query(Person).filter_by(household_id=home.id, is_head=True).one()
        self.son = make_resident(session, "李小明")
        session.get_one(Person, self.son.id).household_id = home.id
        self.head, self.head_name = head.id, head.name
        village.fund(key="move")
        village.approve(village.claimed(), village.town)
        self.other = make_home(session, "周全")
        session.flush()

    def split(self) -> Household:
        wanted = SplitWanted(members=(self.son.id,), head_id=self.son.id)
        return homes.split_household(
            self.work, self.village.home.id, wanted, reason="成家了", by=self.village.village
        )

    def merge(self) -> None:
        homes.merge_households(
            self.work,
            self.other.id,
            other_number=self.village.home.number,
            reason="搬到一起",
            by=self.village.village,
        )

    def end(self) -> None:
        homes.close_household(
            self.work, self.village.home.id, reason="去世", by=self.village.village
        )

    def wish(self, to: Household | None, why: AdjustmentWhy, **more: Any) -> AdjustmentWanted:  # noqa: ANN401
        taker = {"taker": "周全", "taker_consent": Consent.PHONE} if to is not None else {}
        known = AdjustmentWanted(
            from_number=self.village.home.number,
            to_number="" if to is None else to.number,
            coins=None,
            why=why,
            reason="有协议",
            giver=self.head_name,
            giver_consent=Consent.COUNTER,
            key="k",
            **taker,  # type: ignore[arg-type]
        )
        return replace(known, **more)

    def propose(
        self,
        to: Household | None,
        why: AdjustmentWhy,
        by: Actor | None = None,
        **more: Any,  # noqa: ANN401
    ) -> Adjustment:
        wanted = self.wish(to, why, **more)
        return service.propose_adjustment(self.work, wanted, by=by or self.village.village)

    def sign(self, one: Adjustment, by: Actor | None = None, **more: Any) -> Adjustment:  # noqa: ANN401
        known = {"agree": True} | more
        return service.decide_adjustment(self.work, one.id, by=by or self.village.town, **known)

    def left(self) -> list[tuple[str, int, int]]:
        found = queries.left_behind(self.work.session, by=self.village.village)
        return [(one.number, one.free, one.held) for one in found]

    def whole(self) -> bool:
        return list(queries.verify(self.work.session)) == []
