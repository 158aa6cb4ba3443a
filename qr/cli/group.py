"""What the commands share."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from kernel.db import db
from kernel.errors import Refusal
from kernel.work import parts
from qr import queries, rules
from qr.errors import CannotPrint
from qr.models import Code

commands = AppGroup("qr", help="平安码 · Printed codes: order, print, check, replace.")


@contextmanager
def in_words() -> Iterator[None]:
    """Show a refusal as what it is, a sentence, instead of a traceback."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


def found(token: str) -> Code:
    """Return the code with this token, however it was typed.

    Raises:
        CannotPrint: there is none.
    """
    code = queries.find(db.session(), token)
    if code is None:
        raise CannotPrint("没有这张码，请核对后再输入。")
    return code


def warn_of_samples() -> None:
    """Say that what is printed cannot stay, where the address is not final."""
    if not rules.is_final(parts().settings.public_url):
        click.echo("PUBLIC_URL 还不是 https 的正式域名：这是样张，不要张贴。", err=True)
