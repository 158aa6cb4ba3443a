"""Whole orders: labels, plates, posters and cards into PDF files, and the sheet to try phones with.

The command prints the files itself, whether or not a worker is there.  Broken off, it leaves the
rest to the workers; killed, ``--order`` takes it up again.
"""

import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from kernel.db import db
from kernel.work import parts, transaction
from qr import queries, service
from qr.cli.codes import ORDERED_BY_HAND
from qr.cli.group import commands, found, in_words, warn_of_samples
from qr.models import PrintOrder
from qr.queries import Wanted
from qr.rules import CodeKind, Format, Only, OrderState

SHEETS: Final = [Format.LABELS_24, Format.LABELS_10, Format.PAGE, Format.PLATE]
POSTERS: Final = {"a4": Format.POSTER_A4, "a3": Format.POSTER_A3}
AREA: Final = click.option("--area", metavar="CODE", default="", help="村、网格 · Of this area.")
KIND: Final = click.option(
    "--kind", type=click.Choice(ORDERED_BY_HAND), help="只要一种 · One kind."
)
ONLY: Final = click.option(
    "--only",
    type=click.Choice([one.value for one in Only]),
    default=Only.ALL.value,
    show_default=True,
    help="没印过的、坏了的、全部。",
)
ORDER: Final = click.option(
    "--order", "order_id", type=int, help="接着印、再取这一批 · Take up an order, or fetch it."
)
YES: Final = click.option("--yes", is_flag=True, help="不再问 · Do not ask.")
OUTPUT: Final = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="x.pdf（几个文件就是 x-1.pdf、x-2.pdf …）或 x.zip。",
)
Verb = Callable[..., Any]


def of_codes(command: Verb) -> Verb:
    """Let a command choose what it prints, and where to."""
    for option in (OUTPUT, YES, ORDER, ONLY, KIND, AREA):
        command = option(command)
    return command


@commands.command("sheet")
@click.argument("tokens", nargs=-1)
@click.option(
    "--form",
    type=click.Choice([one.value for one in SHEETS]),
    default=Format.LABELS_24.value,
    show_default=True,
)
@of_codes
def sheet(tokens: Sequence[str], *, form: str, **chosen: Any) -> None:  # noqa: ANN401 - as click hands them over
    """印不干胶、门牌 · Print labels or plates: of an area, or just these TOKENS."""
    _print(Format(form), tokens, **chosen)


@commands.command("poster")
@click.argument("tokens", nargs=-1)
@click.option("--paper", type=click.Choice(list(POSTERS)), default="a4", show_default=True)
@of_codes
def poster(tokens: Sequence[str], *, paper: str, **chosen: Any) -> None:  # noqa: ANN401 - as click hands them over
    """印海报 · Print posters: of an area, or just these TOKENS."""
    _print(POSTERS[paper], tokens, **chosen)


@commands.command("cards")
@AREA
@ONLY
@ORDER
@YES
@OUTPUT
def cards(**chosen: Any) -> None:  # noqa: ANN401 - as click hands them over
    """印户码卡 · Print households' cards; those that work now are dead once they are printed."""
    _print(Format.CARDS, (), kind=None, **chosen)


def _print(  # noqa: PLR0913 - one for each option
    form: Format,
    tokens: Sequence[str],
    *,
    area: str,
    kind: str | None,
    only: str,
    order_id: int | None,
    yes: bool,
    output: Path,
) -> None:
    if sum(map(bool, (tokens, area, order_id))) != 1:
        raise click.UsageError("要么写 --area，要么写几个码，要么写 --order。")
    if output.suffix not in {".pdf", ".zip"}:
        raise click.UsageError("-o 要以 .pdf 或 .zip 结尾。")
    with in_words():
        if order_id is None:
            order_id = _ordered(form, tokens, area=area, kind=kind, only=only, yes=yes)
        _run(order_id)
        order = _order(order_id)
        if order.state is not OrderState.READY:
            raise click.ClickException(order.trouble or "这一批的文件过期了，请再印一次。")
        written = _write(order, output)
    warn_of_samples()
    for path in written:
        click.echo(path)


def _ordered(
    form: Format, tokens: Sequence[str], *, area: str, kind: str | None, only: str, yes: bool
) -> int:
    """Say how much it is, and order it; the log names the command line as who did."""
    if tokens:
        code_ids = [found(token).id for token in tokens]
        with transaction() as work:
            return service.order_codes(work, code_ids, form, by=None, hand_on=False).id
    wanted = Wanted(
        area_code=area, form=form, kind=CodeKind(kind) if kind else None, only=Only(only)
    )
    size = queries.order_size(db.session(), wanted, by=None)
    click.echo(f"{size.pieces} 张，{size.sheets} 张纸，{size.files} 个文件。", err=True)
    if size.cards_ended:
        click.echo(f"其中 {size.cards_ended} 户有卡在用，新卡一印好就作废。", err=True)
    if not yes:
        click.confirm("开始印吗", abort=True, err=True)
    with transaction() as work:
        return service.order_pieces(work, wanted, by=None, hand_on=False).id


def _run(order_id: int) -> None:
    """Print what is left of an order, file by file."""
    order = _order(order_id)
    click.echo(f"第 {order_id} 批", err=True)
    try:
        with click.progressbar(length=order.pieces, label="印", file=sys.stderr) as bar:
            bar.update(order.done)
            while True:
                with transaction() as work:
                    errand = service.print_next(work, order_id, hand_on=False)
                if errand is None:
                    return
                outcome = errand.run(f"order-{order_id}")
                with transaction() as work:
                    errand.after(work, outcome)
                bar.update(_order(order_id).done - bar.pos)
    except KeyboardInterrupt:
        with transaction() as work:
            service.hand_on(work, order_id)
        raise click.ClickException(f"停了，剩下的交给后台印。取文件：--order {order_id}") from None


def _order(order_id: int) -> PrintOrder:
    db.session().expire_all()
    order = db.session().get(PrintOrder, order_id)
    if order is None:
        raise click.ClickException("没有这一批。")
    return order


def _write(order: PrintOrder, output: Path) -> list[Path]:
    """Write the files of an order; they are read one by one."""
    store, form = parts().store, order.form
    if form is Format.CARDS:
        with transaction() as work:
            service.note_fetched(work, order, by=None)
    files = queries.order_files(db.session(), order.id)
    if not files:
        raise click.ClickException("这一批的码在打印前都作废了，没有文件。")
    try:
        if output.suffix == ".zip":
            with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
                for file in files:
                    content = service.read_file(store, file.stored, form=form)
                    archive.writestr(f"codes-{order.id}-{file.number + 1}.pdf", content)
            return [output]
        written = []
        for file in files:
            number = "" if len(files) == 1 else f"-{file.number + 1}"
            written.append(output.with_stem(f"{output.stem}{number}"))
            written[-1].write_bytes(service.read_file(store, file.stored, form=form))
    except OSError as error:
        raise click.ClickException(f"文件写不下来：{error}") from error
    return written


@commands.command("testsheet")
@click.argument("token", required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default="testsheet.pdf"
)
def testsheet(token: str | None, output: Path) -> None:
    """印试扫页 · A page of links in capitals and in small letters, to be tried on five phones."""
    with in_words():
        code = found(token) if token else queries.any_public(db.session())
        if code is None or code.token is None:
            raise click.ClickException("还没有能试的码，请先用 flask qr new 申领一张点位码。")
        content = service.draw_testsheet(parts().settings, code.token)
    try:
        output.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"文件写不下来：{error}") from error
    warn_of_samples()
    click.echo(output)
