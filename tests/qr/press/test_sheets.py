"""Whatever is printed can be read, by a decoder that drew none of it."""

import io
from dataclasses import replace
from functools import cache

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from qr.rules import CodeKind, Ecc, Look, artwork
from qr.rules.formats import LAYOUTS, Format, fits
from qr.rules.looks import QUIET
from qr.rules.pieces import Piece
from qr.rules.press import proof
from qr.rules.press.fonts import MissingGlyph, find_fonts
from qr.rules.press.sheets import press
from tests.qr.press.factories import IMPRINT, SAMPLE, piece, turned

FONTS = find_fonts()


def read(image: Image.Image) -> list[str]:
    return [one.text for one in zxingcpp.read_barcodes(image)]


def words(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def kinds(form: Format) -> list[CodeKind]:
    return [kind for kind in CodeKind if fits(form, kind)]


@cache  # to press a page takes a second, most of it for the fonts
def page(form: Format, *, sample: bool = False) -> tuple[bytes, tuple[Piece, ...]]:
    """Return a page full of pieces, one kind after the other, and what should be on it."""
    layout, here = LAYOUTS[form], kinds(form)
    count = max(layout.per_page, len(here))
    order = tuple(piece(at + 1, here[at % len(here)]) for at in range(count))
    return press(form, order, SAMPLE if sample else IMPRINT, FONTS), order


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("dpi", [150, 300])
def test_every_kind_on_everything_reads_at(form: Format, dpi: int) -> None:
    pdf, order = page(form)

    assert {one.kind for one in order} == set(kinds(form))
    assert sorted(proof.read_all(pdf, dpi=dpi)) == sorted(one.url for one in order)


@pytest.mark.parametrize("form", Format)
def test_who_cannot_scan_finds_a_number_to_call_and_one_to_say(form: Format) -> None:
    pdf, order = page(form)
    said = "".join(words(pdf))

    assert "12345" in said
    assert "清松" in said
    assert "qr.x-city.cn" in said
    for one in order:
        assert one.spot_number is None or f"点位号 {one.spot_number}" in said


def test_nobody_is_asked_for_a_number_that_is_not_there() -> None:
    one = replace(piece(1, CodeKind.DESK), spot_number=None)

    said = "".join(words(press(Format.PLATE, [one], IMPRINT, FONTS)))

    assert "12345" in said
    assert "报点位号" not in said


def test_a_card_does_not_spell_its_secret() -> None:
    pdf, order = page(Format.CARDS)
    said = "".join(words(pdf)).replace("-", "")

    assert not [one for one in order if one.url[-17:] in said]


@pytest.mark.parametrize("form", Format)
def test_what_must_not_hang_is_stamped_on_each_piece_and_still_reads(form: Format) -> None:
    pdf, order = page(form, sample=True)

    sides = 2 if LAYOUTS[form].both_sides else 1
    assert "".join(words(pdf)).count("样张") == sides * len(order)
    assert "样张" not in "".join(words(page(form)[0]))
    assert sorted(proof.read_all(pdf, dpi=150)) == sorted(one.url for one in order)


def test_plain_codes_are_black_on_white_and_no_second_one_is_a_black_square() -> None:
    """The engine once thought its colour still white when a code had set it to black."""
    pdf, order = page(Format.LABELS_24)
    seen = next(proof.rasterise(pdf, dpi=72)).convert("L")

    assert {0, 255} <= {colour for _count, colour in seen.getcolors() or ()}
    for at in range(len(order)):
        box = LAYOUTS[Format.LABELS_24].box(at)
        quiet = (int((box.left + 2.5) * 72 / 25.4), int((box.top + 2) * 72 / 25.4))
        assert seen.getpixel(quiet) == 255


def test_all_fonts_are_in_the_file() -> None:
    pdf, _order = page(Format.POSTER_A4)

    assert pdf.count(b"/FontFile") >= 2
    assert b"/Type3" not in pdf


NAMES = (
    "清溪村",
    "很长很长的地名" * 8,
    "No. 1 Workshop of the Qingxi Hardware and Electric Appliances Company",
    "a" * 60,
)


@pytest.mark.parametrize("form", [Format.LABELS_24, Format.PLATE, Format.POSTER_A4])
def test_names_of_any_length_leave_the_code_alone(form: Format) -> None:
    order = [replace(piece(at), place=name, area=name) for at, name in enumerate(NAMES)]

    pdf = press(form, order, IMPRINT, FONTS)

    assert sorted(proof.read_all(pdf)) == sorted(one.url for one in order)


def test_a_character_no_font_has_stops_the_press_by_name() -> None:
    with pytest.raises(MissingGlyph, match=r"💧.*U\+1F4A7.*fonts-noto-cjk"):
        press(Format.LABELS_24, [replace(piece(1), place="小店💧")], IMPRINT, FONTS)


@pytest.mark.parametrize("count", [0, 1009])
def test_a_file_holds_no_fewer_than_one_and_no_more_than_fit(count: int) -> None:
    with pytest.raises(ValueError, match="do not make one file"):
        press(Format.LABELS_24, [piece(1)] * count, IMPRINT, FONTS)


class TestAPlainLabelInTheWorld:
    """V3-Q, the look of labels, at the limits of QR.md, section 3."""

    LOOK = Look(Ecc.Q, 3)

    def drawn(self, pixels: int) -> tuple[str, Image.Image]:
        url = piece(5).url
        picture = artwork.png(url, self.LOOK, pixels=max(pixels, 3))
        image = Image.open(io.BytesIO(picture)).convert("L")
        side = self.LOOK.width * pixels
        return url, image.resize((side, side), Image.Resampling.NEAREST)

    def test_it_reads_out_of_focus(self) -> None:
        url, image = self.drawn(10)

        assert read(image.filter(ImageFilter.GaussianBlur(5))) == [url]

    def test_it_reads_from_afar(self) -> None:
        url, image = self.drawn(2)

        assert read(image) == [url]

    def test_it_reads_turned(self) -> None:
        url, image = self.drawn(10)

        assert [read(one) for one in turned(image)] == [[url]] * 5

    @pytest.mark.parametrize("corner", [(12, 12), (9, 14), (14, 9), (11, 20)])
    def test_it_reads_with_a_patch_over_seven_percent(self, corner: tuple[int, int]) -> None:
        url, image = self.drawn(10)
        side = (0.07 * 29 * 29) ** 0.5 * 10
        left, top = ((at + QUIET) * 10 for at in corner)
        ImageDraw.Draw(image).rectangle((left, top, left + side, top + side), fill=128)

        assert read(image) == [url]
