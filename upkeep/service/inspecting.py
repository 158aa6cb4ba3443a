"""What a security inspection asks for, as files: who may what, what was done, how it is set up."""

import json
import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from hashlib import sha256
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Final, TextIO

import sqlalchemy as sa

from kernel import audit
from kernel.audit import AuditLine
from kernel.clock import SHANGHAI
from kernel.db import keyring
from kernel.grants import GRANTS, Role
from kernel.measures import written_at
from kernel.outbound import Message
from kernel.outbox import Delivery
from kernel.permissions import Permission
from kernel.settings import Settings
from kernel.sheets import as_csv
from kernel.work import Work, transaction
from people.models import Account, Membership, Person
from upkeep.errors import NotEmpty
from upkeep.queries import tables

SPAN: Final = timedelta(days=184)  # the longest six months
SIGNED_IN: Final = "sign-in"
Rows = Iterator[Sequence[object]]


def inspect(folder: Path) -> list[str]:
    """Write everything into a new folder, which appears when all of it is there; return the names.

    Raises:
        NotEmpty: there is something under that name already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty("%(name)s 里已经有东西了，请换一个新文件夹。", name=folder.name)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    try:
        with transaction() as work:
            # First, so that the log that is handed over says so itself.
            audit.note(work, by=None, action="upkeep.inspect", subject="inspection")
        with transaction() as work:
            _write_all(work, part)
        _write_manifest(part)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _write_all(work: Work, folder: Path) -> None:
    since = work.now() - SPAN
    sheets: list[tuple[str, Sequence[str], Rows]] = [
        ("accounts.csv", ACCOUNT_HEADS, _accounts(work)),
        ("permissions.csv", ["permission", *(role.value for role in Role)], _permissions()),
        ("audit.csv", AUDIT_HEADS, _audit(work, since)),
        ("messages.csv", MESSAGE_HEADS, _messages(work, since)),
        ("tasks.csv", TASK_HEADS, _tasks(work, since)),
        ("dependencies.csv", ["name", "version"], _dependencies()),
    ]
    for name, heads, rows in sheets:
        with _new(folder / name) as file:
            file.writelines(as_csv(heads, rows))
    settings = work.parts.settings
    _write_json(folder / "settings.json", _settings(settings))
    _write_json(folder / "system.json", _system(work))
    _copy_logs(settings.var / "log", folder / "logs", since)


ACCOUNT_HEADS: Final = (
    "person", "login", "name", "public name", "role", "area", "department", "state",
    "locked until", "failures", "must change password", "second factor", "last sign-in",
)  # fmt: skip


def _accounts(work: Work) -> Rows:
    """Yield one row for each hat of each account, open or closed."""
    last = dict(
        work.session.execute(
            sa.select(AuditLine.actor_id, sa.func.max(AuditLine.at))
            .where(AuditLine.action == SIGNED_IN)
            .group_by(AuditLine.actor_id)
        ).all()
    )
    found = work.session.execute(
        sa.select(Account, Person, Membership)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Membership, Membership.person_id == Account.person_id)
        .order_by(Account.login, Membership.area_code, Membership.role)
    )
    for account, person, hat in found:
        yield (
            account.person_id,
            account.login,
            person.name,
            person.public_name,
            hat.role.value if hat else "",
            hat.area_code if hat else "",
            hat.department if hat else "",
            _state(account, work.now()),
            _when(account.locked_until),
            account.failures,
            account.must_change,
            account.totp is not None,
            _when(last.get(account.person_id)),
        )


def _state(account: Account, now: datetime) -> str:
    if account.closed_at is not None:
        return "closed"
    return "locked" if account.locked_until and account.locked_until > now else "open"


def _permissions() -> Rows:
    for permission in Permission:
        grants = GRANTS[permission]
        cells = (grants[role].value if role in grants else "" for role in Role)
        yield (permission.value, *cells)


AUDIT_HEADS: Final = ("number", "at", "actor", "action", "subject", "area", "detail")


def _audit(work: Work, since: datetime) -> Rows:
    statement = sa.select(AuditLine).where(AuditLine.at >= since).order_by(AuditLine.id)
    for line in work.session.scalars(statement.execution_options(yield_per=500)):
        yield (
            line.id,
            _when(line.at),
            line.actor_id,
            line.action,
            line.subject,
            line.area,
            line.detail,
        )


MESSAGE_HEADS: Final = ("number", "channel", "template", "written", "sent", "answer")


def _messages(work: Work, since: datetime) -> Rows:
    """Yield when which message went; neither to whom nor what it said."""
    columns = (
        Message.id, Message.channel, Message.template,
        Message.written_at, Message.sent_at, Message.answer,
    )  # fmt: skip
    statement = sa.select(*columns).where(Message.written_at >= since).order_by(Message.id)
    found = work.session.execute(statement.execution_options(yield_per=500))
    for number, channel, template, written, sent, answer in found:
        yield number, channel.value, template, _when(written), _when(sent), answer


TASK_HEADS: Final = ("number", "task", "queue", "written", "tries", "done", "parked", "error")


def _tasks(work: Work, since: datetime) -> Rows:
    statement = sa.select(Delivery).where(Delivery.written_at >= since).order_by(Delivery.id)
    for row in work.session.scalars(statement.execution_options(yield_per=500)):
        yield (
            row.id,
            row.handler,
            row.queue.value,
            _when(row.written_at),
            row.tries,
            _when(row.done_at),
            _when(row.parked_at),
            row.error,
        )


def _dependencies() -> Rows:
    yield from sorted({(one.metadata["Name"], one.version) for one in distributions()})


def _settings(settings: Settings) -> dict[str, object]:
    told: dict[str, object] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.repr:
            told[field.name] = value
        elif field.name.endswith("_url"):
            told[field.name] = _without_password(value)
        else:
            told[field.name] = "set" if value else "not set"
    index_key, seal_keys = keyring().fingerprints()
    return {**told, "fingerprints": {"index_key": index_key, "seal_keys": seal_keys}}


def _without_password(url: str | None) -> str:
    """Return an address without what opens it: password, query and all."""
    if not url:
        return ""
    try:
        return sa.make_url(url).set(query={}).render_as_string(hide_password=True)
    except sa.exc.ArgumentError:
        return "set"


def _system(work: Work) -> dict[str, object]:
    connection = work.session.connection()
    return {
        "program": version("pinganma"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "database": connection.dialect.name,
        "database version": ".".join(map(str, connection.dialect.server_version_info or ())),
        "tables": tables.revision(connection),
        "written": _when(work.now()),
        "note": "Logs of systemd: journalctl -u 'pinganma-*' --since '6 months ago' -o json",
    }


def _copy_logs(source: Path, target: Path, since: datetime) -> None:
    """Take along the log files of `make run`; under systemd the journal has them."""
    if not source.is_dir():
        return
    target.mkdir(mode=0o700)
    for path in sorted(source.iterdir()):
        if path.is_file() and ".log" in path.name and written_at(path) >= since:
            shutil.copyfile(path, target / path.name)
            (target / path.name).chmod(0o600)


def _write_manifest(folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    told = {
        str(path.relative_to(folder)): {
            "size": path.stat().st_size,
            "sha256": sha256(path.read_bytes()).hexdigest(),
        }
        for path in files
    }
    _write_json(folder / "manifest.json", told)


def _write_json(path: Path, tree: object) -> None:
    with _new(path) as file:
        json.dump(tree, file, ensure_ascii=False, indent=1, sort_keys=True, default=_plain)


def _plain(value: object) -> str:
    """Return what JSON has no form for: public keys in hex as everywhere, paths as text."""
    return value.hex() if isinstance(value, bytes) else str(value)


def _when(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _new(path: Path) -> TextIO:
    """Open a new file that nobody else may read."""
    return open(path, "x", encoding="utf-8", newline="", opener=_opener)
