"""A large table of households, from the page or the command line, in the background.

It is looked through and sealed outside the transaction, which may take a minute; then all of it
is written at once, or nothing, and what is wrong is kept for whoever sent it.
"""

import base64
import zlib
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import select

from kernel import audit, media
from kernel.access import Actor
from kernel.db import keyring
from kernel.errors import Unavailable
from kernel.media.undone import delete_if_undone
from kernel.outbox import Errand
from kernel.permissions import Permission
from kernel.stores import Store
from kernel.work import Work
from people import queries, rules
from people.errors import BadFile, NoSuchHousehold
from people.events import HouseholdTableSent
from people.models import HouseholdImport
from people.rules import ImportState
from people.service.prepared import Prepared, prepare
from people.service.writing import Written, compare_households, write_households

KEEP: Final = timedelta(days=7)
WAITS: Final = frozenset({ImportState.CHECKING, ImportState.WRITING})
BATCH: Final = 100


def send_households(work: Work, content: bytes, *, by: Actor) -> int:
    """Take a table in, to be looked through in the background; return the import's number.

    Raises:
        BadFile: it is too large.
        Unavailable: it cannot be kept.
    """
    if len(content) > rules.LARGE.bytes:
        raise BadFile("文件太大，最多 30 MB，请分成几份。")
    name = f"imports/{work.token()}"
    sealed = keyring().seal(base64.b64encode(zlib.compress(content)).decode())
    try:
        work.parts.store.put(name, sealed.encode())
    except OSError as error:
        raise Unavailable("文件暂时存不了，请过一会儿再传。") from error
    delete_if_undone(work, name)
    row = HouseholdImport(asked_by=by.id, asked_at=work.now(), stored=name)
    work.session.add(row)
    work.session.flush()
    work.announce(HouseholdTableSent(import_id=row.id))
    return row.id


def confirm_import(work: Work, import_id: int, *, by: Actor) -> None:
    """Have a table written that was looked through and found good; twice is once.

    Raises:
        NoSuchHousehold: there is no such import of *by*, or it cannot be written.
    """
    queries.household_import(work.session, import_id, by=by)
    row = _locked(work, import_id)
    if row.state in {ImportState.WRITING, ImportState.WRITTEN}:
        return
    if row.state is not ImportState.CHECKED or row.stored is None:
        raise NoSuchHousehold("这张表不能导入，请改好以后重新上传。")
    row.state = ImportState.WRITING
    work.announce(HouseholdTableSent(import_id=row.id))


def run_import(work: Work, import_id: int) -> Errand | None:
    """Return what is to be done for an import; nothing if it is done."""
    row = work.session.get(HouseholdImport, import_id)
    if row is None or row.stored is None or row.state not in WAITS:
        return None
    by = queries.actor_of(work.session, row.asked_by) or Actor(row.asked_by)
    read = partial(
        _read,
        work.parts.store,
        row.stored,
        areas=queries.known_areas(work.session).open,
        may=_reach(by),
        seals=row.state is ImportState.WRITING,
    )
    return Errand(read, partial(_finish, import_id=import_id, by=by))


def import_households(
    work: Work, table: Prepared, *, by: Actor | None, dry_run: bool
) -> Written | None:
    """Write a prepared table, unless something is wrong with it or it is only to be looked at."""
    if table.problem_count:
        return None
    if dry_run:
        compare_households(work, table)
        return None
    written = write_households(work, table)
    if written is None:
        return None
    detail = f"{written.households} 户、{written.members} 人新增，共 {table.lines} 行"
    ranges = queries.area_ranges(by, Permission.HOUSEHOLD_IMPORT) if by else ()
    audit.note(
        work,
        by=by,
        action="household.import",
        subject="household-import",
        detail=detail,
        area=next((start for start, _ in ranges), ""),
    )
    return written


def read_households(work: Work, content: bytes, *, dry_run: bool) -> Prepared:
    """Look through a table for whoever runs the machine itself."""
    areas = queries.known_areas(work.session).open
    return prepare(content, areas=areas, may=lambda _code: True, seals=not dry_run)


def forget_imports(work: Work) -> int:
    """Forget tables that were sent a week ago, written or not; return how many it took."""
    old = select(HouseholdImport).where(HouseholdImport.asked_at < work.now() - KEEP)
    rows = work.session.scalars(old.order_by(HouseholdImport.id).limit(BATCH)).all()
    for row in rows:
        _drop(work, row)
        work.session.delete(row)
    return len(rows)


def _reach(by: Actor) -> Callable[[str], bool]:
    return lambda code: queries.reaches(by, Permission.HOUSEHOLD_IMPORT, code)


def _read(
    store: Store,
    stored: str,
    _number: str,
    *,
    areas: Collection[str],
    may: Callable[[str], bool],
    seals: bool,
) -> Prepared:
    try:
        with store.open(stored) as file:
            sealed = file.read().decode()
    except FileNotFoundError:
        return prepare(b"", areas=(), may=may, seals=False)
    content = zlib.decompress(base64.b64decode(keyring().open(sealed)))
    return prepare(content, areas=areas, may=may, seals=seals)


def _finish(work: Work, table: Prepared, *, import_id: int, by: Actor) -> None:
    with table.file:
        row = _locked(work, import_id)
        if row.state not in WAITS:
            return
        writes = row.state is ImportState.WRITING
        written = import_households(work, table, by=by, dry_run=not writes)
    row.lines, row.problem_count = table.lines, table.problem_count
    row.problems, row.done_at = table.problems, work.now()
    if table.problem_count:
        row.state = ImportState.REFUSED
    elif written is None:
        row.state, row.new_households = ImportState.CHECKED, table.households
    else:
        row.state = ImportState.WRITTEN
        row.new_households, row.new_members = written.households, written.members
    if row.state is not ImportState.CHECKED:
        _drop(work, row)


def _drop(work: Work, row: HouseholdImport) -> None:
    if row.stored is not None:
        work.later(media.drop_files, names=row.stored)
        row.stored = None


def _locked(work: Work, import_id: int) -> HouseholdImport:
    return work.session.get_one(
        HouseholdImport, import_id, with_for_update=True, populate_existing=True
    )
