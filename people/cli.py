"""Commands for whoever runs the machine: areas and staff.  They may do anything, and it is logged.

``flask --app wsgi people areas import FILE --dry-run``
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Never

import click
from flask.cli import AppGroup
from sqlalchemy import select

from kernel.db import db
from kernel.errors import Refusal
from kernel.work import Work, parts, transaction
from people import queries, rules, service
from people.errors import NoSuchPerson
from people.models import Account, Area, Person, RobotKind
from people.service import ImportResult, Issued

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
commands = AppGroup("people", help="区域和人员 · Areas and staff.")
areas = AppGroup("areas", help="区域 · The area tree.")
households = AppGroup("households", help="住户 · Households.")
staff = AppGroup("staff", help="人员 · Members of staff.")
commands.add_command(areas)
commands.add_command(households)
commands.add_command(staff)


@contextmanager
def _answering() -> Iterator[Work]:
    """Run a verb in a transaction; a refusal ends the command with its sentence."""
    try:
        with transaction() as work:
            yield work
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


@areas.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="只检查 · Only look for bad rows.")
def import_areas(file: Path, *, dry_run: bool) -> None:
    """导入区域表 · Import a table of areas: CSV or XLSX."""
    with _answering() as work:
        rows = rules.read_sheet(file.read_bytes(), rules.AREA_COLUMNS)
        result = service.import_areas(work, rows, by=None, dry_run=dry_run)
    _say(result)


@areas.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--zone", default="", help="片区")
@click.option("--desk-phone", default="", help="值班电话")
@click.option("--shows-phones/--hides-phones", default=True, help="工作电话是否公开")
def add_area(code: str, name: str, zone: str, desk_phone: str, *, shows_phones: bool) -> None:
    """添加区域 · Add an area."""
    row = rules.AreaRow(
        code=code, name=name, zone=zone, desk_phone=desk_phone, shows_phones=shows_phones
    )
    with _answering() as work:
        service.add_area(work, row, by=None)
    click.echo(f"已添加 · added: {code} {name}")


@areas.command("rename")
@click.argument("code")
@click.argument("name")
def rename_area(code: str, name: str) -> None:
    """改名 · Rename an area."""
    with _answering() as work:
        service.rename_area(work, code, name=name, by=None)
    click.echo(f"已改名 · renamed: {code} {name}")


@areas.command("close")
@click.argument("code")
def close_area(code: str) -> None:
    """撤销区域 · Close an area."""
    with _answering() as work:
        service.close_area(work, code, by=None)
    click.echo(f"已撤销 · closed: {code}")


@areas.command("robot")
@click.argument("code")
@click.option("--kind", type=click.Choice([kind.value for kind in RobotKind]), default="wecom")
@click.option("--url", default="", help="Webhook 地址；不写就会问 · asked for if it is not given")
@click.option("--off", is_flag=True, help="去掉 · Remove it.")
@click.option("--try", "tries", is_flag=True, help="发一条测试消息 · Send a message as well.")
def set_robot(code: str, kind: str, url: str, *, off: bool, tries: bool) -> None:
    """群机器人 · Set the robot of an area's group."""
    if not off and not url:
        url = click.prompt("Webhook", hide_input=True)  # what is typed here is in no history
    with _answering() as work:
        if off:
            service.remove_robot(work, code, by=None)
        else:
            service.set_robot(work, code, kind=RobotKind(kind), url=url, by=None)
        if tries:
            service.try_robot(work, code, by=None)
    click.echo(f"{code} {'已去掉 · removed' if off else '已设好 · set'}")


@areas.command("list")
@click.argument("under", default="")
def list_areas(under: str) -> None:
    """列出区域 · List areas, or those below a code."""
    statement = select(Area).order_by(Area.code)
    if under:
        _check_code(under)
        statement = statement.where(Area.code >= under, Area.code < rules.after(under))
    for area in db.session().scalars(statement):
        depth = "  " * list(rules.LEVELS).index(len(area.code))
        closed = "  （已撤销 · closed）" if area.closed_at else ""
        click.echo(f"{depth}{area.code} {area.name}{closed}")


@households.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="只检查 · Only look for bad rows.")
def import_households(file: Path, *, dry_run: bool) -> None:
    """导入住户表 · Import a table of households and who lives there: CSV or XLSX."""
    reading = Work(db.session(), parts())  # reads only; nothing is locked while a minute passes
    kept: list[bytes] = []
    table = service.read_households(reading, file.read_bytes(), keep=kept.append)
    for part in kept:
        with _answering() as work:
            table.blame(service.compare_part(work, service.open_part(part, seals=False)))
    if table.problem_count:
        _refuse(
            table.problems, f"{table.problem_count} 行要改，什么都没有写入 · nothing was written"
        )
    said = "没有问题，还没有写入 · fine, not written"
    if not dry_run:
        written = _write(kept, lines=table.lines)
        said = f"新增 {written.households} 户 {written.members} 人 · added"
        if written.problems:
            _refuse(written.problems, f"{len(written.problems)} 行没有写入 · left out; {said}")
    click.echo(f"{table.lines} 行 · rows, {table.households} 户 · households: {said}")


def _write(kept: list[bytes], *, lines: int) -> service.Written:
    """Write each part by itself, so that the others wait for none of them long."""
    total = service.Written()
    with _answering() as work:
        service.note_import(work, f"开始导入，共 {lines} 行", by=None)
    for part in kept:
        found = service.open_part(part, seals=True)
        with _answering() as work:
            one = service.write_part(work, found, may=lambda _code: True)
        total.households += one.households
        total.members += one.members
        total.problems += one.problems
    with _answering() as work:
        service.note_import(work, service.added(total, lines=lines), by=None)
    return total


def _refuse(problems: Iterable[object], said: str) -> Never:
    for problem in problems:
        click.echo(problem)
    raise click.ClickException(said)


@staff.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="只检查 · Only look for bad rows.")
def import_staff(file: Path, *, dry_run: bool) -> None:
    """导入人员表 · Import a table of staff: CSV or XLSX."""
    with _answering() as work:
        rows = rules.read_sheet(file.read_bytes(), rules.STAFF_COLUMNS)
        result = service.import_staff(work, rows, by=None, dry_run=dry_run)
    _say(result)


@staff.command("add")
@click.argument("login")
@click.argument("name")
@click.argument("hats", nargs=-1, required=True)
@click.option("--public-name", default="", help="居民看到的称呼")
@click.option("--phone", default="", help="手机号，不对外")
@click.option("--work-phone", default="", help="工作电话，可对外")
def add_staff(login: str, name: str, hats: tuple[str, ...], **more: str) -> None:
    """添加人员 · Add a member of staff; HATS as grid_full@330106001001001."""
    with _answering() as work:
        row = rules.StaffRow(login=login, name=name, hats=rules.read_hats(";".join(hats)), **more)
        issued = service.add_staff(work, row, by=None)
    _show(issued)


@staff.command("reset")
@click.argument("login")
def reset_password(login: str) -> None:
    """重置密码 · Issue a new one-time password."""
    with _answering() as work:
        statement = select(Account.person_id).where(Account.login == login.lower())
        person_id = work.session.scalar(statement)
        if person_id is None:
            raise NoSuchPerson("没有这个登录名。")
        issued = service.reset_password(work, person_id, by=None)
    _show(issued)


@staff.command("list")
@click.option("--area", default="", help="只列这个区域和它下面的")
def list_staff(area: str) -> None:
    """列出人员 · List members of staff."""
    session = db.session()
    accounts = session.execute(
        select(Account, Person)
        .join(Person, Person.id == Account.person_id)
        .where(Account.closed_at.is_(None))
        .order_by(Account.login)
    )
    for account, person in accounts.all():
        hats = queries.hats_of(session, person.id)
        if any(hat.area.startswith(area) for hat in hats):
            worn = "，".join(f"{rules.ROLE_NAMES[hat.role]}@{hat.area}" for hat in hats)
            click.echo(f"{account.login}  {person.public_name or person.name}  {worn}")


def _check_code(code: str) -> None:
    try:
        rules.level_of(code)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


def _say(result: ImportResult) -> None:
    """Print what came of an import; with bad rows the command fails."""
    for problem in result.problems:
        click.echo(str(problem))
    if result.problems:
        raise click.ClickException(
            f"{len(result.problems)} 行要改，什么都没有写入 · bad rows, nothing was written"
        )
    said = "导入了 · imported" if result.written else "没有问题，还没有写入 · fine, not written"
    click.echo(f"{result.rows_ok} 行 · rows: {said}")
    for issued in result.issued:
        _show(issued)


def _show(issued: Issued) -> None:
    click.echo(f"{issued.login}  一次性密码 · one-time password: {issued.password}")
