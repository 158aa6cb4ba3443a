"""Pictures: how large they are, and how a stranger's file becomes one of ours.

At intake only headers are read, by readers of our own: no decoder runs.  Opening is
the worker's, which may die of it.  What is shown is always what we encoded ourselves:
nothing that was hidden in the original (place, phone, scripts) comes through.
"""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pillow_heif
from PIL import ExifTags, Image, ImageCms

from kernel.media.errors import Damaged, MediaRefused, NotAPicture, TooManyPixels
from kernel.media.headers import size_of
from kernel.media.sniff import PictureFormat, picture_format

MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 2048  # a number plate across a street stays readable
THUMB_SIDE: Final = 480
QUALITY: Final = 82
THUMB_QUALITY: Final = 75
MIME: Final = "image/jpeg"
WHITE: Final = (255, 255, 255)

# What undoes each of the orientations a camera notes down (Exif 2.3, tag 0x0112).
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
READS_PROFILES: Final = frozenset({"RGB", "L", "CMYK"})
SHRINKS_WELL: Final = frozenset({"RGB", "RGBA", "L", "LA", "CMYK"})

BROKEN: Final = "这张照片打不开，可能没有传完整，请重新选一张。"

pillow_heif.register_heif_opener(thumbnails=False)


@dataclass(frozen=True, slots=True)
class Remade:
    """A picture as it is kept: upright, sRGB, JPEG, without anything else in it."""

    picture: bytes
    thumb: bytes
    width: int
    height: int


def measure(content: bytes) -> tuple[PictureFormat, int, int]:
    """Return what a picture is, and its width and height as its header states them.

    Raises:
        NotAPicture: if it is none of the kinds that are opened.
        Damaged: if its header makes no sense.
        TooManyPixels: if opening it would take more than ``MOST_PIXELS``.
    """
    found = picture_format(content)
    if found is None:
        raise NotAPicture("这个文件不是照片。请选手机拍的照片（JPG、PNG、WebP 或 HEIC）。")
    try:
        width, height = size_of(found, content)
    except (ValueError, LookupError, struct.error) as error:
        raise Damaged(BROKEN) from error
    if min(width, height) < 1:
        raise Damaged(BROKEN)
    if width * height > MOST_PIXELS:
        raise _too_many()
    return found, width, height


def remake(content: bytes) -> Remade:
    """Open a picture and encode it anew.  At worst some 1.3 s of CPU and 500 MB (measured).

    Of one that moves, the first frame; what is transparent turns white.

    Raises:
        MediaRefused: as ``measure`` does, and if it cannot be decoded to the end.
    """
    found, _, _ = measure(content)
    try:
        return _remake(found, content)
    except (MediaRefused, MemoryError):  # too little memory says nothing about the picture
        raise
    except Exception as error:  # decoders of a stranger's bytes fail in every way there is
        raise Damaged(BROKEN) from error


def _remake(found: PictureFormat, content: bytes) -> Remade:
    with Image.open(BytesIO(content), formats=[found]) as image:
        # The decoder has the last word on the size, and has not decoded yet.  Not Pillow's
        # MAX_IMAGE_PIXELS: that is one number for all threads, and refuses only at twice.
        if image.width * image.height > MOST_PIXELS:
            raise _too_many()
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        if image.mode in SHRINKS_WELL:  # first: each step below copies what is left
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
        upright = _upright(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    upright.info.clear()  # or the encoder would copy the comment
    picture = _jpeg(upright, QUALITY)
    width, height = upright.size
    upright.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    return Remade(picture, _jpeg(upright, THUMB_QUALITY), width, height)


def _upright(image: Image.Image) -> Image.Image:
    """Return the picture the way it was seen, in the colours every screen shows right."""
    seen = _in_srgb(image)
    turn = TURNS.get(_orientation(image))
    return seen if turn is None else seen.transpose(turn)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - garbled notes beside a picture are no reason to refuse the picture
        return 1


def _in_srgb(image: Image.Image) -> Image.Image:
    flat, profile = _on_white(image), image.info.get("icc_profile")
    if profile and flat.mode in READS_PROFILES:
        try:
            theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
            flat = ImageCms.profileToProfile(flat, theirs, SRGB, outputMode="RGB") or flat
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a picture in slightly wrong colours is still evidence
    return flat.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image if image.mode in READS_PROFILES else image.convert("RGB")
    seen = image.convert("RGBA")
    flat = Image.new("RGB", image.size, WHITE)
    flat.paste(seen, mask=seen.getchannel("A"))
    return flat


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


def _too_many() -> TooManyPixels:
    return TooManyPixels("这张照片的像素太多了，打不开。请用手机直接拍一张，或者发一张小一些的。")
