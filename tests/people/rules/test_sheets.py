import io
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from people.errors import BadFile
from people.rules import AREA_COLUMNS, LARGE, MOST_BYTES, Row, open_sheet, read_sheet

COLUMNS = {"code": ("编码",), "name": ("名称",), "zone": ()}


def xlsx(*rows: list[Any]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def with_sheet(inside: str, **others: bytes) -> bytes:
    """Return a workbook whose only sheet holds *inside*, other parts replaced by *others*."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{inside}</sheetData></worksheet>'
    source, file = zipfile.ZipFile(io.BytesIO(xlsx(["code"]))), io.BytesIO()
    parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    parts |= {
        name.replace("__", "/").replace("_xml", ".xml"): part for name, part in others.items()
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_is_read_in_any_encoding_excel_writes(self, encoding: str) -> None:
        content = "编码,名称\r\n330106,西湖区\r\n".encode(encoding)

        assert read_sheet(content, COLUMNS) == (Row(2, {"code": "330106", "name": "西湖区"}),)

    def test_a_cell_with_line_breaks_keeps_the_lines_counted(self) -> None:
        content = b'code,name\n1,"a\nb"\n\n2,c\n'

        assert [row.line for row in read_sheet(content, COLUMNS)] == [2, 5]

    def test_empty_lines_and_trailing_commas_are_nothing(self) -> None:
        content = b"code,name,,\n1,a,,\n,,,\n"

        assert read_sheet(content, COLUMNS) == (Row(2, {"code": "1", "name": "a"}),)

    def test_a_line_with_more_cells_than_the_heading_is_faulty(self) -> None:
        rows = read_sheet(b"code,name\n1,a,b\n", COLUMNS)

        assert rows[0].fault

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\n",
            b"name\na\n",
            b"code,king\n1,2\n",
            b"code,code\n1,2\n",
            b"code,name,\xe7\xbc\x96\xe7\xa0\x81\n1,2,3\n",
            b'code,name\n1,"never closed\n',
            b'code,name\n1,"a"b\n',
            b"code,name\n1,\x00\n",
            b"\xff\xfe\x00\xd8",
            b"\x89PNG\r\n\x1a\n",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"PK\x03\x04 not a zip",
            b"code\n" + b"1\n" * 10_001,
            b"code\n" + b"x" * 600_000,
            b"x" * (MOST_BYTES + 1),
        ],
        ids=lambda content: content[:12].hex(),
    )
    def test_what_is_no_table_is_refused_with_a_sentence(self, content: bytes) -> None:
        with pytest.raises(BadFile, match="。"):
            read_sheet(content, COLUMNS)

    def test_a_wrong_heading_is_named_in_the_words_people_write(self) -> None:
        table = "片区,生日\n东片,1\n".encode()

        with pytest.raises(BadFile) as refusal:
            read_sheet(table, AREA_COLUMNS)

        said = str(refusal.value)
        assert "没有“编码”这一列" in said
        assert "不认识的列：生日" in said
        assert "编码、名称、片区、值班电话、电话公开、范围" in said

    @given(st.binary(max_size=300))
    def test_any_bytes_are_a_table_or_refused(self, content: bytes) -> None:
        try:
            rows = read_sheet(b"code,name\n" + content, COLUMNS)
        except BadFile:
            return
        assert all("\x00" not in cell for row in rows for cell in row.cells.values())


class TestXlsx:
    def test_numbers_and_texts_are_read_as_they_are_shown(self) -> None:
        content = xlsx(["编码", "名称"], [330106, "西湖区"], [330106001.0, None], [None, None])

        assert read_sheet(content, COLUMNS) == (
            Row(2, {"code": "330106", "name": "西湖区"}),
            Row(3, {"code": "330106001", "name": ""}),
        )

    def test_a_number_that_excel_has_rounded_is_faulty(self) -> None:
        (row,) = read_sheet(xlsx(["code"], [33010600100100101]), COLUMNS)

        assert "文本" in row.fault

    def test_a_long_code_kept_as_text_is_fine(self) -> None:
        (row,) = read_sheet(xlsx(["code"], ["33010600100100101"]), COLUMNS)

        assert (row.cells["code"], row.fault) == ("33010600100100101", "")

    def test_a_formula_is_faulty_and_not_computed(self) -> None:
        (row,) = read_sheet(xlsx(["code", "name"], ["330106", "=1+1"]), COLUMNS)

        assert "公式" in row.fault

    def test_yes_and_no_are_words(self) -> None:
        (row,) = read_sheet(xlsx(["code", "shows_phones"], ["330106", False]), AREA_COLUMNS)

        assert row.cells["shows_phones"] == "否"

    def test_a_bomb_is_not_unpacked(self) -> None:
        bomb = zipped(xl__workbook_xml=b"x", xl__sheet_xml=b"\0" * (41 * 1024 * 1024))
        assert len(bomb) < 100_000

        with pytest.raises(BadFile, match="太大"):
            read_sheet(bomb, COLUMNS)

    @pytest.mark.parametrize(
        "inside",
        [
            "<row>" + "<c/>" * 500_000 + "</row>",
            "<row/>" * 500_000,
            "<row><c " + " ".join(f'a{n}=""' for n in range(410_000)) + "/></row>",
            '<row><c t="inlineStr"><is><t>' + "&amp;" * 500_000 + "</t></is></c></row>",
        ],
        ids=["cells", "rows", "attributes", "entities"],
    )
    def test_a_sheet_that_would_take_long_is_not_read(self, inside: str) -> None:
        bomb = with_sheet(inside)
        assert len(bomb) < MOST_BYTES

        with pytest.raises(BadFile, match="展开后太大"):
            read_sheet(bomb, COLUMNS)

    def test_nor_is_one_whose_styles_would(self) -> None:
        with pytest.raises(BadFile, match="展开后太大"):
            read_sheet(with_sheet("", xl__styles_xml=b"<x>" + b"<y/>" * 500_000 + b"</x>"), COLUMNS)

    def test_a_table_of_three_thousand_areas_is(self) -> None:
        rows = [[f"33010{n:07}", f"第{n}网格", "片区"] for n in range(3000)]

        assert len(read_sheet(xlsx(["code", "name", "zone"], *rows), COLUMNS)) == 3000

    def test_in_the_background_a_large_one_is_read(self) -> None:
        cell = '<row><c t="inlineStr"><is><t>{}</t></is></c></row>'
        book = with_sheet(cell.format("code") + cell.format("=" * 410_000))

        assert len(list(open_sheet(book, COLUMNS, LARGE))) == 1
        with pytest.raises(BadFile, match="展开后太大"):
            read_sheet(book, COLUMNS)

    def test_entities_that_multiply_are_refused(self) -> None:
        levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
        laughs = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><sst>&l8;</sst>'.encode()
        source, file = zipfile.ZipFile(io.BytesIO(xlsx(["code"], ["a"]))), io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name in source.namelist():
                shared = name.endswith(("sharedStrings.xml", "sheet1.xml", "styles.xml"))
                archive.writestr(name, laughs if shared else source.read(name))

        with pytest.raises(BadFile):
            read_sheet(file.getvalue(), COLUMNS)

    def test_another_kind_of_archive_is_refused(self) -> None:
        with pytest.raises(BadFile, match="只收"):
            read_sheet(zipped(word__document_xml=b"<x/>"), COLUMNS)

    def test_a_broken_archive_is_refused(self) -> None:
        content = xlsx(["code"], ["330106"])

        for cut in range(10, len(content), 397):
            with pytest.raises(BadFile):
                read_sheet(content[:cut], COLUMNS)

    def test_a_cell_at_the_far_corner_costs_nothing(self) -> None:
        book, file = Workbook(), io.BytesIO()
        assert book.active is not None
        book.active["A1"] = "code"
        book.active["XFD1048576"] = "far"
        book.save(file)

        with pytest.raises(BadFile, match="行数太多"):
            read_sheet(file.getvalue(), COLUMNS)
