"""Spots from a table, and the register as one."""

from pathlib import Path
from typing import Final, TextIO

import click
from flask import current_app

from kernel.db import db
from kernel.sheets import as_csv
from kernel.work import parts, transaction
from people.queries import find_area
from people.rules import read_sheet
from qr import queries, service
from qr.cli.group import commands, in_words
from qr.rules import register_table
from qr.rules.spot_table import SPOT_COLUMNS

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@commands.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="只检查 · Only look for bad rows.")
def import_spots(file: Path, *, dry_run: bool) -> None:
    """导入点位 · Order a code for each row of a table: CSV or XLSX.  All of it, or nothing."""
    with in_words():
        rows = read_sheet(file.read_bytes(), SPOT_COLUMNS)
        with transaction() as work:
            known = current_app.extensions["report_categories"]
            result = service.import_spots(work, rows, categories=known, by=None, dry_run=dry_run)
    for problem in result.problems:
        click.echo(str(problem), err=True)
    if result.problems:
        raise click.ClickException(f"{len(result.problems)} 行要改，什么都没有写入")
    click.echo(f"{result.rows_ok} 行" + ("" if result.written else "，没有问题，还没有写入"))


@commands.command("export")
@click.option("--area", required=True, metavar="CODE", help="区域 · Of this area.")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-")
def export(area: str, output: TextIO) -> None:
    """导出登记册 · Write the register of an area as CSV; no household's card is in it."""
    if find_area(db.session(), area) is None:
        raise click.ClickException("没有这个区域。")
    with transaction() as work:
        service.note_exported(work, area, by=None)
    settings = parts().settings
    rows = register_table.lines(
        queries.register_rows(db.session(), area, by=None),
        public_url=settings.public_url,
        upper=settings.print_upper,
    )
    output.writelines(as_csv(register_table.HEADS, rows))
