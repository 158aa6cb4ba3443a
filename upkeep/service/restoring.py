"""Writes a backup back: everything is checked before anything is touched."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from kernel import audit
from kernel.db import db, prepare
from kernel.late import late
from kernel.media import Attachment, State
from kernel.work import parts, transaction
from upkeep.errors import Damaged, MediaMissing, NotEmpty, RestoreFailed, TooNew
from upkeep.queries import tables
from upkeep.queries.revisions import known_revisions
from upkeep.rules.manifest import Manifest
from upkeep.service.reading import Archive, opened
from upkeep.service.tables import clear, keys_checked_last, set_sequences

if TYPE_CHECKING:
    import flask_migrate
else:
    flask_migrate = late("flask_migrate")

BATCH: Final = 500
MOST_NAMED: Final = 20
NO_OWNER: Final = (
    "这个登录名不能改表，数据没有写进去。请在 MIGRATION_DATABASE_URL 里给出能改表的登录名再恢复。"
)
LOST: Final = "这个文件在恢复备份时已经找不到了。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was written back."""

    manifest: Manifest
    lost: int


def check(path: Path) -> Manifest:
    """Look a backup through as before restoring it, and touch nothing.

    Raises:
        Damaged: it is not what was written.
        WrongKeys: the keys at hand do not open it.
        TooNew: a newer program made it.
    """
    with opened(path) as archive:
        _check_revision(archive.manifest)
        archive.check()
        return archive.manifest


def restore(path: Path, *, replace: bool = False, accept_missing: bool = False) -> Restored:
    """Write a backup into the database and the store, and look whether all of it is there.

    An older backup is written into tables of its own age, which are then upgraded.

    Args:
        path: the backup.
        replace: take away what is in the database now.
        accept_missing: go on without files that were missing already; their rows say so.

    Raises:
        Damaged, WrongKeys, TooNew, NotEmpty, MediaMissing: nothing was touched.
        RestoreFailed: it broke off; the database is empty or as it was, as the sentence says.
    """
    with opened(path) as archive:
        manifest = archive.manifest
        _check_revision(manifest)
        with _owner_engine() as engine:
            _check_target(engine, replace=replace)
            _check_missing(manifest, accept=accept_missing)
            archive.check()
            _put_media(archive)
            _make_tables(engine, manifest.revision)
            try:
                with engine.begin() as connection:
                    _fill(connection, archive)
            except sa.exc.SQLAlchemyError as error:
                raise RestoreFailed(
                    "数据没有写进去，库现在是空的，备份没有动过：%(why)s",
                    why=type(error).__name__,
                ) from error
    flask_migrate.upgrade()
    lost = _mark_lost(manifest, path)
    return Restored(manifest=manifest, lost=lost)


def _check_revision(manifest: Manifest) -> None:
    if manifest.revision not in known_revisions():
        raise TooNew(
            "这份备份是更新的版本（%(version)s，表 %(revision)s）做的。请先装上那个版本再恢复。",
            version=manifest.version,
            revision=manifest.revision,
        )


@contextmanager
def _owner_engine() -> Iterator[sa.Engine]:
    """Give the login that may change tables, where there is one of its own."""
    url = parts().settings.migration_url
    if not url:
        yield db.engine
        return
    engine = sa.create_engine(url, hide_parameters=True)
    prepare(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def _check_target(engine: sa.Engine, *, replace: bool) -> None:
    with engine.connect() as connection:
        there = tables.revision(connection)
        full = tables.filled(connection)
    if there is not None and there not in known_revisions():
        raise TooNew(
            "库里的表（%(revision)s）比这个程序新，没有动它。要退回旧版本，请另建一个空库，把"
            " DATABASE_URL 指过去再恢复。",
            revision=there,
        )
    if full and not replace:
        raise NotEmpty(
            "库里已经有数据了（%(tables)s），没有动它。"
            "确实要用备份换掉，先停下服务，再加 --replace。",
            tables="、".join(full[:5]),
        )


def _check_missing(manifest: Manifest, *, accept: bool) -> None:
    if manifest.missing and not accept:
        named = "\n".join(f"  {one}" for one in manifest.missing[:MOST_NAMED])
        more = len(manifest.missing) - MOST_NAMED
        raise MediaMissing(
            "做备份时有 %(n)s 个文件就找不到了：\n%(named)s%(more)s\n"
            "知道了、要照样恢复，请加 --accept-missing，这些文件会标成已丢失。",
            n=len(manifest.missing),
            named=named,
            more=f"\n  还有 {more} 个" if more > 0 else "",
        )


def _put_media(archive: Archive) -> None:
    """Put files before rows: a file without a row does no harm."""
    store = parts().store
    for name, kept in archive.manifest.media.items():
        try:
            if _digest(name) == kept.sha256:
                continue
            store.put(name, archive.file(name))
            if _digest(name) != kept.sha256:
                raise RestoreFailed("写回的文件 %(name)s 读出来不一样。库没有动过。", name=name)
        except OSError as error:
            raise RestoreFailed(
                "文件 %(name)s 写不回去：%(why)s。库没有动过，腾出地方再来一次。",
                name=name,
                why=error.strerror or type(error).__name__,
            ) from error


def _digest(name: str) -> str | None:
    try:
        with parts().store.open(name) as file:
            return sha256(file.read()).hexdigest()
    except FileNotFoundError:
        return None


def _make_tables(engine: sa.Engine, revision: str) -> None:
    """Make the tables as they were when the backup was made."""
    db.session.remove()  # ours would be waiting for itself
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL lock_timeout = '4s'")
            clear(connection)
    except sa.exc.OperationalError as error:
        raise RestoreFailed("库正被别的程序占着，没有动它。请先停下服务再恢复。") from error
    except sa.exc.ProgrammingError as error:
        raise RestoreFailed(NO_OWNER) from error
    try:
        flask_migrate.upgrade(revision=revision)
    except sa.exc.ProgrammingError as error:
        raise RestoreFailed(NO_OWNER) from error


def _fill(connection: Connection, archive: Archive) -> None:
    manifest = archive.manifest
    known = tables.known(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    with keys_checked_last(connection):
        for name, kept in manifest.tables.items():
            table = known.tables.get(name)
            if table is None:
                raise Damaged("备份里有一张不认识的表 %(name)s。", name=name)
            connection.execute(sa.delete(table))  # what a migration wrote comes with the backup
            _insert(connection, table, archive.rows(name), kept.columns)
    set_sequences(connection, known, dict(manifest.sequences))
    _check_filled(connection, known, manifest)


def _insert(
    connection: Connection, table: sa.Table, rows: Iterator[list[Any]], columns: Sequence[str]
) -> None:
    read = tables.readers(table, naive=connection.dialect.name == "sqlite")
    if set(columns) != set(read):
        raise Damaged("备份里的表 %(name)s 列对不上。", name=table.name)
    order = [read[name] for name in columns]
    while batch := list(islice(rows, BATCH)):
        values = [
            {name: how(value) for name, how, value in zip(columns, order, row, strict=True)}
            for row in batch
        ]
        connection.execute(sa.insert(table), values)


def _check_filled(connection: Connection, known: sa.MetaData, manifest: Manifest) -> None:
    for name, kept in manifest.tables.items():
        count = sa.select(sa.func.count()).select_from(known.tables[name])
        there = connection.execute(count).scalar()
        if there != kept.rows:
            raise RestoreFailed(
                "表 %(name)s 应有 %(want)s 行，写进去 %(there)s 行，已撤回，库现在是空的。",
                name=name,
                want=kept.rows,
                there=there,
            )
    gone = set(manifest.guards) - set(tables.guards(connection))
    if gone:
        raise RestoreFailed(
            "少了只增不改的触发器 %(names)s，已撤回，库现在是空的。", names="、".join(sorted(gone))
        )


def _mark_lost(manifest: Manifest, path: Path) -> int:
    """Say of files that were missing already that they are lost, to whoever looks for them."""
    gone = {one.name for one in manifest.missing}
    with transaction() as work:
        rows = work.session.scalars(
            sa.select(Attachment)
            .where(Attachment.id.in_(sorted({one.attachment for one in manifest.missing})))
            .order_by(Attachment.id)
        ).all()
        for row in rows:
            if row.thumb in gone:
                row.thumb = None
            if row.stored in gone:
                row.state, row.stored, row.thumb = State.REFUSED, None, None
                row.refused_why = LOST
                audit.note(work, by=None, action="media.lost", subject=f"attachment:{row.id}")
        said = f"{path.name} · {manifest.made_at}"
        audit.note(work, by=None, action="backup.restored", subject="backup", detail=said)
    return len(rows)
