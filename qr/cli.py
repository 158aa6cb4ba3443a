"""Commands for whoever runs the machine: ``flask qr …``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

import click
from flask.cli import AppGroup

from kernel.db import db
from kernel.errors import Refusal
from kernel.work import parts, transaction
from qr import queries, rules, service
from qr.errors import CannotPrint
from qr.models import Code
from qr.rules import CodeKind, Move, artwork, labels

commands = AppGroup("qr", help="Printed codes: order, draw, list.")

# Cards need a household, and their token goes straight onto the card.
ORDERED_BY_HAND: Final = [kind.value for kind in CodeKind if not rules.is_secret(kind)]


@commands.command("new")
@click.option("--kind", type=click.Choice(ORDERED_BY_HAND), required=True)
@click.option("--area", required=True, metavar="CODE", help="6, 9, 12, 15 or 17 digits.")
@click.option("--name", default="", help="What the place is called, at most 60 characters.")
def new(kind: str, area: str, name: str) -> None:
    """Order one code and say what stands in it and under it."""
    with _in_words(), transaction() as work:
        issued = service.issue(work, kind=CodeKind(kind), area_code=area, place_name=name, by=None)
        lines = [issued.token, *_described(issued.code, issued.token)]
    click.echo("\n".join(lines))


@commands.command("print")
@click.argument("token")
@click.option("--format", "kind", type=click.Choice(["svg", "png"]), default="svg")
@click.option(
    "--size",
    type=click.FloatRange(15, 1000),
    default=30.0,
    show_default=True,
    help="Width in mm, white margin included.",
)
@click.option("--dpi", type=click.IntRange(72, 1200), default=300, help="For PNG.")
@click.option("--lower", is_flag=True, help="Keep the host in small letters.")
@click.option("-o", "--output", type=click.File("wb", lazy=True), default="-")
def draw(token: str, kind: str, size: float, dpi: int, *, lower: bool, output: BinaryIO) -> None:
    """Draw one code, the number of its spot below.  Both encoders must agree on it first."""
    with _in_words():
        code = queries.find(db.session(), token)
        if code is None:
            raise CannotPrint("没有这张码，请核对后再输入。")
        picture = _draw(code, kind, size, dpi, upper=not lower)
    output.write(picture)


@commands.command("list")
@click.option("--area", required=True, metavar="CODE")
def show(area: str) -> None:
    """List the codes of an area and all below it, one per line, parted by tabs."""
    for code in queries.in_area(db.session(), area, by=None):
        token = rules.printed(code.token) if code.token else "(secret)"
        number = "" if code.spot_number is None else str(code.spot_number)
        click.echo(
            f"{token}\t{code.kind}\t{code.state}\t{code.area_code}\t{number}\t{code.place_name}"
        )


def _described(code: Code, token: str) -> Iterator[str]:
    yield f"印在码下：{rules.printed(token)}  核对词 {code.check_word}"
    if code.spot_number is not None:
        yield f"点位号：{code.spot_number}"
    yield rules.scan_url(parts().settings.public_url, token)


def _draw(code: Code, kind: str, size: float, dpi: int, *, upper: bool) -> bytes:
    if code.token is None:
        raise CannotPrint("户码不留底，补卡请换码。")
    rules.next_state(code.state, Move.PRINT)  # refuses what was replaced or revoked
    public_url = parts().settings.public_url
    url = rules.scan_url(public_url, code.token, upper=upper)
    look = artwork.look_to_print(url, code.look)
    if rules.is_final(public_url):
        with transaction() as work:
            service.note_printed(work, code.id, look, by=None)
    else:
        click.echo("PUBLIC_URL 还不是 https 的正式域名：这是样张，不要张贴。", err=True)
    pixels, number = artwork.pixels_for(look, width_mm=size, dpi=dpi), code.spot_number
    if number is None:  # it hangs nowhere
        if kind == "svg":
            return artwork.svg(url, look, width_mm=size).encode("utf-8")
        return artwork.png(url, look, pixels=pixels, width_mm=size)
    if kind == "svg":
        return labels.svg(url, look, number=number, width_mm=size).encode("utf-8")
    return labels.png(url, look, number=number, pixels=pixels, width_mm=size)


@contextmanager
def _in_words() -> Iterator[None]:
    """Show a refusal as what it is, a sentence, instead of a traceback."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
