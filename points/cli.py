"""Commands for whoever runs the machine: ``flask ledger …``."""

from base64 import urlsafe_b64encode
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.cli import AppGroup

from kernel.db import db
from kernel.errors import Refusal
from kernel.work import parts, transaction
from points import queries, service
from points.rules.signing import Signer

commands = AppGroup("ledger", help="平安绿币的账本 · The ledger of the green coins.")

SHOWN: Final = 100  # faults; who has more needs no longer list


@commands.command("verify")
def verify() -> None:
    """把整本账重算一遍 · Recompute all; name each row that is wrong, and exit with 1."""
    session, signer = db.session(), _signer()
    faults = 0
    for fault in queries.verify(session, signer):
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
    signed = f"{count.signatures} signed"
    if signer.secret is None:
        signed += "，没有设签名钥匙 · no LEDGER_SIGN_KEY here"
    click.echo(f"账全对 · all is well: {looked}, {signed}")


@commands.command("seal")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
def seal(day: datetime) -> None:
    """给一天的账封账 · Seal the books under a day, as the schedule does every night."""
    with transaction() as work:
        sealed = service.seal_day(work, day.date())
        if (signer := _signer()).secret is not None:
            service.sign_seals(work, signer)
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


@commands.command("new-key")
def new_key() -> None:
    """生成一把给封账签名的钥匙 · Make a key that signs the seals; it is kept nowhere but here."""
    secret = Ed25519PrivateKey.generate()
    click.echo(f"LEDGER_SIGN_KEY={urlsafe_b64encode(secret.private_bytes_raw()).decode()}")
    click.echo(
        f"公钥，请公布 · public key, to publish: {secret.public_key().public_bytes_raw().hex()}"
    )


def _signer() -> Signer:
    settings = parts().settings
    return Signer.read(settings.ledger_sign_key, settings.ledger_old_keys)


@commands.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """导出整本账 · Export the books, without names, for docs/verify_ledger.py."""
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        for name in queries.FILES:
            with zipped.open(f"{name}.jsonl", "w") as raw, TextIOWrapper(raw, "utf-8") as out:
                out.writelines(queries.export(db.session(), name))
    click.echo(str(file))
