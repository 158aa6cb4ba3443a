"""Paper is set in a font that has all of it, or not at all."""

from pathlib import Path

import pytest

from qr.rules.letters import printable
from qr.rules.press import fonts
from qr.rules.press.fonts import MissingGlyph, NoFont, find_fonts


def test_the_face_of_a_collection_draws_as_the_mainland_does() -> None:
    assert find_fonts().plain.number == 2  # Noto Sans CJK: JP, KR, SC, TC, HK


def test_the_first_family_there_is_is_taken_and_the_others_help_out() -> None:
    there = fonts.FAMILIES[0]
    dejavu = next(Path("/usr/share/fonts").rglob("*Serif*Regular.ttc"))

    found = find_fonts(families=[("/nowhere.ttf", ""), there, (str(dejavu), "")])

    assert (found.plain.path, found.bold.path) == there
    assert [one.path for one in found.others] == [str(dejavu)]


def test_a_configured_font_goes_before_ours() -> None:
    plain, bold = fonts.FAMILIES[0]

    found = find_fonts([bold])

    assert (found.plain.path, found.bold.path) == (bold, bold)
    assert found.others[0].path == plain


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
    find_fonts().check(["㘭㙟㟃㳇𣲗𬒈", "A-9 №3"])  # QR.md, section 4


@pytest.mark.parametrize(("text", "point"), [("💧", "1F4A7"), ("小\ue000店", "E000")])
def test_a_character_without_shape_is_named(text: str, point: str) -> None:
    with pytest.raises(MissingGlyph, match=rf"U\+{point}"):
        find_fonts().check(["梅林村", text])


def test_every_letter_that_a_name_may_hold_has_a_shape() -> None:
    """A name that was taken must not stop the order it is printed in."""
    find_fonts().check(["".join(map(chr, sorted(printable())))])
