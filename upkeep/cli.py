"""Commands for whoever runs the machine: ``flask backup``, ``restore``, ``inspect`` and others.

They may do anything the machine's keys allow, and what they did stands in the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import OperationalError

from kernel.errors import Refusal
from kernel.settings import Misconfigured
from kernel.work import parts
from upkeep.rules.manifest import Manifest
from upkeep.service import inspecting, restoring, retention, sealing, writing

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
PLACE: Final = click.Path(path_type=Path)
MEGA: Final = 1_000_000


@contextmanager
def _in_words() -> Iterator[None]:
    """Show a refusal as what it is, a sentence, instead of a traceback."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    except OperationalError:
        raise click.ClickException(
            "库连不上，或者表还没有建 · the database is away or has no tables"
        ) from None


@click.command("backup")
@click.argument("target", type=PLACE, required=False)
@click.option("--keep", type=click.IntRange(0), default=None, help="只留最新的几份 · Keep N.")
@with_appcontext
def back_up(target: Path | None, keep: int | None) -> None:
    """备份库和照片语音 · Back up database and media, into a folder or a file."""
    settings = parts().settings
    place = target or settings.backup_dir
    if place is None:
        raise Misconfigured("BACKUP_DIR is not set; name a folder: flask backup /var/backups/…")
    kept = keep if keep is not None else (0 if target else settings.backup_keep)
    with _in_words():
        made = writing.back_up(place.absolute(), keep=kept)
    click.echo(f"{made.path}  {made.size / MEGA:.1f} MB")
    _tell(made.manifest)
    for one in made.manifest.missing:
        click.echo(f"缺文件 · missing: {one}", err=True)


@click.command("restore")
@click.argument("file", type=FILE)
@click.option(
    "--check", is_flag=True, help="只核对备份，什么都不动 · Only look the backup through."
)
@click.option("--replace", is_flag=True, help="换掉库里现有的数据 · Replace what is there.")
@click.option(
    "--accept-missing", is_flag=True, help="缺文件也恢复，标成已丢失 · Go on without them."
)
@with_appcontext
def restore(file: Path, *, check: bool, replace: bool, accept_missing: bool) -> None:
    """恢复备份 · Restore a backup; stop the services first."""
    with _in_words():
        if check:
            _tell(restoring.check(file))
            click.echo("备份完好，钥匙对得上 · whole, and the keys open it")
            return
        done = restoring.restore(file, replace=replace, accept_missing=accept_missing)
    _tell(done.manifest)
    if done.lost:
        click.echo(f"标成已丢失的文件 · marked as lost: {done.lost}")
    click.echo("恢复好了，核对过 · restored and verified")


@click.command("inspect")
@click.argument("folder", type=PLACE)
@with_appcontext
def inspect(folder: Path) -> None:
    """导出安全检查要的材料 · Write what a security inspection asks for into a new folder."""
    with _in_words():
        names = inspecting.inspect(folder.absolute())
    for name in names:
        click.echo(name)


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="只数到期的 · Only count what is due.")
@with_appcontext
def keep_to_inventory(*, dry_run: bool) -> None:
    """按个人信息清单删除到期的数据 · Delete what the privacy inventory says is over."""
    with _in_words():
        report = retention.count() if dry_run else retention.run()
    for line in report:
        click.echo(str(line))


seal = AppGroup("seal", help="加密钥匙 · The keys that seal names and numbers.")


@seal.command("rotate")
@click.option("--check", is_flag=True, help="只数还用旧钥匙的 · Only count what has an old key.")
def rotate(*, check: bool) -> None:
    """用第一把钥匙重新加密 · Seal everything anew with the first of SEAL_KEYS."""
    with _in_words():
        left = sealing.count() if check else sealing.rotate()
    for name, number in left.items():
        click.echo(f"{name}  {number}")
    if any(left.values()):
        raise click.ClickException("还有内容用旧钥匙加密，旧钥匙先别拿掉 · keep the old keys")
    click.echo("全部用第一把钥匙加密了，旧钥匙可以拿掉 · the old keys may go")


def _tell(manifest: Manifest) -> None:
    click.echo(
        f"{manifest.made_at}  {manifest.version}  表 {manifest.revision}  "
        f"{len(manifest.tables)} 张表 {manifest.rows} 行  {len(manifest.media)} 个文件"
    )


COMMANDS: Final[tuple[click.Command, ...]] = (back_up, restore, inspect, keep_to_inventory, seal)
