"""The register as a table, for whoever prints elsewhere or draws a map."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from qr.rules.lifecycle import KIND_NAMES, STATE_NAMES, CodeKind, CodeState
from qr.rules.tokens import printed, scan_url

HEADS: Final = (
    "点位号",
    "地点",
    "种类",
    "状态",
    "区域编码",
    "区域",
    "核对词",
    "码",
    "网址",
    "类目",
    "纬度",
    "经度",
)


class Entry(NamedTuple):
    """What the register knows of a code."""

    token: str | None
    kind: CodeKind
    state: CodeState
    area_code: str
    area_name: str
    place_name: str
    spot_number: int | None
    check_word: str
    category: str | None
    lat: float | None
    lng: float | None


def lines(
    entries: Iterable[Entry], *, public_url: str, upper: bool
) -> Iterator[tuple[object, ...]]:
    """Yield a line for each code; WGS-84, links as they are printed."""
    for code in entries:
        token = code.token or ""
        yield (
            code.spot_number,
            code.place_name,
            KIND_NAMES[code.kind],
            STATE_NAMES[code.state],
            code.area_code,
            code.area_name,
            code.check_word,
            printed(token) if token else "",
            scan_url(public_url, token, upper=upper) if token else "",
            code.category,
            code.lat,
            code.lng,
        )
