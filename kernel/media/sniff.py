"""Says what a file is by looking at it: never by its name or by what the sender called it.

The files that phones send (UI.md, section 2).  Anything else is unknown, among
it what a browser or a decoder could be talked into running: HTML, SVG, PDF, EPS.
"""

from enum import StrEnum
from typing import Final

from kernel.media.boxes import brands


class PictureFormat(StrEnum):
    """The pictures that are opened, by Pillow's names for them."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIF = "HEIF"
    AVIF = "AVIF"

    @property
    def mime(self) -> str:
        """Return the type under which the original is written down."""
        return f"image/{self.lower()}"


class SoundFormat(StrEnum):
    """The voice notes that are taken, by the type under which they are served."""

    WEBM = "audio/webm"
    MP4 = "audio/mp4"
    THREE_GP = "audio/3gpp"
    AAC = "audio/aac"
    OGG = "audio/ogg"
    MP3 = "audio/mpeg"
    WAV = "audio/wav"
    AMR = "audio/amr"
    AMR_WB = "audio/amr-wb"
    SILK = "audio/silk"  # recognised only to be refused: nothing here opens it

    @property
    def ending(self) -> str:
        """Return the file name's ending."""
        return ENDINGS.get(self, self.removeprefix("audio/"))


ENDINGS: Final = {
    SoundFormat.MP4: "m4a",
    SoundFormat.THREE_GP: "3gp",
    SoundFormat.MP3: "mp3",
    SoundFormat.AMR_WB: "awb",
}

AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
# heix is what 10-bit phones write; mif1 and msf1 leave the codec open.
HEIF_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
)
SOUND_STARTS: Final = {
    b"\x02#!SILK_V3": SoundFormat.SILK,  # WeChat's own variant
    b"#!SILK_V3": SoundFormat.SILK,
    b"#!AMR-WB\n": SoundFormat.AMR_WB,
    b"#!AMR\n": SoundFormat.AMR,
    b"\x1a\x45\xdf\xa3": SoundFormat.WEBM,
    b"OggS": SoundFormat.OGG,
    b"ID3": SoundFormat.MP3,
}


def picture_format(content: bytes) -> PictureFormat | None:
    """Return what kind of picture this starts like, or None."""
    if content.startswith(b"\xff\xd8\xff"):
        return PictureFormat.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PictureFormat.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return PictureFormat.WEBP
    names = brands(content)
    if names & AVIF_BRANDS:
        return PictureFormat.AVIF
    return PictureFormat.HEIF if names & HEIF_BRANDS else None


def sound_format(content: bytes) -> SoundFormat | None:
    """Return what kind of recording this starts like, or None."""
    for start, found in SOUND_STARTS.items():
        if content.startswith(start):
            return found
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return SoundFormat.WAV
    if content[4:8] == b"ftyp" and picture_format(content) is None:
        return SoundFormat.THREE_GP if content[8:11] == b"3gp" else SoundFormat.MP4
    return _mpeg_format(content[:2])


def _mpeg_format(head: bytes) -> SoundFormat | None:
    """Tell MP3 from AAC by the layer: two bits, which only AAC leaves empty."""
    bits = int.from_bytes(head.ljust(2, b"\0"), "big")
    if bits & 0xFFF6 == 0xFFF0:  # noqa: PLR2004 - twelve bits of sync, then layer 0
        return SoundFormat.AAC
    if bits & 0xFFE0 == 0xFFE0 and bits & 0x0006:  # noqa: PLR2004 - eleven bits of sync
        return SoundFormat.MP3
    return None
