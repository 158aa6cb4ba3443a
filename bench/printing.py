"""Measures the press: codes a second, and an order of 3,116 codes beside a bare script's.

``python -m bench.printing``.  3,116 is one code for each micro-grid of a real district.  The bare
script draws the same labels with segno and fpdf2 as their examples do, into one file.  Ours draws
files of 42 pages at most, lets a second encoder agree on each code, and reads each back; these
are timed apart.  Each run is a process of its own: peak memory is its own too.
"""

import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import segno
from fpdf import FPDF

from kernel import crockford
from qr.rules import CodeKind, Imprint, Piece, artwork, parts, printed, scan_url
from qr.rules.formats import Format
from qr.rules.press.fonts import find_fonts
from qr.rules.press.proof import prove
from qr.rules.press.sheets import press

ORDER: Final = 3116
DRAWN: Final = 1000
PUBLIC_URL: Final = "https://qr.x-city.cn"
PLACE: Final = "清溪文化广场东侧灯杆"
AREA: Final = "清溪镇 · 梅林村 · 第三网格"
IMPRINT: Final = Imprint(app_name="平安码", host="qr.x-city.cn", hotline="12345")


def links(count: int) -> Iterator[str]:
    """Yield links as they are printed."""
    for number in range(count):
        body = "".join(crockford.ALPHABET[number // 32**at % 32] for at in range(12))
        yield scan_url(PUBLIC_URL, crockford.with_check(body))


def pieces(count: int) -> Sequence[Piece]:
    """Return an order; the look is the one the first code has, as after a first print."""
    urls = list(links(count))
    look = artwork.choose_look(urls[0])
    return [
        Piece(
            number=number,
            kind=CodeKind.SPOT,
            url=url,
            look=look,
            token=printed(url[-13:]),
            check_word="清松",
            place=PLACE,
            area=AREA,
            spot_number=1000 + number,
        )
        for number, url in enumerate(urls, 1)
    ]


def bare() -> dict[str, float]:
    """Draw the order as somebody would who had an afternoon."""
    fonts = find_fonts()
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.add_font("cjk", fname=fonts.plain.path, collection_font_number=fonts.plain.number)
    pdf.add_font("cjk", "B", fonts.bold.path, collection_font_number=fonts.bold.number)
    started = time.process_time()
    for at, url in enumerate(links(ORDER)):
        if at % 24 == 0:
            pdf.add_page()
        left, top = at % 3 * 70, at % 24 // 3 * 37 + 0.5
        _bare_code(pdf, url, left + 2, top + 1)
        _bare_words(pdf, at, left, top)
    content = bytes(pdf.output())
    return {"cpu": time.process_time() - started, "bytes": len(content), "files": 1}


def _bare_code(pdf: FPDF, url: str, left: float, top: float) -> None:
    symbol = segno.make(url, error="q", micro=False)
    size = 30.5 / symbol.symbol_size()[0]
    pdf.set_fill_color(0)
    for y, row in enumerate(symbol.matrix):
        for x, dark in enumerate(row):
            if dark:
                pdf.rect(left + (x + 4) * size, top + (y + 4) * size, size, size, style="F")


def _bare_words(pdf: FPDF, at: int, left: float, top: float) -> None:
    lines = (
        ("有事扫一扫", "B", 13, 2),
        (PLACE, "B", 9, 9),
        (AREA, "", 6.5, 17),
        (f"点位号 {1001 + at}", "B", 11, 21),
        ("不会扫？打 12345，报点位号", "B", 7, 26),
        ("网址 qr.x-city.cn", "", 5.5, 30),
        ("核对词 清松", "B", 7, 33),
    )
    for text, style, size, down in lines:
        pdf.set_font("cjk", style, size)
        pdf.set_xy(left + 34, top + down)
        pdf.cell(text=text)


def ours() -> dict[str, float]:
    """Draw the order as the worker does; checks are timed apart."""
    fonts, order = find_fonts(), pieces(ORDER)
    press(Format.LABELS_24, order[:1], IMPRINT, fonts)  # which characters a font has is kept
    drawing = checking = size = 0.0
    files = parts(Format.LABELS_24, ORDER)
    for positions in files:
        here = order[positions.start : positions.stop]
        started = time.process_time()
        content = press(Format.LABELS_24, here, IMPRINT, fonts)
        drawn = time.process_time()
        for piece in here:
            artwork.verify_artwork(piece.url, piece.look)
        prove(content, [piece.url for piece in here])
        drawing += drawn - started
        checking += time.process_time() - drawn
        size += len(content)
    return {"cpu": drawing, "checks": checking, "bytes": size, "files": len(files)}


def drawing() -> dict[str, float]:
    """Return codes a second of CPU, by what is drawn."""
    urls = list(links(DRAWN))
    look = artwork.choose_look(urls[0])
    ways: dict[str, Callable[[str], object]] = {
        "modules": lambda url: artwork.modules(url, look),
        "second opinion": lambda url: artwork.second_opinion(url, look),
        "svg": lambda url: artwork.svg(url, look),
        "png": lambda url: artwork.png(url, look),
        "bare segno svg": lambda url: segno.make(url, error="q").save(io.BytesIO(), kind="svg"),
    }
    return {name: DRAWN / _seconds(way, urls) for name, way in ways.items()}


def _seconds(way: Callable[[str], object], urls: Sequence[str]) -> float:
    started = time.process_time()
    for url in urls:
        way(url)
    return time.process_time() - started


WAYS: Final = {"bare": bare, "ours": ours, "drawing": drawing}


def main(names: list[str]) -> None:
    """Run one way and say what it took, or all of them, each in a process of its own."""
    if names:
        found = WAYS[names[0]]()
        found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(found))  # noqa: T201 - a command's answer
        return
    seen = {}
    for name in WAYS:
        answer = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "bench.printing", name], capture_output=True, check=True
        )
        seen[name] = json.loads(answer.stdout)
        said = {key: round(value, 2) for key, value in seen[name].items()}
        print(name, said)  # noqa: T201 - a command's answer
    ratio = round(seen["ours"]["cpu"] / seen["bare"]["cpu"], 2)
    print("ours / bare, drawing:", ratio)  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main(sys.argv[1:])
