"""What may be written into the fields of an area or a person."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from people.errors import BadField

MOST_POINTS: Final = 5000  # a village drawn by hand has some hundred
LONGEST_BOUNDARY: Final = 400_000  # characters
LEAST_RING: Final = 4  # a triangle, closed
LAST_LONGITUDE: Final = 180
LAST_LATITUDE: Final = 90
FARTHEST: Final = 100_000  # metres: a height; and a number JSON can hold
# Counters have fixed lines, service numbers and mobiles; an extension follows a dash.
_DESK_PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{1,17}[0-9]")
_ADDRESS: Final = re.compile(r"https?://[!-\[\]-~]{1,490}")  # no space, no backslash
_ODD: Final = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def checked_words(words: str, *, what: str, most: int, least: int = 1) -> str:
    """Return *words* without the spaces around them.

    Raises:
        BadField: if they are too short, too long or hold characters that nobody writes.
    """
    kept = words.strip()
    if _ODD.search(kept):
        raise BadField("%(what)s里有看不见的字符，请重新输入", what=what)
    if len(kept) < least:
        raise BadField("%(what)s没有写", what=what)
    if len(kept) > most:
        raise BadField("%(what)s太长，最多 %(most)s 个字", what=what, most=most)
    return kept


def checked_desk_phone(phone: str) -> str:
    """Return a public number as it was written; "" stays "".

    Raises:
        BadField: if it is no telephone number.
    """
    kept = phone.strip()
    if kept and not _DESK_PHONE.fullmatch(kept):
        raise BadField("电话只能写数字和短横，如 0571-87654321")
    return kept


def checked_robot_url(url: str, *, allowed: Sequence[str]) -> str:
    """Return the address of a group's robot, which must begin with one of *allowed*.

    Raises:
        BadField: if it is too long, no address, or leads anywhere else.
    """
    kept = url.strip()
    if not kept.startswith(tuple(allowed)) or not _ADDRESS.fullmatch(kept):
        raise BadField("地址不对，请到群里重新复制机器人的地址")
    return kept


def checked_boundary(text: str) -> Mapping[str, object] | None:
    """Read a boundary: GeoJSON, a Polygon or MultiPolygon in WGS-84; "" is none.

    Raises:
        BadField: if it is anything else.
    """
    if not text.strip():
        return None
    if len(text) > LONGEST_BOUNDARY:
        raise BadField("范围太长，请让画图的人少画一些点")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadField("范围看不懂，请打开画图软件导出的文件，全部复制再粘贴一次") from None
    geometry = _geometry(found)
    if sum(_count(ring) for ring in _rings(geometry)) > MOST_POINTS:
        raise BadField("范围的点太多，最多 %(most)s 个", most=MOST_POINTS)
    return {"type": geometry["type"], "coordinates": geometry["coordinates"]}


def _geometry(found: object) -> Mapping[str, object]:
    """Take the geometry out of a Feature, as most programs export it."""
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    if not isinstance(found, dict) or found.get("type") not in (
        "Polygon",
        "MultiPolygon",
    ):  # a list, say, has no place in a set
        raise BadField("范围要是围起来的一块或几块，不能是点和线")
    return found


def _rings(geometry: Mapping[str, object]) -> Iterator[object]:
    coordinates = geometry.get("coordinates")
    shapes = [coordinates] if geometry["type"] == "Polygon" else coordinates
    if not isinstance(shapes, list) or not shapes:
        raise BadField("范围里没有坐标")
    for rings in shapes:
        if not isinstance(rings, list) or not rings:
            raise BadField("范围里没有坐标")
        yield from rings


def _count(ring: object) -> int:
    """Return how many points a ring has, after making sure that it is one."""
    if not isinstance(ring, list) or len(ring) < LEAST_RING or ring[0] != ring[-1]:
        raise BadField("范围没有围成一圈")
    if not all(_is_point(point) for point in ring):
        raise BadField("范围里的坐标不对，要先写经度、再写纬度")
    return len(ring)


def _is_point(point: object) -> bool:
    if not isinstance(point, list) or len(point) not in {2, 3}:
        return False
    if not all(type(one) in {int, float} and abs(one) < FARTHEST for one in point):
        return False
    return bool(abs(point[0]) <= LAST_LONGITUDE and abs(point[1]) <= LAST_LATITUDE)
