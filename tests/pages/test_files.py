"""What can be said about the files without a browser: size, old engines, no inline handlers."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.pages.content import NUMBER, TOKEN
from tests.pages.sample import INLINE, ROOT, create

# Bytes of gzip -9 for HTML, CSS and JS together: within the first TCP flight (UI.md 1.4), of whose
# 14,600 bytes the headers want their share.
BUDGET = 12_288
RESIDENT = [
    f"/S/{TOKEN}",
    f"/S/{TOKEN}?fs=3&csrf=1",
    "/S/UNKNOWN",
    f"/r/{NUMBER}",
    "/track?number=x",
    "/privacy",
    "/err",
]
SCRIPTS = [*sorted(INLINE.glob("*.js")), ROOT / "static" / "live.js"]
SHEETS = sorted(INLINE.glob("*.css"))


def draw(path: str) -> str:
    app, _ = create()
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("query", ["", "?fs=2", "?fs=3&csrf=1", "?lang=en", "?call_back=1"])
def test_the_scan_page_fits_the_first_flight(query: str) -> None:
    page = draw(f"/S/{TOKEN}{query}")

    packed = len(gzip.compress(page.encode(), 9))

    assert packed <= BUDGET


@pytest.mark.parametrize("path", [*RESIDENT, "/staff"])
def test_no_page_has_inline_handlers_or_styles(path: str) -> None:
    tags = Tags(draw(path)).seen

    guilty = [(t, a) for t, attrs in tags for a in attrs if a == "style" or a.startswith("on")]

    assert guilty == []


@pytest.mark.parametrize("path", RESIDENT)
def test_a_resident_page_asks_nothing_of_anybody_else(path: str) -> None:
    tags = Tags(draw(path)).seen

    fetched = [
        a.get("src") or a.get("href")
        for t, a in tags
        if t in {"script", "img", "link", "iframe", "source"}
    ]

    assert [f for f in fetched if f and f != "data:," and not re.match(r"/(?!/)", f)] == []


@pytest.mark.parametrize("path", [*RESIDENT, "/staff"])
def test_every_id_stands_once_and_every_label_has_its_field(path: str) -> None:
    tags = Tags(draw(path)).seen

    ids = [a["id"] for _, a in tags if a.get("id")]
    labels = [a["for"] for t, a in tags if t == "label" and a.get("for")]

    assert sorted(ids, key=str) == sorted(set(ids), key=str)
    assert [name for name in labels if name not in ids] == []


def bare(text: str) -> str:
    """The script without comments, strings and regular expressions."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"", "S", text)
    return re.sub(r"(?<=[(=,:!|&])\s*/(?:\\.|[^/\\\n])+/[a-z]*", "R", text)


NEWER = {
    "arrow": r"=>",
    "let or const": r"\b(?:let|const)\s+[\w{\[]",
    "template": r"`",
    "optional chaining": r"\?\.(?!\d)|\?\?",
    "class or async": r"\b(?:class|async|await|yield|import|export)\b\s",
    "spread": r"\.\.\.",
    "for of": r"\bfor\s*\([^)]*\bof\b",
    "default value": r"function\s*\w*\s*\([^)]*=",
    "power": r"\*\*",
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: str(p.name))
def test_a_script_is_es5(script: Path) -> None:
    text = bare(script.read_text("utf-8"))

    found = {name: hit.group() for name, shape in NEWER.items() if (hit := re.search(shape, text))}

    assert found == {}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda p: str(p.name))
def test_a_style_sheet_stays_with_old_engines(sheet: Path) -> None:
    text = sheet.read_text("utf-8")

    # min-aspect-ratio, the question about a screen, is as old as media queries.
    too_new = (
        r"(?<!grid-)\bgap:|:has\(|:is\(|:where\(|\binset:|(?<!-)aspect-ratio|@layer|@container|oklch"
        r"|#[0-9a-f]{8}\b"
    )

    assert re.findall(too_new, text) == []


def test_the_text_typed_before_a_fault_is_shown_again_and_escaped() -> None:
    app, _ = create()

    answer = app.test_client().post(
        f"/S/{TOKEN}", data={"submission_key": "k", "words": " ", "caller_name": "<b>李"}
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="&lt;b&gt;李"' in page
    assert page.count("手机号要 11 位数字") == 2
    assert 'href="#phone"' in page


def test_a_change_of_size_keeps_the_rest_of_the_address() -> None:
    page = draw(f"/r/{NUMBER}?s=secret&fs=1")

    assert 'href="?s=secret&amp;fs=3"' in page
