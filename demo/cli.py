"""Commands for whoever runs the machine: ``flask demo …``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

import click
from flask import current_app
from flask.cli import AppGroup

from demo import queries
from demo.rules.chance import SeededChance
from kernel import delivery
from kernel.clock import SHANGHAI
from kernel.db import db
from kernel.errors import Refusal
from kernel.late import late
from kernel.work import Parts, parts, transaction

if TYPE_CHECKING:
    from demo import service
else:
    service = late("demo.service")

SEED: Final = 1
LAST_HOUR: Final = time(17)  # of a day that is not today: late, but before the close of business

commands = AppGroup("demo", help="The demo district: load it, and say how to get in.")


class NoDispatch:
    """Carries nothing: what is owed while a demo is loaded is done there and then."""

    def is_up(self) -> bool:
        return False

    def send(self, tickets: object) -> None:
        """Do nothing."""


@commands.command("load")
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which the three months end; without it they end now.",
)
@click.option("--small", is_flag=True, help="40 cases and 40 households instead of 400 and 300.")
def load(seed: int, today: datetime | None, *, small: bool) -> None:
    """Fill an empty database with a made-up district, its people and three months of cases."""
    now = parts().clock.now().astimezone(SHANGHAI)
    end = last_moment(now, None if today is None else today.date())
    clock, chance = service.WalkedClock(end), SeededChance(str(seed))
    demo = service.Demo(seed=seed, end=end, small=small)
    with _in_words(), _demo_parts(clock, chance), transaction() as work:
        service.load(work, demo, clock=clock, chance=chance)
        delivery.prune(work)
    current_app.extensions.pop("is_demo", None)
    click.echo("演示区已装好；用 flask demo show 看怎么登录。")


@commands.command("show")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(*, as_json: bool) -> None:
    """Say who signs in with what, and which codes there are to scan."""
    with _in_words():
        told = queries.told(db.session())
    if as_json:
        click.echo(json.dumps(told.tree(), ensure_ascii=False))
        return
    for account in told.accounts:
        click.echo(f"{account.role}\t{account.area}\t{account.login}\t{account.password}")
    for code in told.codes:
        click.echo(f"{code.kind}\t{code.token}\t{code.place}")


def last_moment(now: datetime, today: date | None) -> datetime:
    """Return when the demo ends: now, or on the day asked for at five in the afternoon.

    Args:
        now: aware, in Asia/Shanghai.
        today: the day asked for; None for the clock's.
    """
    if today is None:
        return now.replace(second=0, microsecond=0)
    if today == now.date():  # not in the future, and the same for whoever asks again
        return now.replace(minute=0, second=0, microsecond=0)
    return datetime.combine(today, LAST_HOUR, SHANGHAI)


@contextmanager
def _demo_parts(clock: "service.WalkedClock", chance: SeededChance) -> Iterator[None]:
    """Run with the demo's clock and chance, and with no way out of the house."""
    usual: Parts = current_app.extensions["parts"]
    current_app.extensions["parts"] = replace(
        usual,
        clock=clock,
        chance=chance,
        dispatch=NoDispatch(),
        settings=replace(usual.settings, sms_url=""),
    )
    try:
        yield
    finally:
        current_app.extensions["parts"] = usual


@contextmanager
def _in_words() -> Iterator[None]:
    """Show a refusal as what it is, a sentence, instead of a traceback."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
