"""Three months of green coins in the demo: what people did, who looked, how months were closed.

After the walk, at moments of its own and in their order: an account's entries go with the clock.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from demo.rules import district
from demo.rules.chance import SeededChance
from demo.rules.plots import daytime
from demo.service.cast import Cast
from demo.service.walk import Walk
from grid.models import Case
from grid.rules import State
from kernel.access import Actor
from kernel.clock import SHANGHAI
from kernel.grants import Role
from people.models import Person
from points import queries, service
from points.models import Claim, Close, Publication
from points.rules.claims import ClaimState, Decision
from points.rules.months import cut_of, is_over, next_period, period_of
from points.service import Written

Deed = tuple[datetime, Callable[[], None]]
VILLAGES: Final = (district.VILLAGES[0].code, district.VILLAGES[3].code)
EARNERS: Final = 8  # households of a village that take part
MONTHLY: Final = 300
FULL: Final = 0.87  # of the first village's money
DEEDS: Final = (
    ("P05", "和巡防队一起走了两圈，七点到八点半。"),
    ("P13", "给隔壁王阿婆送了两天饭，陪她去卫生站量血压。"),
    ("P04", "参加了反诈宣讲，帮着发了传单。"),
    ("P06", "和网格员一起查了楼道，清出三辆飞线充电的车。"),
)
DOUBT: Final = "1幢有一户，那天安全检查好像没有来，请再核对一下签到。"


def earn_coins(walk: Walk, cast: Cast, heads: Sequence[Person], chance: SeededChance) -> None:
    """Let villages earn, be paid, and close their months; what waits at the end goes on waiting."""
    begin = walk.end - timedelta(days=90)
    deeds: list[Deed] = [
        (begin, lambda: _plan(walk, cast, 0)),
        *_written(walk, cast, heads, chance, begin),
        *_reported(walk, cast),
        *_months(walk, cast, begin),
    ]
    for moment, act in sorted(deeds, key=lambda one: one[0]):
        walk.clock.moment = moment
        service.give_monthly(walk.work)
        act()
    walk.clock.moment = walk.end
    _plan(walk, cast, FULL)
    walk.settle()


def _plan(walk: Walk, cast: Cast, full: float) -> None:
    """Give each village its month; *full* says how much of its money the first one has given."""
    for number, code in enumerate(VILLAGES):
        coins = queries.outstanding(walk.work.session, [code]).get(code, 0)
        yuan = int(coins / 2 / full) if full and number == 0 else 600
        service.set_budget(walk.work, code, monthly=MONTHLY, yuan=yuan, by=cast.town(code))


def _written(
    walk: Walk, cast: Cast, heads: Sequence[Person], chance: SeededChance, begin: datetime
) -> Iterator[Deed]:
    """Yield what people did and wrote down, and the two looks at it."""
    number = 0
    for village in VILLAGES:
        grids = [place for place, grid in enumerate(district.GRIDS) if grid.startswith(village)]
        there = [one for place, one in enumerate(heads) if place % len(district.GRIDS) in grids]
        for head in there[:EARNERS]:
            for days in range(chance.between(2, 24), 88, chance.between(21, 40)):
                number += 1
                rule, words = chance.pick(DEEDS)
                moment = daytime(begin + timedelta(days=days, hours=chance.between(1, 9)))
                yield from _one(walk, cast, village, head, (f"demo-{number}", rule, words), moment)


def _one(
    walk: Walk,
    cast: Cast,
    village: str,
    head: Person,
    what: tuple[str, str, str],
    moment: datetime,
) -> Iterator[Deed]:
    key, rule, words = what
    filed: list[Claim] = []

    def file() -> None:
        day: date = walk.clock.moment.astimezone(SHANGHAI).date()
        told = Written(key=key, rule_code=rule, words=words, day=day)
        filed.append(service.claim_written(walk.work, told, by=Actor(head.id)))

    looks = [
        (moment + timedelta(hours=20), cast.at(village, Role.VILLAGE_ADMIN)[0]),
        (moment + timedelta(hours=44), cast.town(village)),
    ]
    if moment <= walk.end:
        yield moment, file
    for when, by in looks:
        if when <= walk.end - timedelta(hours=30):  # what is new waits
            yield when, lambda by=by: _pass(walk, filed[0], by)  # type: ignore[misc]


def _reported(walk: Walk, cast: Cast) -> Iterator[Deed]:
    """Yield the town's look at what was claimed for reports; the newest go on waiting."""
    claims = walk.work.session.scalars(
        select(Claim)
        .join(Case, Case.id == Claim.case_id)
        .where(Claim.state == ClaimState.SUBMITTED, Case.state == State.CLOSED)
        .order_by(Claim.id)
    ).all()
    for claim in claims:
        when = daytime(claim.filed_at + timedelta(hours=30))
        if claim.waiting_for == "town" and when <= walk.end - timedelta(days=2):
            by = cast.town(claim.area_code)
            yield when, lambda claim=claim, by=by: _pass(walk, claim, by)  # type: ignore[misc]


def _pass(walk: Walk, claim: Claim, by: Actor) -> None:
    service.review(walk.work, claim.id, decision=Decision.APPROVE, turn=claim.turn, by=by)


def _months(walk: Walk, cast: Cast, begin: datetime) -> Iterator[Deed]:
    """Yield each month's end, the looks at its tables, and that they were made public."""
    period = period_of(begin)
    while is_over(period, walk.end):
        cut, last = cut_of(period), not is_over(next_period(period), walk.end)
        public = daytime(walk.end - timedelta(days=1)) if last else daytime(cut + timedelta(days=3))
        yield cut, lambda: _cut(walk)
        yield (
            min(daytime(cut + timedelta(days=1)), walk.end),
            lambda period=period: _sign(walk, cast, period, Role.VILLAGE_ADMIN),  # type: ignore[misc]
        )
        yield (
            min(daytime(cut + timedelta(days=2)), walk.end),
            lambda period=period: _sign(walk, cast, period, Role.TOWN_ADMIN),  # type: ignore[misc]
        )
        yield (
            min(max(public, daytime(cut + timedelta(days=2, hours=1))), walk.end),
            lambda period=period, last=last: _publish(walk, cast, period, doubt=last),  # type: ignore[misc]
        )
        period = next_period(period)


def _cut(walk: Walk) -> None:
    service.make_due_month(walk.work)


def _closes(walk: Walk, period: str) -> Sequence[Close]:
    found = select(Close).where(Close.period == period, Close.area_code.in_(VILLAGES))
    return walk.work.session.scalars(found.order_by(Close.area_code)).all()


def _sign(walk: Walk, cast: Cast, period: str, role: Role) -> None:
    for close in _closes(walk, period):
        by = cast.at(close.area_code, role)[0]
        service.sign_month(walk.work, close.id, remark="和底册对过。", by=by)


def _publish(walk: Walk, cast: Cast, period: str, *, doubt: bool) -> None:
    for close in _closes(walk, period):
        service.publish_month(walk.work, close.id, by=cast.town(close.area_code))
    public = walk.work.session.scalar(select(Publication.close_id).limit(1))
    if doubt and public is not None and _closes(walk, period):
        service.object_to(walk.work, VILLAGES[0], period, words=DOUBT, key="demo")
