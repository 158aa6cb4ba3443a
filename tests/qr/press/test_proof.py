"""The proof lets nothing through that does not read as it should."""

import pytest

from qr.rules.formats import Format
from qr.rules.press.fonts import find_fonts
from qr.rules.press.proof import ProofFailed, prove
from qr.rules.press.sheets import press
from tests.qr.press.factories import IMPRINT, pieces

ORDER = pieces(24)
URLS = [one.url for one in ORDER]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return press(Format.LABELS_24, ORDER, IMPRINT, find_fonts())


def test_a_good_sheet_passes(pdf: bytes) -> None:
    prove(pdf, URLS)


@pytest.mark.parametrize(
    "meant",
    [
        URLS[:-1],
        [*URLS, "HTTPS://QR.X-CITY.CN/S/0000000000000"],
        [*URLS[:-1], URLS[0]],
        [],
    ],
)
def test_one_missing_or_strange_or_twice_stops_it(pdf: bytes, meant: list[str]) -> None:
    with pytest.raises(ProofFailed):
        prove(pdf, meant)


def test_what_is_too_coarse_to_read_stops_it(pdf: bytes) -> None:
    with pytest.raises(ProofFailed):
        prove(pdf, URLS, dpi=20)
