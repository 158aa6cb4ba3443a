"""Loads the demo district: everything in one transaction, so that it is all there or not at all.

Time is walked through: `clock` and `chance` must be those of the work's parts.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from demo.errors import NotEmpty
from demo.rules import folk
from demo.rules.chance import SeededChance
from demo.rules.plots import DAYS, SMALL, plots
from demo.service import promises
from demo.service.album import Album
from demo.service.cast import Cast
from demo.service.coins import earn_coins
from demo.service.complaints import complain
from demo.service.courses import live
from demo.service.duty import plan_duty
from demo.service.homes import fill_homes
from demo.service.lives import Stage
from demo.service.neighbours import call_in
from demo.service.settling import CARDS, hang_codes, hire, house, is_late, scannable, settle_areas
from demo.service.shops import stock_shops
from demo.service.volunteers import volunteer
from demo.service.walk import AtOnce, Walk, WalkedClock
from demo.service.walls import hang_up
from kernel.facts import DEMO, establish
from kernel.work import Work
from people.models import Area, Person

__all__ = ["CARDS", "Demo", "WalkedClock", "load"]

FOUNDED = timedelta(days=DAYS + 2)  # before the end
JOINED = timedelta(minutes=15)
FILES = (48, 12)  # at most so many are opened: each takes the media room its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Which demo: the same one is the same to the last token."""

    seed: int
    end: datetime  # the last moment anything happens, aware
    small: bool = False


def load(work: Work, demo: Demo, *, clock: WalkedClock, chance: SeededChance) -> None:
    """Fill an empty database with a district and three months of its life.

    Raises:
        NotEmpty: there is an area or a person already.
    """
    for kind in (Area.code, Person.id):
        if work.session.scalar(select(kind).limit(1)) is not None:
            raise NotEmpty("数据库里已经有区域或人员。演示数据只能装进空的数据库。")
    work = AtOnce(work.session, work.parts)
    clock.moment = demo.end - FOUNDED
    establish(work, DEMO, _told(demo))
    heads = _found(work, demo, chance)
    stage = _stage(work, demo, clock, heads)
    walk = stage.walk
    walk.begin(clock.moment, _join(stage, demo, heads))
    walk.begin(clock.moment, walk.mornings())
    promises.begin(stage, demo.end)
    for plot in plots(chance.branch("plots"), end=demo.end, small=demo.small):
        walk.begin(plot.at, live(stage, plot, chance.branch(f"case {plot.number}")))
    known = [*work.session.scalars(select(Area)), *work.session.scalars(select(Person))]
    walk.run()
    call_in(walk, stage.cast)
    complain(walk, stage.cast)
    hang_up(walk, stage.cast, chance.branch("scans"))
    earn_coins(walk, stage.cast, heads, chance.branch("coins"))
    volunteer(walk, stage.cast)
    stock_shops(walk, stage.cast)
    del known  # held until now, so that no name is read from the database twice


def _found(work: Work, demo: Demo, chance: SeededChance) -> list[Person]:
    """Found the district with its staff, households and codes; return the heads."""
    settle_areas(work)
    hire(work, (row for row in folk.staff() if not is_late(row)))
    households = SMALL if demo.small else folk.HOUSEHOLDS
    heads = house(work, chance.branch("households"), households=households)
    hang_codes(work, heads)
    plan_duty(work, end=demo.end)
    return heads


def _stage(work: Work, demo: Demo, clock: WalkedClock, heads: list[Person]) -> Stage:
    return Stage(
        walk=Walk(work, clock, demo.end),
        cast=Cast(work.session),
        album=Album(most=FILES[demo.small]),
        codes=scannable(work),
        residents=[head.id for head in heads],
    )


def _join(stage: Stage, demo: Demo, heads: list[Person]) -> Iterator[datetime]:
    """On the last day more people come."""
    yield demo.end - JOINED
    work = stage.walk.work
    hire(work, (row for row in folk.staff() if is_late(row)))
    fill_homes(work, heads)
    stage.cast.refresh()


def _told(demo: Demo) -> str:
    told = {"seed": demo.seed, "end": demo.end.isoformat(), "password": folk.PASSWORD}
    return json.dumps(told)
