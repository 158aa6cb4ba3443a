"""The browser's printer puts on paper what the press does: same size, same codes, same words."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser

from qr.rules import LAYOUTS, Format
from qr.rules.press import proof
from qr.rules.press.sheets import paper
from tests.pages.sample import INLINE
from tests.qr.press.factories import IMPRINT, pieces

PAPERS = {
    Format.LABELS_24: "paper-a4.css",
    Format.POSTER_A3: "paper-a3.css",
    Format.PLATE: "paper-plate.css",
}


def test_each_sheet_is_one_page_of_its_own_size_and_reads(chromium: Browser) -> None:
    page = chromium.new_context().new_page()

    for form, sheet in PAPERS.items():
        order, layout = pieces(layout_count(form)), LAYOUTS[form]
        styles = "".join(Path(INLINE / name).read_text() for name in ("paper.css", sheet))
        drawn = "".join(f'<div class="sheet">{one}</div>' for one in paper(form, order, IMPRINT))
        page.set_content(f"<style>{styles}</style><main>{drawn}</main>")
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)

        document = pypdfium2.PdfDocument(pdf)
        assert len(document) == layout.pages(len(order)) == 2
        sizes = {tuple(round(side / 72 * 25.4) for side in one.get_size()) for one in document}
        assert sizes == {layout.page}
        assert sorted(proof.read_all(pdf)) == sorted(one.url for one in order)
        words = "".join(one.get_textpage().get_text_range() for one in document)
        assert f"{order[-1].spot_number}" in words
        assert "12345" in words
    page.context.close()


def layout_count(form: Format) -> int:
    """Return one more than a page holds."""
    return LAYOUTS[form].per_page + 1


def test_nobody_is_made_to_wait_for_thousands() -> None:
    for form in Format:
        with pytest.raises(ValueError, match="do not make one view"):
            paper(form, pieces(LAYOUTS[form].per_view + 1), IMPRINT)
    assert max(one.per_view for one in LAYOUTS.values()) <= 120


def test_what_people_typed_is_words_and_no_markup() -> None:
    named = replace(pieces(1)[0], place="<script>&\"'")

    [drawn] = paper(Format.PLATE, [named], IMPRINT)

    assert "<script>" not in drawn
    assert "&lt;script&gt;&amp;" in drawn
