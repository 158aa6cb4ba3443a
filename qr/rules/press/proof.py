"""The proof: what was printed is turned into pixels again, and read by a decoder that drew none."""

import io
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import pypdfium2
import zxingcpp
from PIL import Image

from qr.errors import NotAPicture

_ONLY: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
DPI: Final = 150  # what the sheets have been measured at (QR.md, section 4)
CLOSE: Final = 200  # of a file that somebody brings: nobody knows how small its codes are
POINTS_PER_INCH: Final = 72
MOST_PAGES: Final = 500
LARGEST_POINTS: Final = 1700  # A2
MOST_PIXELS: Final = 60_000_000
PICTURES: Final = ("PNG", "JPEG", "WEBP", "TIFF")


class ProofFailed(RuntimeError):
    """What was printed does not read as what was meant; it must not be handed out."""


def prove(pdf: bytes, urls: Sequence[str], *, dpi: int = DPI) -> None:
    """Read every code of a file and compare it with what was to be in it.

    Raises:
        ProofFailed: a code is missing, unreadable, or one too many.
    """
    meant, found = Counter(urls), Counter(read_all(pdf, dpi=dpi))
    if meant != found:
        missing, extra = (meant - found).total(), (found - meant).total()
        raise ProofFailed(f"of {len(urls)} codes {missing} were not read, and {extra} are strange")


def read_all(pdf: bytes, *, dpi: int = DPI) -> Iterator[str]:
    """Return what the codes of a file say, page by page."""
    for image in rasterise(pdf, dpi=dpi):
        yield from codes_in(image)


def codes_in(image: Image.Image) -> Iterator[str]:
    """Return what the codes of a picture say."""
    for symbol in zxingcpp.read_barcodes(image, formats=_ONLY):
        yield symbol.text


def rasterise(pdf: bytes, *, dpi: int = DPI) -> Iterator[Image.Image]:
    """Return the pages of a file as grey pictures."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            yield _rendered(page, dpi)
            page.close()
    finally:
        document.close()


class Pages:
    """The pages of a file that somebody brings, be it a PDF or a picture, one by one."""

    def __init__(self, count: int, images: Iterator[Image.Image]) -> None:
        self.count = count
        self._images = images

    def __iter__(self) -> Iterator[Image.Image]:
        """Yield them, as grey pictures."""
        return self._images


def pages_of(content: bytes) -> Pages:
    """Return the pages of a file.

    Raises:
        NotAPicture: it is neither a PDF nor a picture, or too large.
    """
    if not content.startswith(b"%PDF"):
        return Pages(1, iter([_opened(content)]))
    try:
        with pypdfium2.PdfDocument(content) as document:
            count = len(document)
            large = any(max(page.get_size()) > LARGEST_POINTS for page in document)
    except pypdfium2.PdfiumError:
        raise NotAPicture("这个 PDF 打不开。") from None
    if large or count > MOST_PAGES:
        raise NotAPicture("这个 PDF 太大，最多 %(most)s 页，每页最大 A2。", most=MOST_PAGES)
    return Pages(count, rasterise(content, dpi=CLOSE))


def _opened(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=PICTURES)
            if image.width * image.height > MOST_PIXELS:
                raise NotAPicture("图片太大，最多 6000 万像素。")
            return image.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombWarning):
        raise NotAPicture("这不是图片，也不是 PDF；收 PNG、JPEG、WebP、TIFF。") from None


def _rendered(page: pypdfium2.PdfPage, dpi: int) -> Image.Image:
    drawn: Image.Image = page.render(scale=dpi / POINTS_PER_INCH, grayscale=True).to_pil()
    return drawn
