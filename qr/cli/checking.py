"""What a picture, a file of ours, a link or a typed token leads to."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kernel.db import db
from kernel.late import late
from kernel.work import parts
from qr import queries, rules
from qr.cli.group import commands, in_words
from qr.queries import Scanned

if TYPE_CHECKING:
    from qr.rules.press import proof
else:
    proof = late("qr.rules.press.proof")

MOST_BYTES: Final = 64 * 1024 * 1024
LONGEST: Final = 120  # of a stranger's link, on one line


@commands.command("check")
@click.argument("what")
def check(what: str) -> None:
    """查一查 · Say what the codes of a picture or PDF are and lead to; or a link, or a token.

    Ends with 1 if there is none, or one of them does not lead to a page that works.
    """
    path = Path(what)
    with in_words():
        sound = _file(path) if path.is_file() else _say("", what, is_link="/" in what)
    if not sound:
        raise click.exceptions.Exit(1)


def _file(path: Path) -> bool:
    if path.stat().st_size > MOST_BYTES:
        raise click.ClickException("文件太大，最多 64 MB。")
    count, sound = 0, True
    for page, text in _read(path.read_bytes()):
        count += 1
        sound = _say(f"第 {page} 页\t", text, is_link=True) and sound
    click.echo(f"读到 {count} 张码", err=True)
    return sound and count > 0


def _read(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield page and text of each code; how far it is shows on a terminal."""
    pages = proof.pages_of(content)
    with click.progressbar(pages, length=pages.count, label="读", file=sys.stderr) as bar:
        for number, image in enumerate(bar, 1):
            for text in proof.codes_in(image):
                yield number, text


def _say(where: str, text: str, *, is_link: bool) -> bool:
    """Say what one code is; return whether it leads to a page that works."""
    token = rules.read_link(parts().settings.public_url, text) if is_link else text
    if token is None:
        shown = "".join(letter if letter.isprintable() else "?" for letter in text[:LONGEST])
        click.echo(f"{where}不是我们的码\t{shown}")
        return False
    scanned = queries.resolve(db.session(), token)
    click.echo(where + "\t".join(_described(scanned, token)))
    return not (scanned.unknown or scanned.revoked)


def _described(scanned: Scanned, typed: str) -> Iterator[str]:
    if scanned.unknown or scanned.kind is None or scanned.state is None:
        yield rules.printed(scanned.token) if scanned.token else typed[:LONGEST]
        yield "没有这张码" if scanned.token else "不可能是我们的码，多半打错了"
        return
    yield "户码" if rules.is_secret(scanned.kind) else rules.printed(scanned.token)
    yield rules.KIND_NAMES[scanned.kind]
    if scanned.replaced:
        yield "换过了，扫了到新码" if not scanned.revoked else "换过了，作废"
    yield rules.STATE_NAMES[scanned.state]
    yield f"{scanned.area_code} {scanned.area_name}"
    if scanned.place_name:
        yield scanned.place_name
    if scanned.spot_number is not None:
        yield f"点位号 {scanned.spot_number}"
    yield f"核对词 {scanned.check_word}"
