import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from kernel.media import pictures
from kernel.media.errors import Damaged, MediaRefused, NotAPicture, TooManyPixels
from tests.kernel.media import samples
from tests.kernel.media.samples import HTML, PICTURES, SOUNDS, STRANGERS, drawing, encoded, located

NEAR = 40  # how far JPEG may move a colour


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content), formats=["JPEG"])
    image.load()
    return image


def looks(content: bytes, x: int, y: int) -> str:
    """Return what colour there is at a place: red, blue, white or another."""
    pixel = opened(content).getpixel((x, y))
    assert isinstance(pixel, tuple)
    known = {"red": (255, 0, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
    for name, colour in known.items():
        if all(abs(one - other) < NEAR for one, other in zip(pixel, colour, strict=True)):
            return name
    return str(pixel)


@pytest.mark.parametrize("name", PICTURES)
def test_every_kind_is_measured_and_remade(name: str) -> None:
    found, width, height = pictures.measure(PICTURES[name])
    remade = pictures.remake(PICTURES[name])

    assert (found, width, height) == (name, 320, 200)
    assert (remade.width, remade.height) == (320, 200)
    assert opened(remade.picture).size == (320, 200)
    assert looks(remade.picture, 20, 20) == "red"
    assert looks(remade.thumb, 20, 180) == "blue"


@pytest.mark.parametrize("name", STRANGERS | SOUNDS)
def test_what_is_no_picture_is_refused(name: str) -> None:
    with pytest.raises(NotAPicture, match="不是照片"):
        pictures.measure((STRANGERS | SOUNDS)[name])


def test_a_large_picture_becomes_as_large_as_is_useful() -> None:
    remade = pictures.remake(samples.picture("JPEG", 4000, 1000))

    assert (remade.width, remade.height) == (2048, 512)
    assert opened(remade.picture).size == (2048, 512)
    assert opened(remade.thumb).size == (480, 120)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_the_place_is_gone(name: str) -> None:
    options: dict[str, object] = {"exif": located(), "xmp": b"<x:xmpmeta>SECRETXMP</x:xmpmeta>"}
    if name == "JPEG":
        options["comment"] = b"SECRETCOMMENT"
    content = encoded(drawing(), name, **options)

    remade = pictures.remake(content)

    assert b"SECRETPHONE" in content
    for made in (remade.picture, remade.thumb):
        assert b"SECRET" not in made
        assert not opened(made).getexif()
        assert set(opened(made).info) <= {
            *("jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi")
        }


def test_a_text_beside_the_pixels_is_gone() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SECRETNAME", zip=False)

    assert b"SECRET" not in pictures.remake(encoded(drawing(), "PNG", pnginfo=text)).picture


@pytest.mark.parametrize(
    ("orientation", "top"),
    [
        *((1, "red red"), (2, "red red"), (3, "blue blue"), (4, "blue blue")),
        *((5, "red blue"), (6, "blue red"), (7, "blue red"), (8, "red blue")),
    ],
)
def test_what_the_camera_noted_as_up_is_up(orientation: int, top: str) -> None:
    remade = pictures.remake(encoded(drawing(), "JPEG", exif=located(orientation)))

    size = (320, 200) if orientation < 5 else (200, 320)
    corners = [looks(remade.picture, x, 20) for x in (20, size[0] - 20)]
    assert (remade.width, remade.height) == size
    assert " ".join(corners) == top


def test_what_is_transparent_turns_white() -> None:
    clear = Image.new("RGBA", (50, 50), (255, 0, 0, 0))

    for content in (
        encoded(clear, "PNG"),
        encoded(clear, "WEBP"),
        encoded(clear.convert("LA"), "PNG"),
        encoded(Image.new("P", (50, 50)), "PNG", transparency=0),
    ):
        assert looks(pictures.remake(content).picture, 25, 25) == "white"


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "CMYK"])
def test_every_way_to_say_colour_is_understood(mode: str) -> None:
    name = "JPEG" if mode == "CMYK" else "PNG"

    assert pictures.remake(encoded(Image.new(mode, (50, 50)), name)).width == 50


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_of_what_moves_the_first_frame_is_kept(name: str) -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    content = encoded(frames[0], name, save_all=True, append_images=frames[1:])

    assert looks(pictures.remake(content).picture, 25, 25) == "red"


def test_colours_are_brought_into_the_space_every_screen_shows() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    for profile in (lab, b"not a profile at all"):
        content = encoded(drawing(), "JPEG", icc_profile=profile)
        remade = pictures.remake(content)
        assert "icc_profile" not in opened(remade.picture).info
        assert looks(remade.picture, 20, 20) == "red"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_garbled_notes_are_no_reason_to_refuse_the_picture() -> None:
    cut_off = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12"
    sideways = b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\2\0\0\0\x04up?\0\0\0\0\0"

    for notes in (cut_off, sideways):
        content = encoded(drawing(), "JPEG", exif=notes)
        assert pictures.remake(content).width == 320


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_what_hangs_behind_a_picture_is_gone(name: str) -> None:
    for tail in (HTML, b"PK\x03\x04" + bytes(100), samples.wav()):
        assert tail[:20] not in pictures.remake(PICTURES[name] + tail).picture


def test_a_page_with_the_start_of_a_picture_is_refused() -> None:
    for start in (
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xfe\0\2",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
    ):
        with pytest.raises(MediaRefused):
            pictures.remake(start + HTML)


class TestBombs:
    def test_a_few_kilobytes_of_png_that_open_to_sixty_four_megapixels(self) -> None:
        bomb = encoded(Image.new("1", (8000, 8000)), "PNG")

        assert len(bomb) < 20_000
        for step in (pictures.measure, pictures.remake):
            with pytest.raises(TooManyPixels, match="像素"):
                step(bomb)

    @pytest.mark.parametrize("side", [6400, 9500, 14_000, 2_000_000_000])
    def test_a_png_of_any_size(self, side: int) -> None:
        with pytest.raises(TooManyPixels):
            pictures.measure(samples.png_claiming(side, side))

    def test_a_heic_of_eighty_one_megapixels(self) -> None:
        with pytest.raises(TooManyPixels):
            pictures.measure(samples.heic_claiming(9000, 9000))

    def test_a_webp_of_two_hundred_and_sixty_eight_megapixels(self) -> None:
        side = (16_383).to_bytes(3, "little")
        extended = b"RIFF\0\0\0\0WEBPVP8X" + struct.pack("<II", 10, 0) + side + side
        lossless = b"RIFF\0\0\0\0WEBPVP8L" + struct.pack("<IBI", 5, 0x2F, 0x0FFF_FFFF)
        lossy = b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 16_383, 16_383)

        for bomb in (extended, lossless, lossy):
            with pytest.raises(TooManyPixels):
                pictures.measure(bomb)

    def test_a_comment_that_unpacks_to_gigabytes(self) -> None:
        packed = zlib.compress(bytes(80_000_000), 9)
        body = b"note\0\0" + packed
        chunk = struct.pack(">I", len(body)) + b"zTXt" + body
        chunk += struct.pack(">I", zlib.crc32(b"zTXt" + body))
        png = PICTURES["PNG"]

        with pytest.raises(Damaged):
            pictures.remake(png[:33] + chunk + png[33:])

    @pytest.mark.parametrize(
        "bomb",
        [
            b"\xff\xd8" + b"\xff" * 1_000_000,
            b"\xff\xd8" + b"\xff\xe1\0\2" * 100_000,
            PICTURES["PNG"][:33] + b"\0\0\0\0aaAaCRCC" * 100_000,
        ],
    )
    def test_headers_without_end(self, bomb: bytes) -> None:
        with pytest.raises(Damaged):
            pictures.measure(bomb)

    def test_what_the_decoder_finds_counts_more_than_what_the_header_reader_found(self) -> None:
        def frame(side: int) -> bytes:
            return b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", side, side) + b"\x01\x01\x11\0"

        # Pillow takes the two bytes FF 00 for nothing, and goes on to what they hide.
        bomb = b"\xff\xd8" + frame(10) + b"\xff\x00\0\x0f" + frame(7000) + b"\xff\xda\0\2"
        bomb += bytes(100)

        assert pictures.measure(bomb)[1:] == (10, 10)
        with pytest.raises(TooManyPixels):
            pictures.remake(bomb)

    def test_the_limits_of_the_process_are_left_as_they_were(self) -> None:
        before = Image.MAX_IMAGE_PIXELS

        with pytest.raises(TooManyPixels):
            pictures.remake(samples.png_claiming(9500, 9500))

        assert before == Image.MAX_IMAGE_PIXELS

    def test_forty_megapixels_are_still_opened(self) -> None:
        content = encoded(Image.new("1", (8000, 5000)), "PNG")

        assert pictures.remake(content).width == 2048


@pytest.mark.parametrize("name", PICTURES)
def test_cut_off_in_the_middle_it_is_refused(name: str) -> None:
    whole = encoded(Image.effect_noise((320, 200), 90).convert("RGB"), name)

    for cut in (1, 4, 12, 20, 30, 60, 200, len(whole) // 2, len(whole) * 3 // 4):
        with pytest.raises(MediaRefused):
            pictures.remake(whole[:cut])


def test_a_picture_without_any_extent_is_refused() -> None:
    with pytest.raises(Damaged):
        pictures.measure(samples.heic_claiming(0, 0))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    content=st.sampled_from(sorted(PICTURES.values())),
    at=st.integers(0, 5000),
    junk=st.binary(min_size=1, max_size=8),
)
@pytest.mark.filterwarnings("ignore")
def test_junk_in_the_middle_is_never_more_than_a_refusal(
    content: bytes, at: int, junk: bytes
) -> None:
    at %= len(content)
    try_everything(content[:at] + junk + content[at + len(junk) :])


@given(st.binary(max_size=200))
def test_random_bytes_are_never_more_than_a_refusal(content: bytes) -> None:
    try_everything(content)


def try_everything(content: bytes) -> None:
    for step in (pictures.measure, pictures.remake):
        with suppress(MediaRefused):
            step(content)
