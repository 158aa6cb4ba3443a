"""Reads the tables people send: CSV as any program writes it, or the first sheet of an XLSX.

A file comes from outside and may be anything.  What cannot be a table is refused with one
sentence; what is wrong with a single line is for whoever knows what the lines mean.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from kernel.late import late
from people.errors import BadFile

if TYPE_CHECKING:
    import openpyxl
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
else:
    openpyxl = late("openpyxl")

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_UNPACKED: Final = 40 * 1024 * 1024
MOST_MARKS: Final = 400_000  # some 50,000 cells, which take openpyxl two seconds
MOST_PARTS: Final = 200
MOST_LINES: Final = 10_000  # a district has some thousand areas
MOST_COLUMNS: Final = 30
MOST_IN_CELL: Final = 500_000  # a boundary is long
EXACT: Final = 10**15  # Excel keeps 15 digits of a number and makes zeros of the rest


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a table may be."""

    bytes: int = MOST_BYTES
    lines: int = MOST_LINES
    unpacked: int = MOST_UNPACKED  # of an XLSX
    marks: int | None = MOST_MARKS  # of an XLSX: what it costs to read, where somebody waits


SMALL: Final = Limits()
# 100,000 households with their members: a county town and its villages at once.
LARGE: Final = Limits(30 * 1024 * 1024, 300_000, 400 * 1024 * 1024, None)
_MARKS: Final = (b"<", b"=", b"&")  # of tags, attributes and entities
_CHUNK: Final = 1024 * 1024
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_FORMULA: Final = "\x00formula"
_TOO_LONG: Final = "\x00long"
_BROKEN: Final = "\x00broken"
_FAULTS: Final[Mapping[str, str]] = {
    _FORMULA: "有公式，请先粘贴成数值",
    _BROKEN: "有一格显示为错误（如 #REF!）",
    _TOO_LONG: "有超过 15 位的数字，Excel 会改掉后几位，请把那一列设成文本再填",
}
_UNREADABLE: Final = "这个 Excel 文件打不开，请另存为 CSV 再试。"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number as a spreadsheet shows it, and its cells by column."""

    line: int
    cells: Mapping[str, str]
    fault: str = ""  # what keeps it from being read at all


def read_sheet(content: bytes, columns: Mapping[str, Sequence[str]]) -> tuple[Row, ...]:
    """Return the lines of a table below its heading; empty lines are left out.

    Args:
        content: the file as it came.
        columns: each column's name, and what else its heading may be; the first is needed,
            others that are missing read as "".

    Raises:
        BadFile: if it is no table, too large, or its heading is not the one wanted.
    """
    return tuple(open_sheet(content, columns, SMALL))


def open_sheet(
    content: bytes, columns: Mapping[str, Sequence[str]], limits: Limits
) -> Iterator[Row]:
    """Yield the lines of a table one by one, as `read_sheet` returns them.

    Raises:
        BadFile: as `read_sheet`; of a line further down only when it comes to it.
    """
    if len(content) > limits.bytes:
        megabytes = limits.bytes // (1024 * 1024)
        raise BadFile(f"文件太大，最多 {megabytes} MB，请分成几份。")
    if not content:
        raise BadFile("这个文件是空的，请重新选一个。")
    if content.startswith(_OLD_EXCEL):
        raise BadFile("这是旧式的 Excel 文件（.xls），请另存为 .xlsx 或 CSV。")
    lines = _xlsx(content, limits) if content.startswith(_ZIP) else _csv(content)
    _, heading = next(lines, (0, []))
    order = _order(heading, columns)
    yield from _rows(lines, order, limits.lines)


def _order(heading: Sequence[str], columns: Mapping[str, Sequence[str]]) -> list[str | None]:
    """Return which column stands where; None for one that is not asked for."""
    known = {alias: name for name, aliases in columns.items() for alias in (name, *aliases)}
    cells = [cell.strip().lower() for cell in heading]
    while cells and not cells[-1]:
        cells.pop()
    strange = [cell or "（空）" for cell in cells if cell not in known]
    order = [known.get(cell) for cell in cells]
    first = next(iter(columns))
    wrong = [f"没有“{heading_of(first, columns)}”这一列"] if first not in order else []
    if strange:
        wrong.append(f"不认识的列：{'、'.join(strange)[:100]}")
    if wrong:
        wanted = "、".join(heading_of(name, columns) for name in columns)
        raise BadFile(f"第一行的表头不对，{'；'.join(wrong)}。表头要写：{wanted}。")
    if len(set(order)) < len(order):
        raise BadFile("表头里有一列写了两次。")
    return order


def heading_of(name: str, columns: Mapping[str, Sequence[str]]) -> str:
    """Return what people write over a column: its first other name, or its own."""
    return next(iter(columns[name]), name)


def _rows(
    lines: Iterable[tuple[int, list[str]]], order: Sequence[str | None], most: int
) -> Iterator[Row]:
    for count, (number, cells) in enumerate(lines):
        if count >= most:
            raise BadFile(f"行数太多，最多 {most} 行，请分成几份。")
        if not any(cell.strip() for cell in cells):
            continue
        faults = [_FAULTS[cell] for cell in cells if cell in _FAULTS]
        if any(cell.strip() for cell in cells[len(order) :]):
            faults.append("列数比表头多")
        known = {name: cell.strip() for name, cell in zip(order, cells, strict=False) if name}
        yield Row(number, known, faults[0] if faults else "")


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line it begins on."""
    reader = csv.reader(io.StringIO(_decoded(content), newline=""), strict=True)
    csv.field_size_limit(MOST_IN_CELL)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise BadFile(f"第 {begins} 行读不出来，可能少了一个引号，或者有一格太长。") from None


def _decoded(content: bytes) -> str:
    """Return the text: UTF-8, or what Excel writes on a Chinese Windows."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadFile("这不是一张表格，只收 CSV 或 .xlsx 文件。")


def _xlsx(content: bytes, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Yield each line of the first sheet; nothing is unpacked before its size is known."""
    try:
        _check_archive(content, limits)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(max_row=limits.lines + 2, max_col=MOST_COLUMNS)
        for number, cells in enumerate(islice(lines, limits.lines + 2), start=1):
            yield number, [_cell(cell) for cell in cells]
    except BadFile:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever the file makes it stumble over
        raise BadFile(_UNREADABLE) from None


def _check_archive(content: bytes, limits: Limits) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        too_large = (
            len(parts) > MOST_PARTS
            or sum(part.file_size for part in parts) > limits.unpacked
            or (limits.marks is not None and _marks(archive) > limits.marks)
        )
        if too_large:
            raise BadFile("这个 Excel 文件展开后太大，没有打开，请另存为 CSV 再试。")
        if "xl/workbook.xml" not in archive.namelist():
            raise BadFile("这不是一张表格，只收 CSV 或 .xlsx 文件。")


def _marks(archive: zipfile.ZipFile) -> int:
    """Return how many tags, attributes and entities there can be in all parts together.

    They, and not the bytes, are what a reader of XML spends its time on: a million empty cells
    are 4 MB, packed 10 kB.  Counting them takes a hundredth of that time.
    """
    count = 0
    for part in archive.infolist():
        with archive.open(part) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                count += sum(chunk.count(mark) for mark in _MARKS)
    return count


def _cell(cell: "Cell | MergedCell | ReadOnlyCell | EmptyCell") -> str:
    """Return a cell as it is shown; a number without the point that Excel gives it."""
    value = cell.value
    if cell.data_type in {"f", "e"}:
        return _FORMULA if cell.data_type == "f" else _BROKEN
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number(value)
    return "" if value is None else str(value)[: MOST_IN_CELL + 1].replace("\x00", "")


def _number(value: float) -> str:
    if abs(value) >= EXACT:
        return _TOO_LONG
    return str(int(value)) if value == int(value) else str(value)
