"""The month itself: when it is, what stands still in it, and how it is played."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import Flask

from demo.rules.chance import SeededChance
from kernel.clock import SHANGHAI
from kernel.work import transaction
from tests.fakes import FixedClock, ListDispatch, PostBox
from tests.month.play import events
from tests.month.play.courses import live
from tests.month.play.lives import Stage
from tests.month.play.plots import plots
from tests.month.play.town import found
from tests.month.play.world import Outages, World


def at(day: str, hour: int, minute: int = 0) -> datetime:
    """Return a moment of 2026 in Shanghai."""
    month, number = map(int, day.split("-"))
    return datetime(2026, month, number, hour, minute, tzinfo=SHANGHAI)


# With a Sunday and a Saturday that are worked, the Mid-Autumn and the National Day holidays.
FIRST: Final = at("09-18", 6)
LAST: Final = at("10-16", 6)  # no new reports from here on
END: Final = at("10-23", 6)
OUTAGES: Final = Outages(
    # A working day: warnings at nine and ends at half past five fall into it.
    schedule=(at("10-13", 6, 30), at("10-14", 6, 30)),
    workers=(at("10-13", 13, 10), at("10-14", 6, 30)),
    gateway=(at("09-24", 8, 50), at("09-24", 9, 40)),
)
SOON: Final = timedelta(seconds=5)  # never on a full minute
# What is promised for the day nothing is beaten, and what is said while no worker works.
FIXED: Final = (at("10-13", 15, 20) + SOON, at("10-09", 10, 10) + SOON)


@dataclass(frozen=True, slots=True)
class Played:
    """What is left of a month."""

    world: World
    stage: Stage


def play(
    app: Flask,
    *,
    clock: FixedClock,
    dispatch: ListDispatch,
    postbox: PostBox,
    cases: int,
    seed: str = "month",
) -> Played:
    """Live the month with so many cases on an application whose database is empty."""
    clock.moment = FIRST
    with app.app_context(), transaction() as work:
        town = found(work, today=FIRST)
        work.session.expunge_all()
    world = World(app, clock, dispatch, postbox, OUTAGES, END)
    stage = Stage(world, town)
    for plot in plots(SeededChance(seed), cases=cases, first=FIRST, last=LAST, fixed=FIXED):
        world.begin(plot.at, live(stage, plot))
    events.begin(stage, FIRST + timedelta(hours=1))
    world.run()
    return Played(world, stage)
