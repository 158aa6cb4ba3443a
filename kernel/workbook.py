"""A table as an .xlsx, small and the same bytes each time: no date, no name of a program in it."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kernel.sheets import safe

BEGINNING: Final = (1980, 1, 1, 0, 0, 0)  # the first moment a zip file knows
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_BOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_TYPES}"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_BOOK}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_BOOK}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{_OFFICE}/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def as_xlsx(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as a workbook of one sheet called *name*, at most 31 characters.

    Numbers stay numbers; a text that a spreadsheet would take for a formula is none.
    """
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(name[:31])}" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    body = "".join(_row(row) for row in (heads, *rows))
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as zipped:
        parts = {**_PARTS, "xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet}
        for part, content in parts.items():
            info = ZipInfo(part, BEGINNING)
            info.compress_type = ZIP_DEFLATED
            zipped.writestr(info, _HEAD + content)
    return out.getvalue()


def _row(row: Sequence[object]) -> str:
    return f"<row>{''.join(_cells(row))}</row>"


def _cells(row: Sequence[object]) -> Iterator[str]:
    for cell in row:
        if isinstance(cell, int) and not isinstance(cell, bool):
            yield f"<c><v>{cell}</v></c>"
        else:
            yield f'<c t="inlineStr"><is><t xml:space="preserve">{escape(safe(cell))}</t></is></c>'
