"""Single codes: ordered, drawn, listed, replaced, revoked."""

from collections.abc import Iterator
from typing import BinaryIO, Final

import click

from kernel.db import db
from kernel.work import parts, transaction
from qr import queries, rules, service
from qr.cli.group import commands, found, in_words, warn_of_samples
from qr.models import Code
from qr.rules import CodeKind
from qr.rules.labels import Picture
from qr.service import Drawing

# Cards need a household, and their token goes straight onto the card.
# Households' cards and activities' codes come with more than a place.
ORDERED_BY_HAND: Final = [kind.value for kind in CodeKind if rules.is_hung(kind)]
REASON: Final = click.option("--reason", required=True, help="为什么 · Why; it is kept.")


@commands.command("new")
@click.option("--kind", type=click.Choice(ORDERED_BY_HAND), required=True)
@click.option("--area", required=True, metavar="CODE", help="6, 9, 12, 15 or 17 digits.")
@click.option("--name", default="", help="What the place is called, at most 60 characters.")
def new(kind: str, area: str, name: str) -> None:
    """申领一张码 · Order one code and say what stands in it and under it."""
    with in_words(), transaction() as work:
        issued = service.issue(work, kind=CodeKind(kind), area_code=area, place_name=name, by=None)
        lines = [issued.token, *_described(issued.code, issued.token)]
    click.echo("\n".join(lines))


@commands.command("print")
@click.argument("token")
@click.option("--format", "kind", type=click.Choice([one.value for one in Picture]), default="svg")
@click.option(
    "--size",
    type=click.FloatRange(15, 1000),
    default=30.0,
    show_default=True,
    help="Width in mm, white margin included.",
)
@click.option("--dpi", type=click.IntRange(72, 1200), default=300, help="For PNG.")
@click.option(
    "--upper/--lower", default=None, help="The link in capitals or not; else PRINT_LINKS."
)
@click.option("-o", "--output", type=click.File("wb", lazy=True), default="-")
def draw(
    token: str, kind: str, size: float, dpi: int, *, upper: bool | None, output: BinaryIO
) -> None:
    """画一张码 · Draw one code, the number of its spot below.  Both encoders must agree on it."""
    drawing = Drawing(kind=Picture(kind), width_mm=size, dpi=dpi, upper=upper)
    with in_words():
        code_id = found(token).id
        with transaction() as work:
            picture = service.draw_code(work, code_id, drawing, by=None)
    warn_of_samples()
    output.write(picture)


@commands.command("list")
@click.option("--area", required=True, metavar="CODE")
def show(area: str) -> None:
    """列出一个区域的码 · List the codes of an area and all below it, parted by tabs."""
    for code in queries.in_area(db.session(), area, by=None):
        token = rules.printed(code.token) if code.token else "(secret)"
        number = "" if code.spot_number is None else str(code.spot_number)
        click.echo(
            f"{token}\t{code.kind}\t{code.state}\t{code.area_code}\t{number}\t{code.place_name}"
        )


@commands.command("replace")
@click.argument("token")
@REASON
def replace(token: str, reason: str) -> None:
    """换一张 · Put a new code in the place of one; the old label leads on to it."""
    with in_words():
        code_id = _public(token).id
        with transaction() as work:
            issued = service.replace(work, code_id, reason=reason, by=None)
            lines = [issued.token, *_described(issued.code, issued.token)]
    click.echo("\n".join(lines))


@commands.command("revoke")
@click.argument("token")
@REASON
def revoke(token: str, reason: str) -> None:
    """作废 · End a code for good; a scan of it says so.  There is no way back."""
    with in_words():
        code_id = found(token).id
        with transaction() as work:
            service.revoke(work, code_id, reason=reason, by=None)
    click.echo("作废了 · revoked")


def _public(token: str) -> Code:
    code = found(token)
    if code.token is None:
        raise click.ClickException("户码不留底：请用 flask qr cards 给这一户印新卡。")
    return code


def _described(code: Code, token: str) -> Iterator[str]:
    settings = parts().settings
    yield f"印在码下：{rules.printed(token)}  核对词 {code.check_word}"
    if code.spot_number is not None:
        yield f"点位号：{code.spot_number}"
    yield rules.scan_url(settings.public_url, token, upper=settings.print_upper)
