"""Paper is set in a font that has all of it, or not at all."""

from pathlib import Path

import pypdfium2
import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from qr.rules.formats import Box
from qr.rules.letters import printable
from qr.rules.press import designs, fonts, posters
from qr.rules.press.canvas import Canvas
from qr.rules.press.fonts import MissingGlyph, NoFont, find_fonts

OURS, NOTO = fonts.FAMILIES[:2]
HALF = 128


def test_the_face_of_a_collection_draws_as_the_mainland_does() -> None:
    assert find_fonts(families=[NOTO]).plain.number == 2  # Noto Sans CJK: JP, KR, SC, TC, HK


def test_what_we_bring_is_enough_for_common_words_and_nothing_else_is_opened() -> None:
    found = find_fonts()

    assert (found.plain.path, found.bold.path) == OURS
    assert found.fitting([*designs.OWN_WORDS, *posters.OWN_WORDS, "第三社区灯杆"]).others == ()


def test_what_we_bring_draws_as_the_family_it_was_cut_from() -> None:
    with TTFont(OURS[0]) as ours, TTFont(NOTO[0], fontNumber=2, lazy=True) as whole:
        for letter in "梅林村（直）A9":
            drawn = [_outline(font, letter) for font in (ours, whole)]
            assert drawn[0] == drawn[1] != []


def _outline(font: TTFont, letter: str) -> list[tuple[str, tuple[object, ...]]]:
    pen = RecordingPen()
    font.getGlyphSet()[font.getBestCmap()[ord(letter)]].draw(pen)
    drawn: list[tuple[str, tuple[object, ...]]] = pen.value
    return drawn


def test_only_a_family_that_helps_is_opened() -> None:
    assert [plain.path for plain, _bold in find_fonts().fitting(["镇𣲗村"]).others] == [NOTO[0]]


def test_a_family_that_helps_out_is_bold_where_the_words_are() -> None:
    assert ink("𣲗", bold=True) > ink("𣲗", bold=False) > 0


def ink(text: str, *, bold: bool) -> int:
    """Return how many points of a page a word blackens."""
    canvas = Canvas((20, 10), find_fonts().fitting([text]), title="")
    canvas.page()
    canvas.text(Box(2, 1, 16, 8), text, 6, bold=bold)
    picture = pypdfium2.PdfDocument(canvas.output())[0].render(scale=6, grayscale=True)
    return sum(picture.to_pil().histogram()[:HALF])


def test_the_first_family_there_is_is_taken_and_the_others_help_out() -> None:
    dejavu = next(Path("/usr/share/fonts").rglob("*Serif*Regular.ttc"))

    found = find_fonts(families=[("/nowhere.ttf", ""), NOTO, (str(dejavu), "")])

    assert (found.plain.path, found.bold.path) == NOTO
    assert [plain.path for plain, _bold in found.others] == [str(dejavu)]


def test_a_configured_font_goes_before_ours() -> None:
    plain, bold = NOTO

    found = find_fonts([bold])

    assert (found.plain.path, found.bold.path) == (bold, bold)
    assert [one.path for one, _bold in found.others[:2]] == [OURS[0], plain]


def test_without_any_font_the_package_is_named() -> None:
    with pytest.raises(NoFont, match="fonts-noto-cjk"):
        find_fonts(families=[("/nowhere.ttf", "")])


def test_a_font_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.ttf").write_bytes(b"no font at all")

    with pytest.raises(NoFont, match=r"bad\.ttf"):
        find_fonts([str(tmp_path / "bad.ttf")])
    with pytest.raises(NoFont, match=r"gone\.ttf"):
        find_fonts([str(tmp_path / "gone.ttf")])


def test_rare_characters_of_place_names_are_there() -> None:
    find_fonts().fitting(["㘭㙟㟃㳇𣲗𬒈", "A-9 №3"])  # QR.md, section 4


@pytest.mark.parametrize(("text", "point"), [("💧", "1F4A7"), ("小\ue000店", "E000")])
def test_a_character_without_shape_is_named(text: str, point: str) -> None:
    with pytest.raises(MissingGlyph, match=rf"U\+{point}"):
        find_fonts().fitting(["梅林村", text])


def test_every_letter_that_a_name_may_hold_has_a_shape() -> None:
    """A name that was taken must not stop the order it is printed in."""
    find_fonts().fitting(["".join(map(chr, sorted(printable())))])
