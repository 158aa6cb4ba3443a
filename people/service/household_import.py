"""A large table of households, from the page or the command line, in the background.

It is looked through and cut into parts outside any transaction, which may take a minute.  Each
part is then compared with what is there in a short transaction of its own that owes the next one;
once all was found good and confirmed, each part is written in the same way.  So nobody waits
longer than for one part, and a worker that is killed costs a part at most.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import select

from kernel import audit, media
from kernel.access import Actor
from kernel.errors import Unavailable
from kernel.media.undone import delete_if_undone
from kernel.outbox import Errand
from kernel.permissions import Permission
from kernel.stores import Store
from kernel.work import Work
from people import queries, rules
from people.errors import BadFile, NoSuchHousehold
from people.events import HouseholdPartDue, HouseholdTableSent
from people.models import HouseholdImport
from people.rules import ImportState
from people.service.prepared import (
    PART,
    Line,
    Prepared,
    open_part,
    opened,
    parts_of,
    prepare,
    sealed,
)
from people.service.writing import Written, compare_part, write_part

KEEP: Final = timedelta(days=7)
WAITS: Final = frozenset({ImportState.CHECKING, ImportState.WRITING})
BATCH: Final = 100
GONE: Final = "上传的文件已经不在了，请重新上传。"


def send_households(work: Work, content: bytes, *, by: Actor) -> int:
    """Take a table in, to be looked through in the background; return the import's number.

    Raises:
        BadFile: it is too large.
        Unavailable: it cannot be kept.
    """
    if len(content) > rules.LARGE.bytes:
        raise BadFile("文件太大，最多 30 MB，请分成几份。")
    name = f"imports/{work.token()}"
    try:
        work.parts.store.put(name, sealed(content))
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
    if row.state is not ImportState.CHECKED or row.stored is None or not row.lines:
        raise NoSuchHousehold("这张表不能导入，请改好以后重新上传。")
    row.state = ImportState.WRITING
    row.done_lines = row.new_households = row.new_members = 0
    note_import(work, f"开始导入，共 {row.lines} 行", by=by)
    work.announce(HouseholdPartDue(import_id=row.id, part=0))


def look_through(work: Work, import_id: int) -> Errand | None:
    """Return what is to be done for a table that was sent; nothing if that is done."""
    row = work.session.get(HouseholdImport, import_id)
    if row is None or row.stored is None or row.state is not ImportState.CHECKING:
        return None
    cut = partial(
        _cut,
        work.parts.store,
        row.stored,
        areas=queries.known_areas(work.session).open,
        may=_reach(_sender(work, row)),
    )
    return Errand(cut, partial(_take_table, import_id=import_id))


def run_part(work: Work, import_id: int, *, part: int) -> Errand | None:
    """Return what is to be done for one part; nothing if the import is done."""
    row = work.session.get(HouseholdImport, import_id)
    if row is None or row.stored is None or row.state not in WAITS:
        return None
    seals = row.state is ImportState.WRITING
    read = partial(_read, work.parts.store, _name(row.stored, part), seals=seals)
    return Errand(read, partial(_take_part, import_id=import_id, part=part))


def read_households(work: Work, content: bytes, *, keep: Callable[[bytes], None]) -> Prepared:
    """Look through a table for whoever runs the machine itself; *keep* takes each part."""
    areas = queries.known_areas(work.session).open
    return prepare(content, areas=areas, may=lambda _code: True, keep=keep)


def note_import(work: Work, detail: str, *, by: Actor | None) -> None:
    """Write into the log that a table is being written, or what it has added."""
    ranges = queries.area_ranges(by, Permission.HOUSEHOLD_IMPORT) if by else ()
    audit.note(
        work,
        by=by,
        action="household.import",
        subject="household-import",
        detail=detail,
        area=next((start for start, _ in ranges), ""),
    )


def added(written: Written, *, lines: int) -> str:
    """Return what a table has added, for the log."""
    return f"{written.households} 户、{written.members} 人新增，共 {lines} 行"


def forget_imports(work: Work) -> int:
    """Forget tables that were sent a week ago, written or not; return how many it took."""
    old = select(HouseholdImport).where(HouseholdImport.asked_at < work.now() - KEEP)
    rows = work.session.scalars(old.order_by(HouseholdImport.id).limit(BATCH)).all()
    for row in rows:
        _drop(work, row)
        work.session.delete(row)
    return len(rows)


def _sender(work: Work, row: HouseholdImport) -> Actor:
    return queries.actor_of(work.session, row.asked_by) or Actor(row.asked_by)


def _reach(by: Actor) -> Callable[[str], bool]:
    return lambda code: queries.reaches(by, Permission.HOUSEHOLD_IMPORT, code)


def _name(stored: str, part: int) -> str:
    return f"{stored}-{part}"


def _cut(
    store: Store, stored: str, _number: str, *, areas: Collection[str], may: Callable[[str], bool]
) -> Prepared:
    try:
        with store.open(stored) as file:
            content = opened(file.read())
    except FileNotFoundError:
        return Prepared(problem_count=1, problems=[GONE])
    kept: list[str] = []

    def keep(part: bytes) -> None:  # a second time writes the same under the same names
        kept.append(_name(stored, len(kept)))
        store.put(kept[-1], part)

    return prepare(content, areas=areas, may=may, keep=keep)


def _take_table(work: Work, table: Prepared, *, import_id: int) -> None:
    row = _locked(work, import_id)
    if row.state is not ImportState.CHECKING:
        return
    row.lines, row.new_households = table.lines, table.households
    row.problem_count, row.problems = table.problem_count, table.problems
    _go_on(work, row, part=0)


def _read(store: Store, name: str, _number: str, *, seals: bool) -> list[Line] | None:
    try:
        with store.open(name) as file:
            return open_part(file.read(), seals=seals)
    except FileNotFoundError:
        return None


def _take_part(work: Work, lines: list[Line] | None, *, import_id: int, part: int) -> None:
    row = _locked(work, import_id)
    if row.state not in WAITS:
        return
    found = Prepared(problem_count=row.problem_count, problems=list(row.problems or ()))
    if lines is None:
        found.blame([GONE])
        row.done_lines = row.lines
    elif row.state is ImportState.CHECKING:
        found.blame(compare_part(work, lines))
    else:
        written = write_part(work, lines, may=_reach(_sender(work, row)))
        row.new_households += written.households
        row.new_members += written.members
        found.blame(written.problems)
    row.problem_count, row.problems = found.problem_count, found.problems
    row.done_lines = max(row.done_lines, min(row.lines, (part + 1) * PART))
    _go_on(work, row, part=part + 1)


def _go_on(work: Work, row: HouseholdImport, *, part: int) -> None:
    """Owe the next part, or say what came of them all."""
    if row.done_lines < row.lines:
        work.announce(HouseholdPartDue(import_id=row.id, part=part))
        return
    row.done_at = work.now()
    if row.state is ImportState.WRITING:
        row.state = ImportState.WRITTEN
        total = Written(row.new_households, row.new_members)
        note_import(work, added(total, lines=row.lines), by=_sender(work, row))
    else:
        row.state = ImportState.REFUSED if row.problem_count else ImportState.CHECKED
    if row.state is not ImportState.CHECKED:
        _drop(work, row)


def _drop(work: Work, row: HouseholdImport) -> None:
    if row.stored is None:
        return
    # One that nobody ever came to the end of may have left any number of parts.
    most = parts_of(row.lines or rules.LARGE.lines)
    names = [row.stored, *(_name(row.stored, part) for part in range(most))]
    work.later(media.drop_files, names="\n".join(names))
    row.stored = None


def _locked(work: Work, import_id: int) -> HouseholdImport:
    return work.session.get_one(
        HouseholdImport, import_id, with_for_update=True, populate_existing=True
    )
