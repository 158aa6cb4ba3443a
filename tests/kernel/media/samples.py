"""Files as phones send them, and as nobody should: by real encoders, or byte by byte."""

import struct
import wave
import zlib
from io import BytesIO
from itertools import chain

from PIL import ExifTags, Image, ImageDraw

UNKNOWN_SIZE = b"\x01" + b"\xff" * 7  # what a live recorder writes
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


def drawing(width: int = 320, height: int = 200) -> Image.Image:
    """Return a picture that is red above and blue below, so that one sees which way is up."""
    image = Image.new("RGB", (width, height), "red")
    ImageDraw.Draw(image).rectangle((0, height // 2, width, height), fill="blue")
    return image


def encoded(image: Image.Image, name: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def picture(name: str = "JPEG", width: int = 320, height: int = 200) -> bytes:
    return encoded(drawing(width, height), name)


def located(orientation: int = 1) -> Image.Exif:
    """Return the notes a phone adds: who made it, which way is up, and where it was."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRETPHONE"
    exif[ExifTags.Base.Orientation] = orientation
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (30.0, 16.0, 27.5)
    return exif


def png_claiming(width: int, height: int) -> bytes:
    """Return the start of a PNG that says how large it would be."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(bytes(64))),
            (b"IEND", b""),
        )
    )


def heic_claiming(width: int, height: int) -> bytes:
    """Return a real HEIC whose size property lies."""
    true = struct.pack(">II", 320, 200)
    return picture("HEIF").replace(b"ispe\0\0\0\0" + true, claim_of_size(width, height))


def claim_of_size(width: int, height: int) -> bytes:
    return b"ispe\0\0\0\0" + struct.pack(">II", width, height)


def wav(seconds: float = 1, rate: int = 8000) -> bytes:
    file = BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(rate)
        recording.writeframes(bytes(2 * int(seconds * rate)))
    return file.getvalue()


def amr(frames: int = 50) -> bytes:
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * frames


def amr_wb(frames: int = 50) -> bytes:
    return b"#!AMR-WB\n" + (b"\x44" + bytes(60)) * frames


def aac(frames: int = 50) -> bytes:
    """Return AAC at 16 kHz in ADTS, 107 bytes a frame."""
    header = 0xFFF1 << 40 | 1 << 38 | 8 << 34 | 1 << 30 | 107 << 13 | 0x1FFC
    return (header.to_bytes(7, "big") + bytes(100)) * frames


def mp3(frames: int = 50) -> bytes:
    """Return MPEG 1 layer 3 at 128 kbit/s and 44.1 kHz: 417 bytes and 26 ms a frame."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def with_id3(content: bytes) -> bytes:
    frame = b"TPE1" + struct.pack(">IH", 12, 0) + b"\x00SECRETNAME\x00"
    return b"ID3\x03\x00\x00\x00\x00\x00" + bytes([len(frame)]) + frame + content


def ogg(seconds: float = 1, comment: bytes = b"ARTIST=SECRETNAME") -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<II", 1, len(comment))
    pages = ((2, 0, head), (0, 0, tags + comment), (4, int(seconds * 48000), bytes(100)))
    return b"".join(
        _ogg_page(kind, granule, number, body) for number, (kind, granule, body) in enumerate(pages)
    )


def _ogg_page(kind: int, granule: int, number: int, body: bytes) -> bytes:
    head = struct.pack("<4sBBqIII", b"OggS", 0, kind, granule, 7, number, 0)
    return head + bytes([1, len(body)]) + body


def element(name: str, body: bytes, size: bytes | None = None) -> bytes:
    if size is None:
        size = (1 << 28 | len(body)).to_bytes(4, "big")
    return bytes.fromhex(name) + size + body


def webm(seconds: int = 3, *, codec: bytes = b"A_OPUS", kind: int = 2) -> bytes:
    """Return what a browser records live: sizes unknown, no length, a cluster a second."""
    head = element("1A45DFA3", element("4282", b"webm"))
    info = element("1549A966", element("2AD7B1", (1_000_000).to_bytes(3, "big")))
    track = element("AE", element("83", bytes([kind])) + element("86", codec))
    clusters = chain.from_iterable(
        (
            element("1F43B675", b"", UNKNOWN_SIZE),
            element("E7", (second * 1000).to_bytes(4, "big")),
            *(element("A3", b"\x81" + struct.pack(">h", at) + b"\x80ab") for at in (0, 500, 1000)),
        )
        for second in range(seconds)
    )
    segment = element("18538067", b"", UNKNOWN_SIZE)
    return head + segment + info + element("1654AE6B", track) + b"".join(clusters)


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def mp4(
    seconds: float = 3,
    *,
    handler: bytes = b"soun",
    brand: bytes = b"M4A ",
    fragments: int = 0,
    timed_samples: bool = False,
) -> bytes:
    """Return a recording with one track; with *fragments*, what browsers make: a second in each."""
    ticks = 0 if fragments else int(seconds * 1000)
    track = box(
        b"trak",
        box(b"tkhd", struct.pack(">IIIII", 0, 0, 0, 1, 0)),
        box(
            b"mdia",
            box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, 1000, ticks, 0)),
            box(b"hdlr", struct.pack(">II4s", 0, 0, handler), bytes(12)),
        ),
    )
    usual = box(
        b"mvex",
        box(b"trex", struct.pack(">IIIIII", 0, 1, 1, 20, 0, 0)),
        box(b"trex", struct.pack(">IIIIII", 0, 2, 1, 99, 0, 0)),
    )
    private = box(b"udta", box(b"\xa9xyz", b"+30.2741+120.1551/SECRETPLACE"))
    part = _timed() if timed_samples else _usual()
    return b"".join(
        [
            box(b"ftyp", brand, bytes(4), brand),
            box(b"moov", track, usual if fragments else b"", private),
            *([part + box(b"mdat", b"sound")] * (fragments or 1) if fragments else []),
            box(b"mdat", b"sound"),
        ]
    )


def _usual() -> bytes:
    """Return a fragment of fifty samples, 20 ticks each as the header says."""
    head = box(b"tfhd", struct.pack(">II", 0, 1))
    return box(b"moof", box(b"traf", head, box(b"trun", struct.pack(">II", 1, 50), bytes(4))))


def _timed() -> bytes:
    """Return a fragment of four samples that say themselves how long they last: 250 ticks."""
    head = box(b"tfhd", struct.pack(">III", 0x08, 1, 7))
    samples = struct.pack(">II", 250, 9) * 4
    return box(b"moof", box(b"traf", head, box(b"trun", struct.pack(">II", 0x300, 4), samples)))


PICTURES = {name: picture(name) for name in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")}
SOUNDS = {
    "audio/wav": wav(),
    "audio/amr": amr(),
    "audio/amr-wb": amr_wb(),
    "audio/aac": aac(),
    "audio/mpeg": mp3(),
    "audio/ogg": ogg(),
    "audio/webm": webm(),
    "audio/mp4": mp4(),
    "audio/3gpp": mp4(brand=b"3gp4"),
}
STRANGERS = {
    "html": HTML,
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "pdf": b"%PDF-1.7\n" + bytes(200),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "zip": b"PK\x03\x04" + bytes(200),
    "exe": b"MZ" + bytes(200),
    "text": "路灯坏了".encode(),
    "nul": bytes(200),
}
