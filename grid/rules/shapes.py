"""Whether a point lies in a boundary, as GeoJSON draws them (WGS-84, longitude first)."""

from collections.abc import Mapping, Sequence
from typing import Any

Ring = Sequence[Sequence[float]]


def contains(boundary: Mapping[str, Any], *, lat: float, lng: float) -> bool:
    """Whether *boundary* (Polygon, MultiPolygon, or a Feature around one) contains the point.

    Something else, or something broken, contains nothing: a bad file must not stop a report.
    """
    try:
        shape = boundary.get("geometry", boundary)
        return any(_in_polygon(rings, lat, lng) for rings in _polygons(shape))
    except (AttributeError, TypeError, ValueError, IndexError, KeyError, ZeroDivisionError):
        return False


def _polygons(shape: Mapping[str, Any]) -> Sequence[Sequence[Ring]]:
    found: Sequence[Any] = shape["coordinates"]
    return {"Polygon": [found], "MultiPolygon": found}.get(shape["type"], ())


def _in_polygon(rings: Sequence[Ring], lat: float, lng: float) -> bool:
    """Inside the outer ring and in none of its holes: an odd number of crossings in all."""
    return sum(_crossings(ring, lat, lng) for ring in rings) % 2 == 1


def _crossings(ring: Ring, lat: float, lng: float) -> int:
    """Count the sides that a ray eastwards from the point crosses."""
    sides = zip(ring, (*ring[1:], ring[0]), strict=True)
    return sum(
        (y1 > lat) != (y2 > lat) and lng < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
        for (x1, y1, *_), (x2, y2, *_) in sides
    )
