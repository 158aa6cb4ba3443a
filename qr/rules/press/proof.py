"""The proof: what was printed is turned into pixels again, and read by a decoder that drew none."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import pypdfium2
import zxingcpp
from PIL import Image

_ONLY: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
DPI: Final = 150  # what the sheets have been measured at (QR.md, section 4)
POINTS_PER_INCH: Final = 72


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
        for symbol in zxingcpp.read_barcodes(image, formats=_ONLY):
            yield symbol.text


def rasterise(pdf: bytes, *, dpi: int = DPI) -> Iterator[Image.Image]:
    """Return the pages of a file as grey pictures."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            yield page.render(scale=dpi / POINTS_PER_INCH, grayscale=True).to_pil()
            page.close()
    finally:
        document.close()
