"""Commands for whoever runs the machine: ``flask ledger …``."""

from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import click
from flask.cli import AppGroup

from kernel.db import db
from kernel.errors import Refusal
from kernel.work import transaction
from points import queries, service

commands = AppGroup("ledger", help="平安绿币的账本 · The ledger of the green coins.")

SHOWN: Final = 100  # faults; who has more needs no longer list


@commands.command("verify")
def verify() -> None:
    """把整本账重算一遍 · Recompute all; name each row that is wrong, and exit with 1."""
    session = db.session()
    faults = 0
    for fault in queries.verify(session):
        faults += 1
        if faults <= SHOWN:
            click.echo(f"对不上 · {fault}", err=True)
    count = queries.counted(session)
    looked = (
        f"{count.postings} postings, {count.entries} entries,"
        f" {count.accounts} accounts, {count.seals} seals"
    )
    if faults:
        raise click.ClickException(f"账对不上：{faults} 处 · {faults} faults in {looked}")
    click.echo(f"账全对 · all is well: {looked}")


@commands.command("seal")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
def seal(day: datetime) -> None:
    """给一天的账封账 · Seal the books under a day, as the schedule does every night."""
    with transaction() as work:
        sealed = service.seal_day(work, day.date())
        told = None if sealed is None else f"{sealed.day}  {sealed.root.hex()}"
    click.echo(told or "这一天已经封过账 · that day, or a later one, is sealed")


@commands.command("check-openings")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_openings(file: Path) -> None:
    """检查一张从前余额的表 · Look through a table of balances; two people sign it on its page."""
    with transaction() as work:
        try:
            good, problems = service.check_opening(work, file.read_bytes(), by=None)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems or not good:
        raise click.ClickException(f"有 {len(problems)} 行要改 · {len(problems)} lines to mend")
    coins = sum(one.coins for one in good)
    click.echo(f"{len(good)} 户都没有问题，一共 {coins} 币 · all is well")


@commands.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """导出整本账 · Export the books, without names, for docs/verify_ledger.py."""
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        for name in queries.FILES:
            with zipped.open(f"{name}.jsonl", "w") as raw, TextIOWrapper(raw, "utf-8") as out:
                out.writelines(queries.export(db.session(), name))
    click.echo(str(file))
